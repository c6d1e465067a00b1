// Calls from outside that only read the states of an address. They go round its mailbox: each runs at once, beside a call in
// flight, and writes nothing.

import { oneLine } from "../errors.js";
import type { Address } from "../model/address.js";
import { isClient } from "../model/client-address.js";
import type { BatchAnswer, BatchOutcome, PartTaker, PersistedValue, ValueSpec } from "../model/invocation.js";
import type { Logger } from "../model/logger.js";
import type { TypedValue } from "../model/typed-value.js";
import { rejectedCall } from "./call-outcome.js";
import type { Clock } from "./clock.js";
import type { Delivery } from "./delivery.js";
import type { LocalEndpoint, Route } from "./endpoint.js";
import type { FunctionTable } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import { addressKey, kinds } from "./keys.js";
import { Packed } from "./packed.js";
import { decodeStateValue, isExpired } from "./state-values.js";
import type { WaitingCalls } from "./waiting-calls.js";

interface ReadOnlyParts {
  readonly functions: FunctionTable;
  readonly calls: WaitingCalls;
  readonly delivery: Delivery;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A call of a function of this process. */
interface Look {
  readonly endpoint: LocalEndpoint;
  readonly target: Address;
  readonly caller: Address;
  readonly value: Packed;
}

/** A handler that only reads sends nothing that could be checked, and its only message ends with its batch. */
const taker = (): PartTaker => ({
  over: false,
  onGivenUp: undefined,
  part() {},
  target() {},
  egress() {},
  token() {},
});

export class ReadOnlyCalls {
  readonly #parts: ReadOnlyParts;

  constructor(parts: ReadOnlyParts) {
    this.#parts = parts;
  }

  /** Whether a message of this type need not wait for its turn. */
  takes({ readOnly }: Route, value: TypedValue): boolean {
    return readOnly?.(value.typename) === true;
  }

  /**
   * Calls the function with a message alone, and ends the wait of the caller. A failure is told at once: nothing is tried
   * again, because the caller can ask again.
   */
  call({ endpoint }: Route, target: Address, caller: Address, value: Packed): void {
    const look: Look = { endpoint: endpoint as LocalEndpoint, target, caller, value };
    const known = this.#parts.functions.peek(target.namespace, target.name);
    try {
      this.#run(look, known?.states ?? []);
    } catch (thrown) {
      this.#fail(look, thrown);
    }
  }

  #run(look: Look, specs: readonly ValueSpec[]): void {
    const { endpoint, target, caller, value } = look;
    const invocations = [{ caller, argument: value.unpack() }];
    const state = this.#states(target, specs);
    const answer = endpoint.run({ generation: "v3", target, state, invocations, partsOffered: true }, taker());
    if (!(answer instanceof Promise)) this.#take(look, specs, answer);
    else {
      answer.then((late) => this.#take(look, specs, late)).catch((thrown) => this.#fail(look, thrown));
    }
  }

  #take(look: Look, specs: readonly ValueSpec[], answer: BatchAnswer): void {
    // The function has not asked for its states since the start. An ordinary call registers them; here it is enough to read them.
    if ("missing" in answer) this.#run(look, [...specs, ...answer.missing]);
    else this.#end(look, answer);
  }

  /** The answer waits until the states that it tells of are durable. */
  #end(look: Look, { part, stopped }: BatchOutcome): void {
    const { calls } = this.#parts;
    const { caller } = look;
    const failure = part.ends[0]?.failure;
    if (stopped !== undefined) this.#fail(look, stopped);
    else if (failure !== undefined) {
      this.#warn(look, "has refused a call that only looks", failure.code, new Error(failure.message));
      calls.fail(caller, failure);
    } else {
      const reply = part.effects.messages.find(({ target }) => isClient(target));
      calls.answer(caller, reply && Packed.part(reply.argument, "v3"));
    }
  }

  /** The failure's own message is for people who look after the function, and stands in the log. */
  #fail(look: Look, thrown: unknown): void {
    const { error } = rejectedCall(thrown);
    this.#warn(look, "has failed in a call that only looks", error.code, error);
    this.#parts.delivery.refuse(
      look.caller,
      look.target,
      error.code,
      "The call is not tried again; the log has the reason.",
    );
  }

  #warn({ target }: Look, what: string, code: string, error: Error): void {
    const fields = { code, function: target.typeName, id: target.id };
    this.#parts.logger.warn(oneLine(`${target} ${what}. The cause: ${code}: ${error.message}`), error, fields);
  }

  #states({ namespace, name, id }: Address, specs: readonly ValueSpec[]): PersistedValue[] {
    const { commit, clock } = this.#parts;
    const prefix = kinds.state + addressKey(namespace, name, id);
    const now = clock.now();
    return specs.map((spec) => {
      const stored = commit.get(prefix + spec.name);
      const value = stored && decodeStateValue(stored).as("v3");
      const isThere = value !== undefined && !isExpired(value, spec, now);
      return { name: spec.name, value: isThere ? value.packed.unpack() : undefined };
    });
  }
}
