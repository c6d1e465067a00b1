// Implements the context of one message: every send becomes an effect of the batch.

import { StatefunError } from "../errors.js";
import { Address, WaitingAddress } from "../model/address.js";
import { isClient } from "../model/client-address.js";
import { answerTo, emptyAnswer, type ReceivedMessage, requestOf } from "../model/correlation.js";
import type { Deferred } from "../model/deferred.js";
import { type Duration } from "../model/duration.js";
import { LastingFailure, lastingFailure } from "../model/failure.js";
import { instantToMs } from "../model/instant.js";
import type { Generation, SendChecks } from "../model/invocation.js";
import type { LogFields } from "../model/logger.js";
import { assertMetadataFits, type Metadata, metadataOption } from "../model/metadata.js";
import { defineOptions, nonEmptyText, required, span, unchecked } from "../model/options.js";
import { assertToken } from "../model/text.js";
import { parseTypeName } from "../model/type-name.js";
import type { TypedValue } from "../model/typed-value.js";
import { packAnswer, packValue } from "../types/pack.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import type { Sendable } from "../types/sendable.js";
import type { TypeFinder } from "../types/show-value.js";
import type { BatchEffects } from "./batch-effects.js";
import { type Answer, Context, type SendAfterOptions, type SendOptions } from "./context.js";
import type { CallOptions } from "./continuation-types.js";
import type { BeginCall } from "./function-spec.js";
import type { EndListener, InterceptedRun, InterceptedStep } from "./interceptor.js";
import { answering, asAnswer, destination, packMessage, positiveDelay } from "./outgoing.js";
import type { RunObserver } from "./run-observer.js";
import type { BatchState } from "./state.js";
import type { StateAccess } from "./state-access.js";
import { isSet } from "./state-value.js";

const sendOptions = defineOptions<SendOptions>()({ metadata: metadataOption });

const callOptions = defineOptions<CallOptions>()({
  ...sendOptions.described,
  then: required(nonEmptyText, "the name of a method with @Continuation()"),
  failed: nonEmptyText,
  timeout: span,
});

const sendAfterOptions = defineOptions<SendAfterOptions>()({
  ...sendOptions.described,
  cancellationToken: unchecked<string>(),
});

/** The parts of a batch that its contexts share. */
export interface BatchScope {
  readonly address: Address;
  /** The time of whoever runs the batch. */
  readonly now: number;
  readonly generation: Generation;
  readonly state: BatchState;
  readonly effects: BatchEffects;
  /** What the engine would refuse; undefined when it can't be asked. */
  readonly checks: SendChecks | undefined;
  /**
   * `passed` is set when the batch's time is over, which ends every context of the batch. `metadataBytes` is the most that
   * the metadata of a message may take.
   */
  readonly limit: { readonly passed: boolean; readonly metadataBytes: number };
  /** Finds the types of values that say nothing but their typenames. */
  readonly types: TypeFinder;
  /** Notes the calls of the function's handlers; undefined when no method of the function takes answers. */
  readonly beginCall: BeginCall | undefined;
  /** Logs a line about the address. `attempt` counts the failed tries of what the line is about. */
  warn(line: string, error: Error, fields?: Pick<LogFields, "attempt">): void;
  /** Sees what the runs of workflows ask for and get; undefined when nobody does. */
  readonly observer: RunObserver | undefined;
}

/** Follows the runs of workflows for the interceptors of one message. */
export interface RunFollower {
  began(run: InterceptedRun): void;
  step(step: InterceptedStep, work: () => unknown): unknown;
}

/** A {@link Context}, with the members that only the batch calls. */
export class MessageContext extends Context {
  readonly #scope: BatchScope;
  readonly #invocation: ReceivedMessage;
  #open = true;
  #replied = false;
  #deferred = false;
  /** Whether the message's handler may only read and answer. */
  #readOnly = false;
  #state: StateAccess | undefined;
  #left: "code" | "settling" | undefined;
  /** Follows the runs that the message begins or lets go on. Defaults to nobody. */
  runs: RunFollower | undefined;
  /** Told once how the message has ended. It never throws. Defaults to nobody. */
  onEnded: EndListener | undefined;

  constructor(scope: BatchScope, invocation: ReceivedMessage) {
    super();
    this.#scope = scope;
    this.#invocation = invocation;
  }

  get address(): Address {
    return this.#scope.address;
  }

  get caller(): Address | undefined {
    return this.#invocation.caller;
  }

  get metadata(): Metadata {
    return this.#invocation.argument.metadata;
  }

  get now(): number {
    return this.#scope.now;
  }

  get state(): StateAccess {
    this.#state ??= new StatesByName(
      this.#scope.state,
      () => this.assertOpen(),
      () => this.#assertMayChange("writes a state"),
    );
    return this.#state;
  }

  send(target: unknown, ...rest: unknown[]): void {
    this.#assertMayChange("sends a message");
    const { to, message, options } = destination(target, rest, this);
    const argument = answering(to, this.#pack("send", asAnswer(message), options));
    this.#scope.checks?.target(to);
    this.#scope.effects.addMessage({ target: to.plain, argument });
    // Perhaps the answer: the caller then takes it for one, since no empty answer follows.
    if (this.callToken !== undefined && to.equals(this.caller)) this.#deferred = true;
  }

  call(target: unknown, ...rest: unknown[]): void {
    this.#assertMayChange("calls a function");
    const { to, message, options } = destination(target, rest, this);
    const { metadata, timeout: timeoutMs, then, failed } = callOptions.read("context.call", options as CallOptions);
    const argument = this.#withMetadata(packMessage(message), metadata);
    const { beginCall, checks, effects } = this.#scope;
    checks?.target(to);
    if (beginCall === undefined) {
      throw new LastingFailure(
        "CONTINUATION_UNKNOWN",
        `${this.address.typeName} has no method for the answer to its call. Put @Continuation() on the method "${then}", or add it to the option continuations of register.`,
      );
    }
    const token = beginCall(this, { to, then, failed, timeoutMs });
    effects.addMessage({ target: to, argument: requestOf(token, argument) });
  }

  reply(message: Answer, options?: SendOptions): void {
    this.assertOpen();
    const target = this.#callerOf("reply");
    const argument = this.#pack("reply", asAnswer(message), options);
    this.#scope.checks?.target(target);
    this.#answer(target, argument);
  }

  #answer(target: Address, answer: TypedValue): void {
    const { callToken } = this;
    const argument = callToken === undefined ? answer : answerTo(callToken, answer);
    this.#scope.effects.addMessage({ target, argument });
    this.#replied = true;
  }

  deferReply<T>(): Deferred<T> {
    this.#assertMayChange("defers its answer");
    const caller = this.#callerOf("defer a reply");
    this.#deferred = true;
    const { callToken } = this;
    return callToken === undefined ? caller : new WaitingAddress(caller, callToken);
  }

  sendAfter(delay: Duration, target: unknown, ...rest: unknown[]): void {
    this.#assertMayChange("sends a delayed message");
    this.#sendDelayed("sendAfter", positiveDelay(delay), target, rest);
  }

  sendAt(date: Date | number, target: unknown, ...rest: unknown[]): void {
    this.#assertMayChange("sends a delayed message");
    this.#sendDelayed(
      "sendAt",
      Math.max(0, Math.ceil(instantToMs(date, "The date of sendAt") - this.now)),
      target,
      rest,
    );
  }

  cancelDelayedMessage(cancellationToken: string): void {
    this.#assertMayChange("withdraws a delayed message");
    this.#assertToken(cancellationToken);
    this.#scope.effects.addDelayed({ cancel: cancellationToken });
  }

  sendEgress(egress: string, message: Sendable, options?: SendOptions): void {
    this.#assertMayChange("sends a record to an egress");
    const { namespace, name } = parseTypeName(egress);
    const argument = this.#pack("sendEgress", message, options);
    this.#scope.checks?.egress(namespace, name);
    this.#scope.effects.addEgress({ namespace, name, argument });
  }

  /**
   * Ends the context with the value that its handler returned. A caller that waits and was not replied to gets the value
   * as its answer, but not the address of a deferred reply. A function that waits gets an empty answer when there is no value; the
   * engine gives it to a client. Throws a LastingFailure with the codes of `reply`, and VALUE_INVALID.
   */
  end(returned: unknown): void {
    const { caller, callToken } = this;
    if (this.callerWaits && !this.#replied) {
      const isAnswer = returned !== undefined && !(this.#deferred && returned instanceof Address);
      try {
        if (isAnswer) this.reply(packAnswer(returned));
        else if (callToken !== undefined && !this.#deferred) this.#answer(caller as Address, emptyAnswer());
      } catch (thrown) {
        throw lastingFailure(thrown);
      }
    }
    this.close();
  }

  /** Whether a client that waits was promised an answer that comes later. */
  get deferred(): boolean {
    return this.#deferred && !this.#replied && isClient(this.caller as Address);
  }

  /** The parts of the batch that its contexts share. */
  get scope(): BatchScope {
    return this.#scope;
  }

  /** The message, without the tokens of calls. */
  get invocation(): ReceivedMessage {
    return this.#invocation;
  }

  /** Whether the caller, a client or a function, waits for the answer. */
  get callerWaits(): boolean {
    const { caller, callToken } = this;
    return caller !== undefined && (callToken !== undefined || isClient(caller));
  }

  /** The token under which the caller, a function, waits for the answer; undefined when no function waits. */
  get callToken(): string | undefined {
    return this.#invocation.callToken;
  }

  /** The token of the call that the message answers; undefined when it answers none. */
  get answerToken(): string | undefined {
    return this.#invocation.answerToken;
  }

  /**
   * Says that code goes on which nobody waits for, so that the next message of the batch gets an instance of its own. `settles`
   * says that a step has acted; see MessageEnd.
   */
  leaveCode({ settles }: { readonly settles: boolean }): void {
    if (settles || this.#left === undefined) this.#left = settles ? "settling" : "code";
  }

  /** What {@link leaveCode} was told; undefined when it was not called. */
  get left(): "code" | "settling" | undefined {
    return this.#left;
  }

  /** Lets the handler only read and answer, before it begins. */
  forbidChanges(): void {
    this.#readOnly = true;
  }

  get readOnly(): boolean {
    return this.#readOnly;
  }

  /** Whether the handler still handles its message. */
  get running(): boolean {
    return this.#open && !this.#scope.limit.passed;
  }

  /** Ends the context of a handler that failed. */
  close(): void {
    this.#open = false;
  }

  /** Throws CALLER_MISSING; `what` says what the handler wanted to do. */
  #callerOf(what: string): Address {
    const { caller } = this;
    if (caller !== undefined) return caller;
    throw new StatefunError(
      "CALLER_MISSING",
      `${this.address} can't ${what}: the message came from an ingress, and nobody waits for an answer. Check context.caller first.`,
    );
  }

  #pack(method: string, message: unknown, options: unknown): TypedValue {
    const packed = packMessage(message);
    if (options === undefined) return packed;
    return this.#withMetadata(packed, sendOptions.read(method, options as SendOptions).metadata);
  }

  /** A packed value keeps the metadata that came with it, unless the sender gives other metadata. */
  #withMetadata(packed: TypedValue, metadata: Metadata | undefined): TypedValue {
    if (metadata === undefined) return packed;
    assertMetadataFits(metadata, this.#scope.limit.metadataBytes);
    return packed.withMetadata(metadata);
  }

  #sendDelayed(method: string, delayMs: number, target: unknown, rest: readonly unknown[]): void {
    const { to, message, options } = destination(target, rest, this);
    const { cancellationToken, metadata } = sendAfterOptions.read(method, options as SendAfterOptions | undefined);
    const argument = answering(to, this.#withMetadata(packMessage(asAnswer(message)), metadata));
    this.#scope.checks?.target(to);
    if (cancellationToken !== undefined) this.#assertFree(cancellationToken);
    this.#scope.effects.addDelayed({ delayMs, target: to.plain, argument, cancellationToken });
    if (to.equals(this.caller)) this.#deferred = true;
  }

  /** Flink fails the whole job over a token whose message is pending. A batch can refuse only its own tokens there. */
  #assertFree(token: string): void {
    this.#assertToken(token);
    const { effects, checks } = this.#scope;
    const waits = effects.tokenWaits(token);
    if (waits === undefined) checks?.token(this.address, token);
    if (waits !== true) return;
    throw new StatefunError(
      "TOKEN_INVALID",
      `The cancellation token "${token}" already belongs to a message that ${this.address} has delayed. Cancel that message first, or use another token.`,
    );
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

  #assertMayChange(what: string): void {
    this.assertOpen();
    if (this.#readOnly) throw readOnlyError(this.address, what);
  }

  /** Throws CONTEXT_CLOSED. */
  assertOpen(): void {
    if (this.running) return;
    throw new StatefunError(
      "CONTEXT_CLOSED",
      `The context of ${this.address} was used after its handler had ended, or after the call had timed out. Await everything that the handler starts.`,
    );
  }
}

/** The error of a handler that is declared to be read-only and changes something. */
export function readOnlyError(address: Address, what: string): LastingFailure {
  return new LastingFailure(
    "HANDLER_READ_ONLY",
    `The handler of ${address} is declared with readOnly and ${what}. Leave readOnly out, or only read and answer.`,
  );
}

class StatesByName implements StateAccess {
  readonly #state: BatchState;
  readonly #assertOpen: () => void;
  readonly #assertMayWrite: () => void;

  constructor(state: BatchState, assertOpen: () => void, assertMayWrite: () => void) {
    this.#state = state;
    this.#assertOpen = assertOpen;
    this.#assertMayWrite = assertMayWrite;
  }

  get(name: string, type?: TypeLike): any {
    this.#assertOpen();
    const packed = this.#state.read(name);
    return type === undefined || packed === undefined ? packed : typeOf(type).unpack(packed);
  }

  set(name: string, value: Sendable): void {
    this.#assertMayWrite();
    // Metadata belongs to a message. Engines drop it from a state, so it is dropped here as well.
    this.#state.write(name, isSet(value) ? packValue(value).withMetadata(undefined) : undefined);
  }

  delete(name: string): void {
    this.#assertMayWrite();
    this.#state.write(name, undefined);
  }
}
