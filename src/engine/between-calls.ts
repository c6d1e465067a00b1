// Changes that people make to one address: each is made between two calls of the address.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { type Admission, closingError } from "./admission.js";
import type { Clock } from "./clock.js";
import type { Dispatcher } from "./dispatcher.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance } from "./instance.js";
import type { Instances } from "./instances.js";

/** How long a change waits for the end of a call in flight. */
const longestWaitMs = 10_000;

interface BetweenCallsParts {
  readonly admission: Admission;
  readonly instances: Instances;
  readonly dispatcher: Dispatcher;
  readonly commit: GroupCommit;
  readonly clock: Clock;
}

export class BetweenCalls {
  readonly #parts: BetweenCallsParts;

  constructor(parts: BetweenCallsParts) {
    this.#parts = parts;
  }

  /**
   * Makes a change while no call for the address is in flight; resolves when the change is durable. Rejects with
   * ANSWER_TIMEOUT when the call in flight does not end, and with SHUTTING_DOWN when the engine closes before it has ended.
   */
  async change(address: Address, change: (instance: Instance) => void | Promise<void>): Promise<void> {
    const { admission, instances, dispatcher, commit } = this.#parts;
    admission.assertOpen();
    const instance = instances.wake(address);
    instance.held += 1;
    try {
      if (instance.call !== undefined) await this.#callEnded(instance);
      // The engine has given the call up.
      if (instance.call !== undefined) throw commit.ended ?? closingError();
      await change(instance);
    } finally {
      instance.held -= 1;
      dispatcher.ready(instance);
      instances.rest(instance);
    }
    await commit.durable();
  }

  /** Waits for the end of the call in flight. Rejects with ANSWER_TIMEOUT. */
  #callEnded(instance: Instance): Promise<void> {
    return new Promise((resolve, reject) => {
      const ignore = instance.onCallEnded(() => {
        timer.cancel();
        resolve();
      });
      const timer = this.#parts.clock.after(longestWaitMs, () => {
        ignore();
        const why = `A call for ${instance.address} has been in flight for ${longestWaitMs / 1000} seconds or longer`;
        reject(new StatefunError("ANSWER_TIMEOUT", `${why}, so nothing was changed. Park the address, or try again.`));
      });
    });
  }
}
