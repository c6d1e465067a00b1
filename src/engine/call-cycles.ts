// Handlers that wait for calls. When each handler of a circle waits for the next one, no answer can ever come: such a call is
// refused before it is sent.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";

/** One handler's wait for a call: a step from the address that waits to the address that is called. */
interface Step {
  readonly from: Address;
  readonly target: Address;
}

export class CallCycles {
  /** The waits, by the texts of the addresses that wait. */
  readonly #steps = new Map<string, Set<Step>>();
  readonly #inFlight: (address: Address) => boolean;

  /** `inFlight` says whether a call of the address is in flight. An address without one has no handler that waits. */
  constructor(inFlight: (address: Address) => boolean) {
    this.#inFlight = inFlight;
  }

  /**
   * Throws CALL_CYCLE when the answer to a call of `target` would need the end of the handler of `from`, which waits for that
   * answer.
   */
  assertNone(from: Address, target: Address): void {
    const path = this.#inFlight(from) ? this.#path(target, from) : undefined;
    if (path === undefined) return;
    throw new StatefunError(
      "CALL_CYCLE",
      `${[from, ...path].join(" → ")}: each of these handlers would wait for the next one, so that no answer ever came. Send a message with context.send, and go on when the answer arrives as a message.`,
    );
  }

  /** Notes that a handler waits for a call. The returned function ends that. */
  add(from: Address, target: Address): () => void {
    const key = String(from);
    const steps = this.#steps.get(key) ?? new Set();
    const step = { from, target };
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
      if (seen.has(key) || !this.#inFlight(last)) continue;
      seen.add(key);
      for (const { target } of this.#steps.get(key) ?? []) paths.push([...path, target]);
    }
    return undefined;
  }
}
