// Reads delayed messages for people, a page at a time, in the order in which they are due. A page is bounded in what it has and in
// what it reads: the messages to one address may stand behind millions of others.

import type { Address } from "../model/address.js";
import { parseTypeName } from "../model/type-name.js";
import { type Entry, endsRange, type Store, sizeOfEntry } from "../store/store.js";
import { dueAtOf } from "./delayed.js";
import type { DelayedFilter, DelayedInfo } from "./delayed-api.js";
import { FairTurns } from "./fair-turns.js";
import type { GroupCommit } from "./group-commit.js";
import { kinds, rangeEnd } from "./keys.js";
import { type DelayedMessage, decodeDelayed, targetOfDelayed } from "./message.js";
import type { NextTurn } from "./next-turn.js";
import { isOwn } from "./own-messages.js";

/** How many messages, and how many bytes, are read at once. */
const readAtOnce = 500;
const bytesAtOnce = 512 * 1024;
/** After so many messages, or so many bytes, a page ends, whatever it has found. */
const mostRead = 10_000;
const mostBytes = 16 * 1024 * 1024;
/** The message that reaches this number of bytes is the last one of its page. */
const pageBytes = 4 * 1024 * 1024;

/** How a key looks without the letter of its kind: a time and a sequence number. */
const keyText = /^[0-9a-z]{18}$/;

interface DelayedPagesParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly nextTurn?: NextTurn;
}

/** A message that was found, and the key behind which the next one stands. */
interface Found<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** The addresses to which a page has found messages, in the order of the first of these, with how many it has found. */
export type DelayedAddresses = Found<{ readonly id: string; readonly count: number }>;

export class DelayedPages {
  readonly #parts: DelayedPagesParts;

  constructor(parts: DelayedPagesParts) {
    this.#parts = parts;
  }

  /** The next messages that a filter chooses. `after` and `next` are keys. */
  async page(
    { typeName, id }: DelayedFilter,
    { after, limit }: { after?: string | undefined; limit: number },
  ): Promise<Found<DelayedMessage>> {
    const { namespace, name } = typeName === undefined ? {} : parseTypeName(typeName);
    const chooses = (target: Address) =>
      (id === undefined || target.id === id) &&
      (name === undefined || (target.name === name && target.namespace === namespace));
    const all = typeName === undefined && id === undefined;
    const items: DelayedMessage[] = [];
    let bytes = 0;
    const next = await this.#read(after, all ? limit : readAtOnce, ([key, value]) => {
      const target = all ? undefined : targetOfDelayed(value);
      if (target !== undefined && !chooses(target)) return false;
      items.push(decodeDelayed(key, dueAtOf(key), value));
      bytes += value.length;
      return items.length === limit || bytes >= pageBytes;
    });
    return { items, next };
  }

  /** The next addresses of a function to which messages are delayed and whose ids begin with `prefix`. */
  async addresses(
    typeName: string,
    { after, limit, prefix }: { after?: string | undefined; limit: number; prefix: string },
  ): Promise<DelayedAddresses> {
    const { namespace, name } = parseTypeName(typeName);
    const counts = new Map<string, number>();
    const next = await this.#read(after, readAtOnce, ([, value]) => {
      const target = targetOfDelayed(value);
      if (target?.name !== name || target.namespace !== namespace || !target.id.startsWith(prefix)) return false;
      counts.set(target.id, (counts.get(target.id) ?? 0) + 1);
      return counts.size === limit;
    });
    return { items: [...counts].map(([id, count]) => ({ id, count })), next };
  }

  /**
   * Reads messages behind a key until `take` returns true for the last one, or until much was read. Returns the key of the last
   * message; undefined when nothing stands behind it.
   */
  async #read(after: string | undefined, limit: number, take: (entry: Entry) => boolean): Promise<string | undefined> {
    const { store, commit, nextTurn } = this.#parts;
    const turns = new FairTurns(nextTurn);
    await commit.attempted();
    let read = 0;
    let bytes = 0;
    let from = after === undefined ? kinds.delayed : `${kinds.delayed}${after}\0`;
    for (;;) {
      // One more than the limit shows whether there is a next page.
      const range = { from, to: rangeEnd(kinds.delayed), limit: Math.min(limit, readAtOnce) + 1, bytes: bytesAtOnce };
      const entries = await store.entries(range);
      const ends = endsRange(entries, range);
      for (const [index, entry] of entries.entries()) {
        read += 1;
        bytes += sizeOfEntry(entry);
        const full = take(entry) || read >= mostRead || bytes >= mostBytes;
        if (full) return ends && index === entries.length - 1 ? undefined : shownKey(entry[0]);
        const turn = turns.next();
        if (turn !== undefined) await turn;
      }
      const last = entries.at(-1);
      if (ends || last === undefined) return undefined;
      from = `${last[0]}\0`;
    }
  }
}

/** The key of a message in the store; undefined for a text that is no key. */
export const storeKey = (key: string): string | undefined => (keyText.test(key) ? kinds.delayed + key : undefined);

/** The key of a message as people see it. */
export const shownKey = (key: string): string => key.slice(kinds.delayed.length);

/** A delayed message as people see it. */
export function delayedInfo(message: DelayedMessage): DelayedInfo {
  const { key, caller, value, target, dueAt, token } = message;
  return {
    key: shownKey(key),
    caller,
    value: value.unpack(),
    target,
    dueAt,
    cancellationToken: token,
    own: isOwn(target, message),
  };
}
