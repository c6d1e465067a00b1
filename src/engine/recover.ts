// What an engine reads when it opens a store: which mailboxes, outboxes and parked addresses there are. States are read
// when their addresses are called, so their number does not matter.

import type { Store } from "../store/store.js";
import type { Instance, Parking } from "./instance.js";
import type { Instances } from "./instances.js";
import { kinds, parseAddressKey, rangeEnd } from "./keys.js";

const readAtOnce = 10_000;

/** Reads all keys with a prefix, a part at a time. */
export async function* keysOf(store: Store, prefix: string): AsyncIterable<string[]> {
  const to = rangeEnd(prefix);
  for (let from = prefix; ; ) {
    const keys = await store.keys({ from, to, limit: readAtOnce });
    if (keys.length > 0) yield keys;
    if (keys.length < readAtOnce) return;
    from = `${keys[keys.length - 1]}\0`;
  }
}

/** Wakes the addresses that have messages; returns how many messages there are. */
export async function recoverMailboxes(store: Store, instances: Instances): Promise<number> {
  let messages = 0;
  let instance: Instance | undefined;
  for await (const keys of keysOf(store, kinds.message)) {
    for (const key of keys) {
      // Those of one address stand together.
      if (instance === undefined || !key.startsWith(instance.key, 1)) {
        instance = instances.wake(parseAddressKey(key).address);
      }
      instance.mailbox.found(key);
    }
    messages += keys.length;
  }
  return messages;
}

/** Parks what was parked; returns how many addresses that is. */
export async function recoverParked(store: Store, instances: Instances): Promise<number> {
  let parked = 0;
  for await (const keys of keysOf(store, kinds.parked)) {
    for (const key of keys) {
      const stored = store.get(key);
      if (stored === undefined) continue;
      instances.wake(parseAddressKey(key).address).parking = JSON.parse(Buffer.from(stored).toString()) as Parking;
    }
    parked += keys.length;
  }
  return parked;
}

/** Tells each record that an egress has not acknowledged. */
export async function recoverOutboxes(store: Store, found: (egress: string, key: string) => void): Promise<void> {
  for await (const keys of keysOf(store, kinds.outbox)) {
    for (const key of keys) found(key.slice(1, key.indexOf("\0")), key);
  }
}
