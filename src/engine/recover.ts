// Reads what an engine needs when it opens a store: the mailboxes, the outboxes and the parked addresses. States are read when
// their addresses are called, so their number does not matter.

import type { Store, Write } from "../store/store.js";
import type { Instance, Parking } from "./instance.js";
import type { Instances } from "./instances.js";
import { egressKey, kinds, parseAddressKey, parseEgressKey, rangeEnd } from "./keys.js";
import type { Outboxes } from "./outboxes.js";
import type { ParkedAddresses } from "./parked-addresses.js";

const readAtOnce = 10_000;

/** Reads all keys with a prefix, a page at a time. */
export async function* keysOf(store: Store, prefix: string): AsyncIterable<string[]> {
  const to = rangeEnd(prefix);
  for (let from = prefix; ; ) {
    const keys = await store.keys({ from, to, limit: readAtOnce });
    if (keys.length > 0) yield keys;
    if (keys.length < readAtOnce) return;
    from = `${keys[keys.length - 1]}\0`;
  }
}

/** Wakes the addresses that have messages. */
export async function recoverMailboxes(store: Store, instances: Instances): Promise<void> {
  let instance: Instance | undefined;
  for await (const keys of keysOf(store, kinds.message)) {
    for (const key of keys) {
      // The messages of one address stand together.
      if (instance === undefined || !key.startsWith(instance.key, 1)) {
        instance = instances.wake(parseAddressKey(key).address);
      }
      instance.mailbox.restore(key);
    }
  }
}

/** Parks the addresses that were parked. */
export async function recoverParked(store: Store, instances: Instances, parked: ParkedAddresses): Promise<void> {
  for await (const keys of keysOf(store, kinds.parked)) {
    for (const key of keys) {
      const stored = store.get(key);
      if (stored === undefined) continue;
      const parking = JSON.parse(Buffer.from(stored).toString()) as Parking;
      parked.restore(instances.wake(parseAddressKey(key).address), parking);
    }
  }
}

/** Finds the records that no egress has acknowledged. */
export async function recoverOutboxes(store: Store, outboxes: Outboxes): Promise<void> {
  await escapeEgressNames(store);
  for await (const keys of keysOf(store, kinds.outbox)) {
    for (const key of keys) outboxes.restore(parseEgressKey(key).egress, key);
  }
}

/** Older versions did not escape the name of an egress in keys. Such a name, with a control character, is escaped here. */
async function escapeEgressNames(store: Store): Promise<void> {
  for await (const keys of keysOf(store, kinds.outbox)) {
    const writes: Write[] = [];
    for (const key of keys) {
      const { egress, rest } = parseEgressKey(key);
      const escaped = egressKey(egress) + rest;
      const value = escaped === key ? undefined : store.get(key);
      if (value !== undefined) writes.push([key, undefined], [escaped, value]);
    }
    if (writes.length > 0) await store.write(writes);
  }
}
