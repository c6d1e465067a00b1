// Reads some states of every address of a function, a few addresses at a time. What is read at once is bounded in its entries and
// in bytes, and of large states only the heads are read.

import { Address } from "../model/address.js";
import { parseTypeName } from "../model/type-name.js";
import { compareKeys } from "../store/sorted-keys.js";
import { type Entry, endsRange, type Store } from "../store/store.js";
import type { Clock } from "./clock.js";
import type { StateRow } from "./engine-api.js";
import type { FunctionTable } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import { addressKey, functionKey, kinds, parseAddressKey, rangeEnd } from "./keys.js";
import { decodeHead, headKey, keyOfHead, type StateHead } from "./state-heads.js";
import { decodeStateValue, isExpired } from "./state-values.js";

/** How many entries are read at once. Their values are copied in one turn of the event loop, which others wait for. */
const readAtOnce = 200;
/** The entry that reaches this number of bytes is the last one that is read at once. */
const bytesAtOnce = 256 * 1024;
/** How many heads are read at once. */
const headsAtOnce = 50;

interface StateRowsParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly functions: FunctionTable;
}

/** An address whose states are being collected. */
interface OpenRow {
  readonly address: Address;
  readonly states: Map<string, ReturnType<StateRow["states"]["get"]> & object>;
}

export class StateRows {
  readonly #parts: StateRowsParts;

  constructor(parts: StateRowsParts) {
    this.#parts = parts;
  }

  /** See EngineApi.stateRows. */
  async *read(typeName: string, names: readonly string[], after: string | undefined): AsyncGenerator<StateRow[]> {
    await this.#parts.commit.attempted();
    const { namespace, name } = parseTypeName(typeName);
    const prefix = kinds.state + functionKey(namespace, name);
    const from = after === undefined ? prefix : rangeEnd(kinds.state + addressKey(namespace, name, after));
    const wanted = new Set(names);
    let open: OpenRow | undefined;
    for await (const entries of this.#entries(from, rangeEnd(prefix))) {
      const rows: StateRow[] = [];
      for (const [key, found] of entries) {
        const { address, rest } = parseAddressKey(key);
        if (address.id !== open?.address.id) {
          if (open !== undefined) rows.push(rowOf(open));
          open = { address, states: new Map() };
        }
        const value = wanted.has(rest) ? this.#valueOf(open.address, rest, found) : undefined;
        if (value !== undefined) open.states.set(rest, value);
      }
      if (rows.length > 0) yield rows;
    }
    if (open !== undefined) yield [rowOf(open)];
  }

  /** The value or the head of a state; undefined when it has expired. */
  #valueOf(address: Address, name: string, found: Uint8Array | StateHead) {
    const { clock, functions } = this.#parts;
    const expiration = functions.expirationOf(address, name);
    if (!(found instanceof Uint8Array)) return isExpired(found, { expiration }, clock.now()) ? undefined : found;
    const value = decodeStateValue(found);
    return isExpired(value, { expiration }, clock.now()) ? undefined : value.packed.unpack();
  }

  /** Reads the entries of a range in their order. In the place of a large value stands its head. */
  async *#entries(begin: string, to: string): AsyncGenerator<(readonly [string, Uint8Array | StateHead])[]> {
    const { store } = this.#parts;
    const heads = this.#heads(begin, to);
    try {
      for (let from = begin; ; ) {
        const { value: large } = await heads.next();
        for (;;) {
          const range = { from, to: large?.[0] ?? to, limit: readAtOnce, bytes: bytesAtOnce };
          const entries = compareKeys(from, range.to) < 0 ? await store.entries(range) : [];
          if (entries.length > 0) yield entries;
          if (endsRange(entries, range)) break;
          from = behind(entries);
        }
        if (large === undefined) return;
        yield [large];
        from = `${large[0]}\0`;
      }
    } finally {
      await heads.return(undefined);
    }
  }

  /** The keys of the large states in a range, and their heads. */
  async *#heads(begin: string, to: string): AsyncGenerator<readonly [string, StateHead], undefined> {
    for (let from = headKey(begin); ; ) {
      const range = { from, to: headKey(to), limit: headsAtOnce };
      const entries = await this.#parts.store.entries(range);
      for (const [key, bytes] of entries) yield [keyOfHead(key), decodeHead(bytes)];
      if (endsRange(entries, range)) return undefined;
      from = behind(entries);
    }
  }
}

const behind = (entries: readonly Entry[]) => `${entries[entries.length - 1]?.[0]}\0`;

const rowOf = ({ address, states }: OpenRow): StateRow => ({ id: address.id, states });
