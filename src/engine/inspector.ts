// Shows people the functions, the addresses of one function, and everything of one address.

import { Address } from "../model/address.js";
import { parseTypeName } from "../model/type-name.js";
import { endsRange, type Store } from "../store/store.js";
import type { Clock } from "./clock.js";
import type { AddressInfo, DelayedInfo, FunctionInfo, ParkedInfo, WaitingMessage } from "./engine-api.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import type { Parking } from "./instance.js";
import type { Instances } from "./instances.js";
import { addressKey, functionKey, kinds, parseAddressKey, parseOrdered, rangeEnd } from "./keys.js";
import { decodeDelayed, decodeMessage, type Message } from "./message.js";
import type { ParkedAddresses } from "./parked-addresses.js";
import { decodeStateValue, isExpired } from "./state-values.js";
import { isUnserved, unservedFunctions } from "./unserved.js";

/** How many waiting messages, and how many delayed ones, are shown of an address. */
const shownMessages = 100;
/** How many bytes of messages are read at once, and at most shown. */
const shownBytes = 4 * 1024 * 1024;

/** The text in the place of an endpoint, for a function that nothing serves. */
const noEndpoint = "served by nothing";

interface InspectorParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly functions: FunctionTable;
  readonly instances: Instances;
  readonly parked: ParkedAddresses;
}

export class Inspector {
  readonly #parts: InspectorParts;

  constructor(parts: InspectorParts) {
    this.#parts = parts;
  }

  /** See EngineApi.functions. */
  async functions(limit: number): Promise<FunctionInfo[]> {
    const { functions, commit } = this.#parts;
    const served = functions.all().slice(0, limit).map(servedInfo);
    if (served.length === limit) return served;
    await commit.attempted();
    const others = await unservedFunctions(this.#parts, limit - served.length);
    return [...served, ...others.map(unservedInfo)];
  }

  /** See EngineApi.function. */
  async function(typeName: string): Promise<FunctionInfo | undefined> {
    const { functions, commit } = this.#parts;
    const { namespace, name } = parseTypeName(typeName);
    const known = functions.peek(namespace, name);
    if (known !== undefined) return servedInfo(known);
    await commit.attempted();
    return (await isUnserved(this.#parts, namespace, name)) ? unservedInfo(typeName) : undefined;
  }

  /** See EngineApi.addresses. */
  async addresses(
    typeName: string,
    { after = "", limit }: { after?: string; limit: number },
  ): Promise<{ id: string; depth: number }[]> {
    const { namespace, name } = parseTypeName(typeName);
    await this.#parts.commit.attempted();
    const [withState, withMessages] = await Promise.all([
      this.#ids(kinds.state + functionKey(namespace, name), after, limit),
      this.#ids(kinds.message + functionKey(namespace, name), after, limit),
    ]);
    const ids = [...new Set([...withState, ...withMessages])].sort((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    const found: { id: string; depth: number }[] = [];
    for (const id of ids.slice(0, limit)) found.push({ id, depth: await this.#depth(addressKey(namespace, name, id)) });
    return found;
  }

  /** The next ids under a prefix. Each read jumps over the other keys of the id before. */
  async #ids(prefix: string, after: string, limit: number): Promise<string[]> {
    const { namespace, name } = parseAddressKey(`${prefix}\0`).address;
    const ids: string[] = [];
    const behind = (id: string) => rangeEnd(prefix[0] + addressKey(namespace, name, id));
    let from = after === "" ? prefix : behind(after);
    while (ids.length < limit) {
      const [key] = await this.#parts.store.keys({ from, to: rangeEnd(prefix), limit: 1 });
      if (key === undefined) break;
      const { id } = parseAddressKey(key).address;
      ids.push(id);
      from = behind(id);
    }
    return ids;
  }

  /** See EngineApi.inspect. */
  async address(address: Address): Promise<AddressInfo> {
    const { store, commit, instances, parked, functions, clock } = this.#parts;
    // Changes that the store refuses for now are not shown. The engine's trouble shows that it refuses them.
    await commit.attempted();
    const key = addressKey(address.namespace, address.name, address.id);
    const range = (prefix: string) => ({ from: prefix, to: rangeEnd(prefix), limit: 1_000 });
    const states = await store.entries(range(kinds.state + key));
    const messages = await store.entries({ ...range(kinds.message + key), limit: shownMessages, bytes: shownBytes });
    const delayed = await this.#delayedTo(address);
    const instance = instances.peek(address);
    const parking = parked.parkingOf(address);
    const now = clock.now();
    return {
      address,
      states: states.flatMap(([stateKey, bytes]) => {
        const name = stateKey.slice(1 + key.length);
        const value = decodeStateValue(bytes);
        if (isExpired(value, { expiration: functions.expirationOf(address, name) }, now)) return [];
        return [{ name, value: value.packed.unpack(), writtenAt: value.touchedAt }];
      }),
      depth: await this.#depth(key),
      mailbox: messages.map(([messageKey, bytes]) => waiting(decodeMessage(messageKey, bytes))),
      delayed,
      parked: parking === undefined ? undefined : parkedInfo(address, parking),
      inFlight: instance?.call !== undefined,
    };
  }

  /** See EngineApi.parked. */
  async parked(limit: number): Promise<ParkedInfo[]> {
    await this.#parts.commit.attempted();
    const found = await this.#parts.parked.first(limit);
    return found.map(({ address, parking }) => parkedInfo(address, parking));
  }

  /** How many messages wait for the address of this key. */
  #depth(key: string): Promise<number> {
    const prefix = kinds.message + key;
    return this.#parts.store.count({ from: prefix, to: rangeEnd(prefix) });
  }

  /** Reads through all delayed messages, because their keys are in the order of their times. */
  async #delayedTo(address: Address): Promise<DelayedInfo[]> {
    const { store } = this.#parts;
    const found: DelayedInfo[] = [];
    let from: string = kinds.delayed;
    while (found.length < shownMessages) {
      const range = { from, to: rangeEnd(kinds.delayed), limit: 1_000, bytes: shownBytes };
      const entries = await store.entries(range);
      for (const [key, bytes] of entries) {
        const message = decodeDelayed(key, parseOrdered(key.slice(1)), bytes);
        if (!message.target.equals(address) || found.length === shownMessages) continue;
        found.push({
          ...waiting(message),
          target: message.target,
          dueAt: message.dueAt,
          cancellationToken: message.token,
        });
      }
      if (endsRange(entries, range)) break;
      from = `${entries[entries.length - 1]?.[0]}\0`;
    }
    return found;
  }
}

function servedInfo({ typeName, route, states }: KnownFunction): FunctionInfo {
  return {
    typeName,
    endpoint: route.label,
    states: states.map(({ name, typename, expiration }) => ({
      name,
      typename,
      expireMode: expiration.mode,
      expireAfterMs: expiration.afterMs,
    })),
  };
}

function unservedInfo(typeName: string): FunctionInfo {
  return { typeName, endpoint: noEndpoint, states: [] };
}

function waiting({ caller, value }: Message): WaitingMessage {
  return { caller, value: value.unpack() };
}

function parkedInfo(address: Address, { since, code, reason, attempts }: Parking): ParkedInfo {
  return { address, since, code, reason, attempts };
}
