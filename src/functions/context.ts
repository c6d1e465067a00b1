// What a handler can do: see who called, send, reply, send later, send out, reach states by name.

import { describeValue, StatefunError } from "../errors.js";
import { Address } from "../model/address.js";
import { append } from "../model/append.js";
import { isClient } from "../model/client-address.js";
import { type Duration, durationToMs } from "../model/duration.js";
import type { Generation, SideEffects } from "../model/invocation.js";
import { assertKnownOptions } from "../model/options.js";
import { assertToken, isText } from "../model/text.js";
import { parseTypeName } from "../model/type-name.js";
import type { TypedValue } from "../model/typed-value.js";
import { packAnswer, packValue } from "../types/pack.js";
import { typeNameOf } from "./class-record.js";
import type { FunctionClass, MessageFor, Sendable, SendOptions } from "./context-types.js";
import { type BatchState, StateAccess } from "./state.js";

/** What one batch shares among its contexts. */
export interface BatchScope {
  readonly address: Address;
  readonly generation: Generation;
  readonly state: BatchState;
  readonly effects: SideEffects;
  /** Cancellation tokens of the messages this batch has delayed and not cancelled again. */
  pendingTokens: Set<string> | undefined;
  /** Set when the batch's time is over, which ends every context of it. */
  readonly limit: { readonly passed: boolean };
}

/**
 * A handler's way to the outside, for one message. It ends when the handler has returned, or its promise has settled:
 * but for `address` and `caller`, any use after that is CONTEXT_CLOSED.
 *
 * @example
 * ```ts
 * import { type Context, Handles, StatefulFunction, Types } from "statefun-ts";
 * import { Count } from "./functions.js";
 *
 * @StatefulFunction("example/door")
 * class Door {
 *   @Handles(Types.string)
 *   enter(name: string, context: Context) {
 *     context.send(Count, name, Types.int.pack(1)); // to the Count with this name as its id
 *     if (context.caller !== undefined) context.reply(`Welcome, ${name}`);
 *   }
 * }
 * ```
 */
export class Context {
  readonly #scope: BatchScope;
  readonly #caller: Address | undefined;
  #open = true;
  #replied = false;
  #state: StateAccess | undefined;

  /** Made by the handler for each message. */
  constructor(scope: BatchScope, caller: Address | undefined) {
    this.#scope = scope;
    this.#caller = caller;
  }

  /** The address of this function instance. */
  get address(): Address {
    return this.#scope.address;
  }

  /** Who sent the message; undefined when it came from an ingress. */
  get caller(): Address | undefined {
    return this.#caller;
  }

  /** States by name. */
  get state(): StateAccess {
    this.#state ??= new StateAccess(this.#scope.state, () => this.#assertOpen());
    return this.#state;
  }

  /**
   * Sends a message to a function: by its class, its type name, or an address. A message is a protobuf message or a
   * value packed by its type; strings, booleans, bigints and Uint8Arrays pack themselves.
   * Throws TARGET_INVALID, TYPE_NAME_INVALID, FUNCTION_UNDECORATED, ID_MISSING, MESSAGE_MISSING, VALUE_UNTYPED and
   * CONTEXT_CLOSED.
   */
  send(target: string, id: string, message: Sendable): void;
  send(target: Address, message: Sendable): void;
  // The last, because compilers show the last one's reason.
  send<I extends object>(target: FunctionClass<I>, id: string, message: MessageFor<I>): void;
  send(target: unknown, ...rest: unknown[]): void {
    this.#assertOpen();
    const { to, message } = destination(target, rest);
    const argument = packMessage(message);
    const { effects } = this.#scope;
    effects.messages = append(effects.messages, { target: to, argument });
  }

  /** Sends a message to the caller. Throws CALLER_MISSING when an ingress sent the message, and what `send` throws. */
  reply(message: Sendable): void {
    this.#assertOpen();
    const target = this.#caller;
    if (target === undefined) {
      throw new StatefunError(
        "CALLER_MISSING",
        `${this.address} can't reply: the message came from an ingress, not from a function. Check context.caller first.`,
      );
    }
    const argument = packMessage(message);
    const { effects } = this.#scope;
    effects.messages = append(effects.messages, { target, argument });
    this.#replied = true;
  }

  /**
   * Ends the context with what its handler returned: the answer to a waiting client, unless it has had one. Throws what
   * `reply` throws, and VALUE_INVALID.
   * @internal
   */
  end(returned: unknown): void {
    if (returned !== undefined && this.#caller !== undefined && isClient(this.#caller) && !this.#replied) {
      this.reply(packAnswer(returned));
    }
    this.close();
  }

  /**
   * Sends a message after a delay, in milliseconds or units; the function goes on at once. With a cancellation token it
   * can be withdrawn; a token must not be used again while its message is pending, by any function of the same id.
   * Throws DELAY_INVALID, DURATION_INVALID, TOKEN_INVALID, CANCELLATION_UNSUPPORTED (a token on v2),
   * and what `send` throws.
   *
   * @example
   * ```ts
   * @StatefulFunction("example/watch")
   * class Watch {
   *   @Handles(Types.string)
   *   alive(_sign: string, context: Context) {
   *     const cancellationToken = "silence";
   *     context.cancelDelayedMessage(cancellationToken); // the message of the last sign
   *     context.sendAfter({ minutes: 5 }, "example/alarm", context.address.id, "silence", { cancellationToken });
   *   }
   * }
   * ```
   */
  sendAfter(delay: Duration, target: string, id: string, message: Sendable, options?: SendOptions): void;
  sendAfter(delay: Duration, target: Address, message: Sendable, options?: SendOptions): void;
  sendAfter<I extends object>(
    delay: Duration,
    target: FunctionClass<I>,
    id: string,
    message: MessageFor<I>,
    options?: SendOptions,
  ): void;
  sendAfter(delay: Duration, target: unknown, ...rest: unknown[]): void {
    this.#assertOpen();
    const delayMs = positiveDelay(delay);
    const { to, message, options } = destination(target, rest);
    const cancellationToken = tokenOf(options as SendOptions | undefined);
    const argument = packMessage(message);
    if (cancellationToken !== undefined) this.#claimToken(cancellationToken);
    const { effects } = this.#scope;
    effects.delayed = append(effects.delayed, { delayMs, target: to, argument, cancellationToken });
  }

  /**
   * Withdraws the delayed message that was sent with this token, if it has not been delivered yet.
   * Throws TOKEN_INVALID, CANCELLATION_UNSUPPORTED (v2) and CONTEXT_CLOSED.
   */
  cancelDelayedMessage(cancellationToken: string): void {
    this.#assertOpen();
    this.#assertToken(cancellationToken);
    this.#scope.pendingTokens?.delete(cancellationToken);
    const { effects } = this.#scope;
    effects.delayed = append(effects.delayed, { cancel: cancellationToken });
  }

  /**
   * Sends a message out of the application, to an egress of the module file: for Kafka and Kinesis see kafkaRecord and
   * kinesisRecord. Throws TYPE_NAME_INVALID, MESSAGE_MISSING, VALUE_UNTYPED and CONTEXT_CLOSED.
   */
  sendEgress(egress: string, message: Sendable): void {
    this.#assertOpen();
    const { namespace, name } = parseTypeName(egress);
    const argument = packMessage(message);
    const { effects } = this.#scope;
    effects.egresses = append(effects.egresses, { namespace, name, argument });
  }

  /** Ends the context of a handler that failed; called by the handler of the batch. */
  close(): void {
    this.#open = false;
  }

  /** The engine fails the whole job over a token that is still pending, so what can be seen of it here is refused. */
  #claimToken(token: string): void {
    this.#assertToken(token);
    this.#scope.pendingTokens ??= new Set();
    const { pendingTokens } = this.#scope;
    if (pendingTokens.has(token)) {
      throw new StatefunError(
        "TOKEN_INVALID",
        `The cancellation token "${token}" already belongs to a message that ${this.address} has delayed. Cancel that one first, or use another token.`,
      );
    }
    pendingTokens.add(token);
  }

  #assertToken(token: unknown): void {
    assertToken(token);
    if (this.#scope.generation === "v2") {
      throw new StatefunError(
        "CANCELLATION_UNSUPPORTED",
        "A StateFun 2.x engine can't cancel delayed messages. Let the function ignore the message when it arrives, or use StateFun 3.",
      );
    }
  }

  #assertOpen(): void {
    if (this.#open && !this.#scope.limit.passed) return;
    throw new StatefunError(
      "CONTEXT_CLOSED",
      `The context of ${this.address} was used after its handler had ended, or its time. Await everything that the handler starts.`,
    );
  }
}

/** Sorts out the arguments after the target: an address has its id in itself. */
function destination(target: unknown, rest: readonly unknown[]): { to: Address; message: unknown; options: unknown } {
  if (target instanceof Address) {
    return { to: withId(target), message: rest[0], options: rest[1] };
  }
  const [id, message, options] = rest;
  let typeName: string;
  if (typeof target === "string") typeName = target;
  else if (typeof target === "function") typeName = typeNameOf(target as FunctionClass<object>);
  else {
    throw new StatefunError(
      "TARGET_INVALID",
      `${describeValue(target)} is not a target. Give a function's class, its type name, or an Address.`,
    );
  }
  return { to: withId(Address.of(typeName, id as string)), message, options };
}

function withId(target: Address): Address {
  if (target.namespace === "" || target.name === "") parseTypeName(target.typeName); // throws
  if (isText(target.id)) return target;
  throw new StatefunError(
    "ID_MISSING",
    `A message to ${target.typeName} needs the id of an instance: a non-empty string, without half a surrogate pair.`,
  );
}

function packMessage(message: unknown): TypedValue {
  if (message !== undefined && message !== null) return packValue(message);
  throw new StatefunError("MESSAGE_MISSING", "There is no message to send.");
}

function tokenOf(options: SendOptions | undefined): string | undefined {
  if (options === undefined) return undefined;
  assertKnownOptions("sendAfter", options, ["cancellationToken"]);
  return options.cancellationToken;
}

function positiveDelay(delay: Duration): number {
  if (delay === undefined || delay === null)
    throw new StatefunError("DELAY_INVALID", "A delayed message needs a delay.");
  const delayMs = durationToMs(delay);
  // Less than a millisecond below zero has come out as minus zero.
  if (delayMs > 0 || Object.is(delayMs, 0)) return delayMs;
  throw new StatefunError("DELAY_INVALID", `A delay can't be negative: ${JSON.stringify(delay)}.`);
}
