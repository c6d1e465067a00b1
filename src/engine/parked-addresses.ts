// The parked addresses: nothing is delivered to them until a person retries them or drops their messages.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { isClient } from "../model/client-address.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance, Parking } from "./instance.js";
import { kinds } from "./keys.js";
import type { Message } from "./message.js";
import type { WaitingCalls } from "./waiting-calls.js";

export class ParkedAddresses {
  readonly #commit: GroupCommit;
  readonly #calls: WaitingCalls;
  #count = 0;

  constructor(commit: GroupCommit, calls: WaitingCalls) {
    this.#commit = commit;
    this.#calls = calls;
  }

  /** How many addresses are parked. */
  get count(): number {
    return this.#count;
  }

  /** Parks an address that was parked before the start. */
  restore(instance: Instance, parking: Parking): void {
    this.#count += 1;
    instance.parking = parking;
  }

  /** Parks an address, and ends the calls whose messages wait there. Parking a parked address changes the reason. */
  park(instance: Instance, parking: Parking): void {
    if (instance.parking === undefined) this.#count += 1;
    instance.parking = parking;
    instance.endRetryWait();
    this.#commit.put(kinds.parked + instance.key, Buffer.from(JSON.stringify(parking)));
    this.#rejectCalls(instance, parkedError(instance.address, parking));
  }

  /** Lets an address be called again, also one that only waits for a retry. Its attempts count anew. */
  unpark(instance: Instance): void {
    if (instance.parking !== undefined) {
      this.#count -= 1;
      instance.parking = undefined;
      this.#commit.delete(kinds.parked + instance.key);
    }
    instance.endRetryWait();
    instance.attempts = 0;
  }

  #rejectCalls({ address, mailbox }: Instance, error: StatefunError): void {
    const { items, head } = mailbox.view;
    for (let index = head; index < items.length; index++) {
      const { caller } = items[index] as Message;
      if (caller !== undefined && isClient(caller)) this.#calls.reject(caller, error);
    }
    // The rest of the mailbox is only in the store, and reading it would take too long. Instead, all waiting calls are searched
    // for this target.
    const { firstKey } = mailbox;
    if (firstKey !== undefined && mailbox.length > mailbox.loaded) this.#calls.rejectFrom(firstKey, address, error);
  }
}

/**
 * The error of a call to a parked address. It holds the reason that a person gave. It does not hold the message of a failure,
 * which may hold secrets and is only for people who look after the address.
 */
export function parkedError(address: Address, { code, reason }: Parking): StatefunError {
  return new StatefunError(
    "ADDRESS_PARKED",
    `${address} is parked (${code === "ADDRESS_PARKED" ? reason : code}) until it is retried or its message dropped.`,
  );
}
