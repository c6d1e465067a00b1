// The parked addresses: nothing is delivered to them until a person retries them or drops their messages.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { isClient } from "../model/client-address.js";
import { compareKeys } from "../store/sorted-keys.js";
import { endsRange, type Store } from "../store/store.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance, Parking } from "./instance.js";
import type { Instances } from "./instances.js";
import { addressKey, functionKey, idBeginning, kinds, parseAddressKey, rangeEnd, textRangeEnd } from "./keys.js";
import type { Message } from "./message.js";
import type { ParkedInfo } from "./parked-api.js";
import type { WaitingCalls } from "./waiting-calls.js";

/** The keys of so many parked addresses are kept in memory. When more are parked, each address that wakes is looked up. */
const mostKeys = 10_000;

interface ParkedParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly instances: Instances;
  readonly calls: WaitingCalls;
}

export interface ParkedAddress {
  readonly address: Address;
  readonly parking: Parking;
  /** How many bytes its entry has in the store. */
  readonly bytes: number;
}

/** Which parked addresses to read. */
interface ParkedRange {
  /** Only addresses behind this one. Defaults to all. */
  readonly after?: Address;
  /** Only addresses of this one's function, whose ids begin with its id. Defaults to all. */
  readonly within?: Address;
  readonly limit: number;
  readonly bytes: number;
}

export class ParkedAddresses {
  readonly #commit: GroupCommit;
  readonly #calls: WaitingCalls;
  readonly #store: Store;
  readonly #instances: Instances;
  #count = 0;
  /** The keys of the parked addresses; undefined when they are too many to be kept in memory. */
  #keys: Set<string> | undefined = new Set();

  constructor({ store, commit, instances, calls }: ParkedParts) {
    this.#store = store;
    this.#commit = commit;
    this.#instances = instances;
    this.#calls = calls;
    instances.mayBeParked = (key) => this.#count > 0 && (this.#keys?.has(key) ?? true);
  }

  /** How many addresses are parked. */
  get count(): number {
    return this.#count;
  }

  /** Finds the addresses that were parked before the start. */
  async open(): Promise<void> {
    const range = { from: kinds.parked, to: rangeEnd(kinds.parked) };
    this.#count = await this.#store.count(range);
    const keys = this.#count > mostKeys ? undefined : await this.#store.keys({ ...range, limit: mostKeys });
    this.#keys = keys && new Set(keys.map((key) => key.slice(kinds.parked.length)));
  }

  /** Whether the address of this key is parked. */
  includes(key: string): boolean {
    if (this.#count === 0) return false;
    return this.#keys?.has(key) ?? this.#commit.get(kinds.parked + key) !== undefined;
  }

  /** Why an address is parked; undefined when it is not. */
  parkingOf(address: Address): Parking | undefined {
    const awake = this.#instances.peek(address);
    if (awake !== undefined) {
      this.recall(awake);
      return awake.parking;
    }
    const key = keyOf(address);
    return this.#instances.mayBeParked(key) ? this.#read(key) : undefined;
  }

  /** Reads from the store whether an address that has woken is parked. */
  recall(instance: Instance): void {
    if (!instance.parkingUnread) return;
    instance.parking = this.#read(instance.key);
    instance.parkingUnread = false;
  }

  /** Parked addresses in the order of their keys, as they are in the store, and whether there are no more behind them. */
  async page({ after, within, limit, bytes }: ParkedRange): Promise<{ found: ParkedAddress[]; ends: boolean }> {
    const ofFunction = within === undefined ? "" : functionKey(within.namespace, within.name);
    const prefix = kinds.parked + ofFunction + idBeginning(within?.id ?? "");
    const behind = after === undefined ? prefix : `${kinds.parked}${keyOf(after)}\0`;
    const from = compareKeys(behind, prefix) > 0 ? behind : prefix;
    const to = textRangeEnd(prefix);
    if (compareKeys(from, to) >= 0) return { found: [], ends: true };
    const range = { from, to, limit, bytes };
    const entries = await this.#store.entries(range);
    const found = entries.map(([key, value]) => {
      return { address: parseAddressKey(key).address, parking: decodeParking(value), bytes: key.length + value.length };
    });
    return { found, ends: endsRange(entries, range) };
  }

  /** Parks an address, and ends the calls whose messages wait there. Parking a parked address changes the reason. */
  park(instance: Instance, parking: Parking): void {
    this.recall(instance);
    if (instance.parking === undefined) this.#add(instance.key);
    instance.parking = parking;
    instance.endRetryWait();
    this.#commit.put(kinds.parked + instance.key, Buffer.from(JSON.stringify(parking)));
    this.#rejectCalls(instance, parkedError(instance.address, parking));
  }

  /** Lets an address be called again, also one that only waits for a retry. Its attempts count anew. */
  unpark(instance: Instance): void {
    this.recall(instance);
    if (instance.parking !== undefined) {
      this.#count -= 1;
      this.#keys?.delete(instance.key);
      instance.parking = undefined;
      this.#commit.delete(kinds.parked + instance.key);
    }
    instance.endRetryWait();
    instance.forgetFailures();
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
    if (firstKey !== undefined && mailbox.hasRest) this.#calls.rejectFrom(firstKey, address, error);
  }

  #add(key: string): void {
    this.#count += 1;
    this.#keys?.add(key);
    if (this.#count > mostKeys) this.#keys = undefined;
  }

  #read(key: string): Parking | undefined {
    const stored = this.#commit.get(kinds.parked + key);
    return stored && decodeParking(stored);
  }
}

/** A parked address as people see it. */
export function parkedInfo({ address, parking }: Pick<ParkedAddress, "address" | "parking">): ParkedInfo {
  const { since, code, reason, attempts, firstFailedAt } = parking;
  return { address, since, code, reason, attempts, firstFailedAt };
}

const keyOf = ({ namespace, name, id }: Address) => addressKey(namespace, name, id);

const decodeParking = (bytes: Uint8Array): Parking => JSON.parse(Buffer.from(bytes).toString());

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
