// Handlers that wait for calls. When each handler of a circle waits for the next one, no answer can ever come: such a call is
// refused before it is sent.

import type { Address } from "../model/address.js";
import { LastingFailure } from "../model/failure.js";

/** One handler's wait for a call: a step from the address that waits to the address that is called. */
interface Step {
  readonly from: Address;
  readonly target: Address;
  /** The call in flight whose handler waits. A later call of the same address has other handlers, which may wait for nothing. */
  readonly call: object | undefined;
}

export class CallCycles {
  /** The waits, by the texts of the addresses that wait. */
  readonly #steps = new Map<string, Set<Step>>();
  readonly #callOf: (address: Address) => object | undefined;

  /** `callOf` finds the call of the address that is in flight. An address without one has no handler that waits. */
  constructor(callOf: (address: Address) => object | undefined) {
    this.#callOf = callOf;
  }

  /**
   * Throws CALL_CYCLE when the answer to a call of `target` would need the end of the handler of `from`, which waits for that
   * answer. When the handler lets the error through, its own caller is told at once, because the next try makes the same call.
   */
  assertNone(from: Address, target: Address): void {
    const path = this.#callOf(from) !== undefined ? this.#path(target, from) : undefined;
    if (path === undefined) return;
    throw new LastingFailure(
      "CALL_CYCLE",
      `${[from, ...path].join(" → ")}: each of these handlers would wait for the next one, so that no answer ever came. Send a message with context.send, and go on when the answer arrives as a message.`,
    );
  }

  /** Notes that a handler waits for a call. The returned function ends that. */
  add(from: Address, target: Address): () => void {
    const key = String(from);
    const steps = this.#steps.get(key) ?? new Set();
    const step = { from, target, call: this.#callOf(from) };
    steps.add(step);
    this.#steps.set(key, steps);
    return () => {
      steps.delete(step);
      if (steps.size === 0) this.#steps.delete(key);
    };
  }

  /** The addresses from `start` to `end`, each of which waits for the next one; undefined when there is no such path. */
  #path(start: Address, end: Address): Address[] | undefined {
    const seen = new Set<string>();
    const paths = [[start]];
    for (const path of paths) {
      const last = path.at(-1) as Address;
      if (last.equals(end)) return path;
      const key = String(last);
      const inFlight = this.#callOf(last);
      if (seen.has(key) || inFlight === undefined) continue;
      seen.add(key);
      for (const { target, call } of this.#steps.get(key) ?? []) if (call === inFlight) paths.push([...path, target]);
    }
    return undefined;
  }
}
