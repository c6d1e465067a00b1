// Failures that a test has planned: the next messages of an address fail before their handler runs.

import { LocalFunctions } from "../functions/local-functions.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import type { Address } from "../model/address.js";
import type { Intercept } from "./watched-endpoint.js";

export class PlannedFailures {
  /** The errors, by the addresses as texts. */
  readonly #planned = new Map<string, unknown[]>();

  /** Lets one more message of an address fail. */
  plan(address: Address, error: unknown): void {
    const key = String(address);
    this.#planned.set(key, [...(this.#planned.get(key) ?? []), error]);
  }

  /** The addresses whose messages have still to fail, and how often. */
  get left(): readonly { readonly address: string; readonly times: number }[] {
    return [...this.#planned].map(([address, { length }]) => ({ address, times: length }));
  }

  /** Lets the first message of a call fail, if that is planned. A function that throws fails as any other does. */
  readonly intercept: Intercept = (call, run) => {
    const { batch } = call;
    const key = String(batch.target);
    const planned = this.#planned.get(key);
    if (planned === undefined) return run(batch);
    const error = planned.shift();
    if (planned.length === 0) this.#planned.delete(key);
    const failing = new StatefulFunctions().register(batch.target.typeName, () => {
      throw error;
    });
    return new LocalFunctions(failing).run({ ...batch, invocations: batch.invocations.slice(0, 1) }, call);
  };
}
