// Finds the addresses of one function that hold a state or a message, a page at a time, and counts them. A page is bounded in
// its number of addresses and in the bytes of their ids.

import { parseTypeName } from "../model/type-name.js";
import { compareKeys } from "../store/sorted-keys.js";
import type { Store } from "../store/store.js";
import type { FunctionCounts } from "./engine-api.js";
import { FairTurns } from "./fair-turns.js";
import type { FunctionTable } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import { addressKey, functionKey, idBeginning, kinds, parseAddressKey, rangeEnd, textRangeEnd } from "./keys.js";
import type { NextTurn } from "./next-turn.js";
import type { ParkedAddresses } from "./parked-addresses.js";

/** How many keys are read at once. Behind them, the other keys of the last id are jumped over. */
const readAtOnce = 100;
/** The id that reaches this number of bytes is the last one of its page. */
const pageBytes = 1024 * 1024;
/** How many addresses of a function are counted. */
const mostCounted = 1_000;

interface AddressPagesParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly functions: FunctionTable;
  readonly parked: ParkedAddresses;
  readonly nextTurn?: NextTurn;
}

/** Which ids to find. */
export interface IdsPage {
  /** Only ids behind this one. Defaults to all. */
  readonly after?: string | undefined;
  /** Only ids that begin with this text. Defaults to all. */
  readonly prefix?: string | undefined;
  readonly limit: number;
}

/** The ids of a page, and whether there are more behind the last one. */
interface Ids {
  readonly ids: readonly string[];
  readonly more: boolean;
}

/** The ids of a page, and which of them have messages. */
interface HeldIds extends Ids {
  readonly withMessages: ReadonlySet<string>;
}

const none: Ids = { ids: [], more: false };

export class AddressPages {
  readonly #parts: AddressPagesParts;

  constructor(parts: AddressPagesParts) {
    this.#parts = parts;
  }

  /** The next ids that hold a state or a message, in the order of their keys. What was changed last must have been written. */
  held(typeName: string, page: IdsPage): Promise<HeldIds> {
    const { namespace, name } = parseTypeName(typeName);
    return this.#held(namespace, name, page);
  }

  /** The next ids that have messages. Otherwise as {@link held}. */
  async withMessages(typeName: string, page: IdsPage): Promise<Ids> {
    const { namespace, name } = parseTypeName(typeName);
    return this.#messages(namespace, name, page);
  }

  /** See EngineApi.counts. */
  async counts(typeName: string): Promise<FunctionCounts> {
    await this.#parts.commit.attempted();
    const { store } = this.#parts;
    const { namespace, name } = parseTypeName(typeName);
    const key = functionKey(namespace, name);
    const { ids, more } = await this.#held(namespace, name, { limit: mostCounted });
    const last = ids.at(-1);
    const prefix = kinds.message + key;
    const to = rangeEnd(more && last !== undefined ? kinds.message + addressKey(namespace, name, last) : prefix);
    const [waiting, parked] = await Promise.all([
      this.#mayHaveMessages(namespace, name) ? store.count({ from: prefix, to }) : 0,
      this.#parts.parked.count > 0 ? store.count({ from: kinds.parked + key, to: rangeEnd(kinds.parked + key) }) : 0,
    ]);
    return { addresses: ids.length, waiting, more, parked };
  }

  /** How many messages wait for the address of this key. */
  depth(key: string): Promise<number> {
    const prefix = kinds.message + key;
    return this.#parts.store.count({ from: prefix, to: rangeEnd(prefix) });
  }

  /**
   * Whether messages may wait for a function. Where none can, the store is not asked: a read goes through what was deleted
   * lately too, which takes milliseconds after very many messages.
   */
  #mayHaveMessages(namespace: string, name: string): boolean {
    const { functions, parked } = this.#parts;
    const known = functions.peek(namespace, name);
    return known === undefined || known.sleeping || known.backlog.hasQueues || parked.count > 0;
  }

  async #held(namespace: string, name: string, page: IdsPage): Promise<HeldIds> {
    const { limit } = page;
    const [states, messages] = await Promise.all([
      this.#idsOf(kinds.state, namespace, name, page),
      this.#messages(namespace, name, page),
    ]);
    // Behind the end of a list that is not whole there may be ids that the other list has not.
    const ends = [states, messages].flatMap(({ ids, more }) => (more ? ids.slice(-1) : []));
    const [end] = ends.sort(compareKeys);
    const all = [...new Set([...states.ids, ...messages.ids])].sort(compareKeys);
    const ids: string[] = [];
    let bytes = 0;
    for (const id of all) {
      if (ids.length === limit || bytes >= pageBytes || (end !== undefined && compareKeys(id, end) > 0)) break;
      ids.push(id);
      bytes += id.length;
    }
    const more = states.more || messages.more || ids.length < all.length;
    return { ids, more, withMessages: new Set(messages.ids) };
  }

  async #messages(namespace: string, name: string, page: IdsPage): Promise<Ids> {
    return this.#mayHaveMessages(namespace, name) ? this.#idsOf(kinds.message, namespace, name, page) : none;
  }

  /** The next ids that have an entry of a kind. */
  async #idsOf(kind: string, namespace: string, name: string, { after, prefix = "", limit }: IdsPage): Promise<Ids> {
    const { store, nextTurn } = this.#parts;
    const all = kind + functionKey(namespace, name);
    const chosen = all + idBeginning(prefix);
    const behind = (id: string) => rangeEnd(kind + addressKey(namespace, name, id));
    const to = prefix === "" ? rangeEnd(all) : textRangeEnd(chosen);
    const begin = after === undefined ? chosen : ([chosen, behind(after)].sort(compareKeys)[1] as string);
    const turns = new FairTurns(nextTurn);
    const ids: string[] = [];
    let bytes = 0;
    for (let from = begin; ; ) {
      const turn = turns.next();
      if (turn !== undefined) await turn;
      const keys = await store.keys({ from, to, limit: readAtOnce });
      for (const key of keys) {
        const { id } = parseAddressKey(key).address;
        if (id === ids.at(-1)) continue;
        if (ids.length === limit || bytes >= pageBytes) return { ids, more: true };
        ids.push(id);
        bytes += id.length;
      }
      if (keys.length < readAtOnce) return { ids, more: false };
      from = behind(ids.at(-1) as string);
    }
  }
}
