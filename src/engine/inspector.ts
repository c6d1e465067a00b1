// Shows people the functions, their addresses, everything of one address, and which addresses are parked. A page is bounded in its entries and in bytes.

import type { Address } from "../model/address.js";
import { TypedValue } from "../model/typed-value.js";
import type { Store } from "../store/store.js";
import { Activity, failingInfo } from "./activity.js";
import { AddressLists } from "./address-lists.js";
import { AddressPages } from "./address-pages.js";
import type { ArrivalTimes } from "./arrival-times.js";
import type { Clock } from "./clock.js";
import { type DelayedPages, delayedInfo } from "./delayed-pages.js";
import { egressInfos } from "./egress-infos.js";
import type { EgressInfo } from "./egresses-api.js";
import type { AddressInfo, AddressPreview } from "./engine-api.js";
import { FunctionPages } from "./function-pages.js";
import type { FunctionTable } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instances } from "./instances.js";
import { addressKey, kinds, rangeEnd } from "./keys.js";
import { waitingInfo } from "./mailbox-maintenance.js";
import { decodeMessage } from "./message.js";
import type { NextTurn } from "./next-turn.js";
import type { Outboxes } from "./outboxes.js";
import { type ParkedAddresses, parkedInfo } from "./parked-addresses.js";
import { stateEntries } from "./state-entries.js";
import { StateHead } from "./state-heads.js";
import { StatePages } from "./state-pages.js";
import { StateRows } from "./state-rows.js";
import { decodeStateValue, isExpired } from "./state-values.js";
import { assertAddress } from "./validation.js";

/** How many states are shown of an address at once. */
const shownStates = 1_000;
/** How many waiting messages, and how many delayed ones, are shown of an address. */
const shownMessages = 100;
/** The state, message or parked address that reaches this number of bytes is the last one that is shown of its kind. */
const shownBytes = 4 * 1024 * 1024;

/** What is shown of a large state; undefined for nothing. */
type OfLarge<V> = (name: string, head: StateHead) => V | undefined;

interface InspectorParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly functions: FunctionTable;
  readonly instances: Instances;
  readonly parked: ParkedAddresses;
  readonly delayed: DelayedPages;
  readonly outboxes: Outboxes;
  readonly arrivals: ArrivalTimes;
  readonly nextTurn?: NextTurn;
}

export class Inspector {
  readonly #parts: InspectorParts;
  readonly functions: FunctionPages;
  readonly pages: AddressPages;
  readonly addresses: AddressLists;
  readonly states: StatePages;
  readonly rows: StateRows;
  readonly activity: Activity;

  constructor(parts: InspectorParts) {
    this.#parts = parts;
    this.functions = new FunctionPages(parts);
    this.pages = new AddressPages(parts);
    this.states = new StatePages(parts);
    this.rows = new StateRows(parts);
    this.activity = new Activity(parts);
    const { pages, states, activity } = this;
    this.addresses = new AddressLists({ ...parts, pages, states, activity });
  }

  /** See EngineApi.preview. */
  async preview(address: Address, { afterState }: { afterState?: string } = {}): Promise<AddressPreview> {
    return this.#address(address, afterState, (_, head) => head);
  }

  /** See EngineApi.inspect. */
  async address(address: Address, { afterState }: { afterState?: string } = {}): Promise<AddressInfo> {
    return this.#address(address, afterState, (name) => this.states.value(address, name));
  }

  async #address<V>(address: Address, afterState: string | undefined, large: OfLarge<V>) {
    const { store, commit, instances, parked } = this.#parts;
    assertAddress(address);
    // Changes that the store refuses for now are not shown. The engine's trouble shows that it refuses them.
    await commit.attempted();
    const key = addressKey(address.namespace, address.name, address.id);
    const range = (prefix: string) => ({ from: prefix, to: rangeEnd(prefix), bytes: shownBytes });
    const { states, nextState } = await this.#states(address, kinds.state + key, afterState, large);
    const messages = await store.entries({ ...range(kinds.message + key), limit: shownMessages });
    const { typeName, id } = address;
    const delayed = await this.#parts.delayed.page({ typeName, id }, { limit: shownMessages });
    const instance = instances.peek(address);
    const parking = parked.parkingOf(address);
    return {
      address,
      states,
      nextState,
      depth: await this.pages.depth(key),
      mailbox: messages.map(([messageKey, bytes]) => waitingInfo(address, decodeMessage(messageKey, bytes))),
      delayed: delayed.items.map(delayedInfo),
      nextDelayed: delayed.next,
      parked: parking === undefined ? undefined : parkedInfo({ address, parking }),
      failing: instance && failingInfo(instance),
      inFlight: instance && this.activity.inFlight(instance),
    };
  }

  /** See EngineApi.egresses. */
  egresses(): Promise<EgressInfo[]> {
    return egressInfos(this.#parts);
  }

  /** See EngineApi.state. */
  async state(address: Address, name: string): Promise<TypedValue | undefined> {
    assertAddress(address);
    await this.#parts.commit.attempted();
    return this.states.value(address, name);
  }

  /** The first states behind the name `after`, and the name behind which there may be more. */
  async #states<V>(address: Address, prefix: string, after: string | undefined, large: OfLarge<V>) {
    const { functions, clock, store } = this.#parts;
    const states: { name: string; value: TypedValue | V; writtenAt: number }[] = [];
    let read = 0;
    let bytes = 0;
    const from = after === undefined ? prefix : `${prefix}${after}\0`;
    for await (const entries of stateEntries(store, from, rangeEnd(prefix))) {
      for (const [key, found] of entries) {
        const name = key.slice(prefix.length);
        const held = found instanceof StateHead ? found : decodeStateValue(found);
        const expired = isExpired(held, { expiration: functions.expirationOf(address, name) }, clock.now());
        const value = expired ? undefined : held instanceof StateHead ? large(name, held) : held.packed.unpack();
        if (value !== undefined) states.push({ name, value, writtenAt: held.touchedAt });
        read += 1;
        bytes += key.length + sizeOf(value);
        if (read >= shownStates || bytes >= shownBytes) return { states, nextState: name };
      }
    }
    return { states, nextState: undefined };
  }
}

/** How many bytes a value, or its head, takes in memory. */
function sizeOf(value: unknown): number {
  if (value instanceof TypedValue) return value.byteLength;
  return value instanceof StateHead ? value.head.length : 0;
}
