// Shows people the functions, their addresses, everything of one address, and which addresses are parked. A page is bounded in its entries and in bytes.

import type { Address } from "../model/address.js";
import type { TypedValue } from "../model/typed-value.js";
import { endsRange, type Store } from "../store/store.js";
import { Activity, failingInfo } from "./activity.js";
import { AddressLists } from "./address-lists.js";
import { AddressPages } from "./address-pages.js";
import type { ArrivalTimes } from "./arrival-times.js";
import type { Clock } from "./clock.js";
import { type DelayedPages, delayedInfo } from "./delayed-pages.js";
import { egressInfos } from "./egress-infos.js";
import type { EgressInfo } from "./egresses-api.js";
import type { AddressInfo } from "./engine-api.js";
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

  /** See EngineApi.inspect. */
  async address(address: Address, { afterState }: { afterState?: string } = {}): Promise<AddressInfo> {
    const { store, commit, instances, parked } = this.#parts;
    assertAddress(address);
    // Changes that the store refuses for now are not shown. The engine's trouble shows that it refuses them.
    await commit.attempted();
    const key = addressKey(address.namespace, address.name, address.id);
    const range = (prefix: string) => ({ from: prefix, to: rangeEnd(prefix), bytes: shownBytes });
    const ofStates = { ...range(kinds.state + key), limit: shownStates };
    if (afterState !== undefined) ofStates.from = `${kinds.state}${key}${afterState}\0`;
    const states = await store.entries(ofStates);
    const messages = await store.entries({ ...range(kinds.message + key), limit: shownMessages });
    const { typeName, id } = address;
    const delayed = await this.#parts.delayed.page({ typeName, id }, { limit: shownMessages });
    const instance = instances.peek(address);
    const parking = parked.parkingOf(address);
    const nameOf = (stateKey: string) => stateKey.slice(kinds.state.length + key.length);
    const last = endsRange(states, ofStates) ? undefined : states.at(-1);
    return {
      address,
      states: states.flatMap(([stateKey, bytes]) => this.#shown(address, nameOf(stateKey), bytes)),
      nextState: last && nameOf(last[0]),
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

  /** What is shown of a state: nothing when its value has expired. */
  #shown(address: Address, name: string, bytes: Uint8Array): AddressInfo["states"][number][] {
    const { functions, clock } = this.#parts;
    const value = decodeStateValue(bytes);
    if (isExpired(value, { expiration: functions.expirationOf(address, name) }, clock.now())) return [];
    return [{ name, value: value.packed.unpack(), writtenAt: value.touchedAt }];
  }
}
