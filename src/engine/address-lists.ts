// Lists the addresses of one function for people: all of them or those that a filter chooses, with what goes on at each and the
// values of some of its states. A page is bounded in its addresses and in the bytes that it reads.

import { StatefunError } from "../errors.js";
import { Address } from "../model/address.js";
import type { Store } from "../store/store.js";
import { type Activity, failingInfo } from "./activity.js";
import type { AddressesFound, AddressesPage, ListedAddress } from "./address-list-api.js";
import type { AddressPages } from "./address-pages.js";
import type { DelayedPages } from "./delayed-pages.js";
import { bytesAtOnce } from "./failure-sweep.js";
import { FairTurns } from "./fair-turns.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instances } from "./instances.js";
import { addressKey, kinds, parseAddressKey, rangeEnd } from "./keys.js";
import type { NextTurn } from "./next-turn.js";
import { type ParkedAddresses, parkedInfo } from "./parked-addresses.js";
import type { StatePages } from "./state-pages.js";

/** So many keys of messages are read at once to count the messages of a page's addresses. */
const countedAtOnce = 2_000;
/** The address whose columns reach this number of bytes is the last one of its page. */
const pageBytes = 4 * 1024 * 1024;

interface AddressListsParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly instances: Instances;
  readonly parked: ParkedAddresses;
  readonly pages: AddressPages;
  readonly states: StatePages;
  readonly delayed: DelayedPages;
  readonly activity: Activity;
  readonly nextTurn?: NextTurn;
}

/** The ids of a page before anything else of their addresses is read. */
interface ChosenIds {
  readonly ids: readonly string[];
  /** The ids that have messages, where the page has all such ids between its first and its last one. Defaults to unknown. */
  readonly withMessages?: ReadonlySet<string>;
  /** How many delayed messages each id has. Defaults to none: they were not counted. */
  readonly delayed?: ReadonlyMap<string, number>;
  readonly next: string | undefined;
}

export class AddressLists {
  readonly #parts: AddressListsParts;

  constructor(parts: AddressListsParts) {
    this.#parts = parts;
  }

  /** See EngineApi.addresses. */
  async page(typeName: string, page: AddressesPage): Promise<AddressesFound> {
    const { commit, nextTurn } = this.#parts;
    const turns = new FairTurns(nextTurn);
    await commit.attempted();
    const chosen = await this.#ids(typeName, page);
    const { ids, delayed, next } = chosen;
    const depths = await this.#depths(typeName, chosen);
    const addresses: ListedAddress[] = [];
    let bytes = 0;
    for (const id of ids) {
      const turn = turns.next();
      if (turn !== undefined) await turn;
      const address = Address.of(typeName, id);
      const columns = this.#columns(address, page.columns ?? []);
      addresses.push({ ...this.#shown(address), depth: depths.get(id) ?? 0, delayed: delayed?.get(id), columns });
      for (const value of columns)
        bytes += value === undefined ? 0 : "head" in value ? value.head.length : value.byteLength;
      // A page of delayed messages can't end before its last message: its place is that of a message.
      if (bytes >= pageBytes && delayed === undefined && id !== ids.at(-1)) return { addresses, next: id };
    }
    return { addresses, next };
  }

  async #ids(typeName: string, { filter, ...page }: AddressesPage): Promise<ChosenIds> {
    const { pages, activity } = this.#parts;
    switch (filter) {
      case undefined: {
        const { withMessages, ...found } = await pages.held(typeName, page);
        return { ...placed(found), withMessages };
      }
      case "waiting": {
        const found = await pages.withMessages(typeName, page);
        return { ...placed(found), withMessages: new Set(found.ids) };
      }
      case "failing":
        return placed(await activity.failingIds(typeName, page));
      case "parked":
        return placed(await this.#parked(typeName, page));
      case "delayed":
        return this.#delayed(typeName, page);
      default:
        throw new StatefunError("OPTION_INVALID", `The filter of addresses is ${JSON.stringify(filter)}.`);
    }
  }

  async #parked(typeName: string, { after, prefix = "", limit }: AddressesPage) {
    const { found, ends } = await this.#parts.parked.page({
      within: Address.of(typeName, prefix),
      ...(after === undefined ? {} : { after: Address.of(typeName, after) }),
      limit: limit + 1,
      bytes: bytesAtOnce,
    });
    const ids = found.slice(0, limit).map(({ address }) => address.id);
    return { ids, more: !ends || found.length > limit };
  }

  async #delayed(typeName: string, { after, prefix = "", limit }: AddressesPage): Promise<ChosenIds> {
    const { items, next } = await this.#parts.delayed.addresses(typeName, { after, prefix, limit });
    return {
      ids: items.map(({ id }) => id),
      delayed: new Map(items.map(({ id, count }) => [id, count])),
      next,
    };
  }

  #shown(address: Address): Pick<ListedAddress, "id" | "parked" | "failing"> {
    const { instances, parked } = this.#parts;
    const parking = parked.parkingOf(address);
    const awake = instances.peek(address);
    return {
      id: address.id,
      parked: parking && parkedInfo({ address, parking }),
      failing: awake && failingInfo(awake),
    };
  }

  #columns(address: Address, columns: readonly string[]): ListedAddress["columns"] {
    return columns.map((name) => this.#parts.states.preview(address, name));
  }

  /** How many messages wait for each id of a page, by their ids. */
  async #depths(typeName: string, { ids, withMessages }: ChosenIds): Promise<ReadonlyMap<string, number>> {
    const { namespace, name } = Address.of(typeName, "");
    const keyOf = (id: string) => kinds.message + addressKey(namespace, name, id);
    const depths = new Map<string, number>();
    if (withMessages === undefined) {
      for (const id of ids) depths.set(id, await this.#depth(keyOf(id)));
      return depths;
    }
    // No other address has a message between these, and most mailboxes are short: so one read counts many of them.
    const waiting = ids.filter((id) => withMessages.has(id));
    for (let index = 0; index < waiting.length; ) {
      const from = keyOf(waiting[index] as string);
      const to = rangeEnd(keyOf(waiting.at(-1) as string));
      const keys = await this.#parts.store.keys({ from, to, limit: countedAtOnce });
      let id = "";
      for (const key of keys) {
        if (!key.startsWith(keyOf(id))) ({ id } = parseAddressKey(key).address);
        depths.set(id, (depths.get(id) ?? 0) + 1);
      }
      if (keys.length < countedAtOnce) return depths;
      depths.set(id, await this.#depth(keyOf(id)));
      index = waiting.indexOf(id, index) + 1;
    }
    return depths;
  }

  #depth(from: string): Promise<number> {
    return this.#parts.store.count({ from, to: rangeEnd(from) });
  }
}

const placed = ({ ids, more }: { readonly ids: readonly string[]; readonly more: boolean }): ChosenIds => ({
  ids,
  next: more ? ids.at(-1) : undefined,
});
