// Lists the addresses of one function that hold one state, with the value of the state, a page at a time. A page is bounded in
// the states that it has, in their bytes, and in the keys that it reads.

import type { Address } from "../model/address.js";
import { parseTypeName } from "../model/type-name.js";
import type { TypedValue } from "../model/typed-value.js";
import { compareKeys } from "../store/sorted-keys.js";
import type { Store } from "../store/store.js";
import type { Clock } from "./clock.js";
import type { FunctionTable } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import { addressKey, functionKey, kinds, parseAddressKey, rangeEnd } from "./keys.js";
import { decodeHead } from "./state-heads.js";
import { decodeStateValue, isExpired } from "./state-values.js";
import type { HeldState, LargeState, StatesFound, StatesPage } from "./states-api.js";

/** How many keys are read at once. Their values are read in one turn of the event loop, which others wait for. */
const readAtOnce = 100;
/** After so many keys a page ends, whatever it has found. */
const mostKeys = 10_000;
/** The state that reaches this number of bytes is the last one of its page: whoever asks decodes a page in one turn. */
const pageBytes = 256 * 1024;

interface StatePagesParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly functions: FunctionTable;
}

export class StatePages {
  readonly #parts: StatePagesParts;

  constructor(parts: StatePagesParts) {
    this.#parts = parts;
  }

  /** See EngineApi.states. */
  async page(typeName: string, state: string, { after, limit }: StatesPage): Promise<StatesFound> {
    const { store, commit } = this.#parts;
    await commit.attempted();
    const { namespace, name } = parseTypeName(typeName);
    const prefix = kinds.state + functionKey(namespace, name);
    const keyOf = (id: string) => kinds.state + addressKey(namespace, name, id);
    const to = rangeEnd(prefix);
    const found: HeldState[] = [];
    let bytes = 0;
    let read = 0;
    const take = (address: Address) => {
      const held = this.#held(address, state);
      if (held === undefined) return;
      found.push(held);
      bytes += held.value.value.length;
    };
    for (let from = after === undefined ? prefix : rangeEnd(keyOf(after)); ; ) {
      const keys = await store.keys({ from, to, limit: readAtOnce });
      read += keys.length;
      for (const key of keys) {
        const { address, rest } = parseAddressKey(key);
        if (rest !== state) continue;
        take(address);
        if (found.length >= limit || bytes >= pageBytes) return { states: found, next: address.id };
      }
      const last = keys.at(-1);
      if (last === undefined || keys.length < readAtOnce) return { states: found, next: undefined };
      // Of an address with very many states, the others are jumped over.
      const { address, rest } = parseAddressKey(last);
      if (compareKeys(rest, state) < 0) take(address);
      if (read >= mostKeys || found.length >= limit || bytes >= pageBytes) return { states: found, next: address.id };
      from = rangeEnd(keyOf(address.id));
    }
  }

  /** The value of one state; undefined when the state is not set, or has expired. */
  value(address: Address, state: string): TypedValue | undefined {
    return this.#held(address, state)?.value;
  }

  /** The value of one state, or the head of a large one; undefined when the state is not set, or has expired. */
  preview(address: Address, state: string): TypedValue | LargeState | undefined {
    const { commit, clock, functions } = this.#parts;
    const { namespace, name, id } = address;
    const stored = commit.get(kinds.head + addressKey(namespace, name, id) + state);
    if (stored === undefined) return this.value(address, state);
    const head = decodeHead(stored);
    return isExpired(head, { expiration: functions.expirationOf(address, state) }, clock.now()) ? undefined : head;
  }

  #held(address: Address, state: string): HeldState | undefined {
    const { commit, clock, functions } = this.#parts;
    const { namespace, name, id } = address;
    const stored = commit.get(kinds.state + addressKey(namespace, name, id) + state);
    if (stored === undefined) return undefined;
    const value = decodeStateValue(stored);
    if (isExpired(value, { expiration: functions.expirationOf(address, state) }, clock.now())) return undefined;
    return { id, value: value.packed.unpack(), writtenAt: value.touchedAt };
  }
}
