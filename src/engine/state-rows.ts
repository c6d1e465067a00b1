// Reads some states of every address of a function, a few addresses at a time. Of large states only the heads are read.

import { Address } from "../model/address.js";
import { parseTypeName } from "../model/type-name.js";
import type { Store } from "../store/store.js";
import type { Clock } from "./clock.js";
import type { FunctionTable } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import { addressKey, functionKey, kinds, parseAddressKey, rangeEnd } from "./keys.js";
import { stateEntries } from "./state-entries.js";
import type { StateHead } from "./state-heads.js";
import { decodeStateValue, isExpired } from "./state-values.js";
import type { StateRow } from "./states-api.js";

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
    for await (const entries of stateEntries(this.#parts.store, from, rangeEnd(prefix))) {
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
}

const rowOf = ({ address, states }: OpenRow): StateRow => ({ id: address.id, states });
