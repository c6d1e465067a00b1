// A call of a function, and the parts of its batch that were answered and are not applied yet.

import type { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { append, none } from "../model/append.js";
import type { BatchPart, PartTaker } from "../model/invocation.js";
import type { AnsweredPart } from "./answered-part.js";
import { Call } from "./call.js";
import type { CallOutcome } from "./call-outcome.js";
import type { DelayedMessages } from "./delayed.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { Instance } from "./instance.js";
import { StoreFailure } from "./logging-store.js";
import type { Outboxes } from "./outboxes.js";
import type { Recording } from "./recording.js";
import { assertEgress, assertServed, assertTokenFree } from "./send-checks.js";

/** The parts of the engine against which a function in this process is checked while it runs. */
export interface CheckParts {
  readonly functions: FunctionTable;
  readonly delayed: DelayedMessages;
  readonly outboxes: Outboxes;
}

/** Told how a call of an address has ended. */
export type CallEnded = (outcome: CallOutcome, instance: Instance, known: KnownFunction) => void;

interface CalledFunction {
  readonly instance: Instance;
  readonly known: KnownFunction;
  readonly size: number;
  readonly ended: CallEnded;
}

export class FunctionCall extends Call implements PartTaker {
  readonly instance: Instance;
  readonly known: KnownFunction;
  /** How many states the function had registered when the call began. */
  readonly statesSent: number;
  /** Told when the call has ended. */
  readonly ended: CallEnded;
  /** The parts that wait to be applied, in their order. */
  parts: readonly AnsweredPart[] = none;
  /** What follows the last part; undefined until it is there. */
  last: ((call: FunctionCall) => void) | undefined;
  /** Why the function has stopped the batch; undefined when it has not. */
  stopped: StatefunError | undefined;
  /** Whether the parts wait for the store. */
  waits = false;
  /** What is recorded of the call; undefined when it is not recorded. */
  recording: Recording | undefined;
  readonly #checks: CheckParts;
  readonly #onPart: (call: FunctionCall) => void;

  constructor(
    { instance, known, size, ended }: CalledFunction,
    checks: CheckParts,
    onPart: (call: FunctionCall) => void,
    onEnd: (outcome: CallOutcome, call: FunctionCall) => void,
  ) {
    super(size, onEnd);
    this.instance = instance;
    this.known = known;
    this.ended = ended;
    this.statesSent = known.states.length;
    this.#checks = checks;
    this.#onPart = onPart;
  }

  part(part: BatchPart): void {
    this.parts = append(this.parts, part);
    this.#onPart(this);
  }

  target(target: Address): void {
    assertServed(this.known, target, this.#checks.functions);
  }

  egress(namespace: string, name: string): void {
    assertEgress(this.known, `${namespace}/${name}`, this.#checks.outboxes);
  }

  token(sender: Address, token: string): void {
    try {
      assertTokenFree(sender, token, this.#checks.delayed);
    } catch (thrown) {
      // The store can't be read now. The token is looked up again before the effects are applied.
      if (!(thrown instanceof StoreFailure)) throw thrown;
    }
  }
}
