// What goes on at the addresses that are awake: which of them fail, and which have a call in flight. Nothing is counted
// while messages are handled. Whoever looks goes through the addresses in memory, in steps that let others have their turn.

import { parseTypeName } from "../model/type-name.js";
import { compareKeys } from "../store/sorted-keys.js";
import type { IdsPage } from "./address-pages.js";
import type { Clock } from "./clock.js";
import type { FunctionActivity, InFlightInfo } from "./engine-api.js";
import type { FailingInfo, FailingPage } from "./failing-api.js";
import type { Instance } from "./instance.js";
import type { Instances } from "./instances.js";
import { functionKey, idKey, parseAddressKey } from "./keys.js";

/** How many addresses are looked at before others have their turn. */
const step = 10_000;

interface ActivityParts {
  readonly instances: Pick<Instances, "all">;
  readonly clock: Pick<Clock, "now">;
}

export class Activity {
  readonly #parts: ActivityParts;

  constructor(parts: ActivityParts) {
    this.#parts = parts;
  }

  /** See EngineApi.activity. */
  async functions(): Promise<FunctionActivity[]> {
    const { clock } = this.#parts;
    const found = new Map<string, FunctionActivity & { failing: number; inFlight: number; oldestCallAt?: number }>();
    await this.#each((instance) => {
      const { call } = instance;
      const fails = isFailing(instance);
      if (call === undefined && !fails) return;
      const { typeName } = instance.address;
      const activity = found.get(typeName) ?? { typeName, failing: 0, inFlight: 0 };
      found.set(typeName, activity);
      if (fails) activity.failing += 1;
      if (call === undefined) return;
      activity.inFlight += 1;
      activity.oldestCallAt = Math.min(activity.oldestCallAt ?? Number.POSITIVE_INFINITY, beganAt(call, clock.now()));
    });
    return [...found.values()];
  }

  /** See EngineApi.failing. */
  async failing({ typeName, limit }: FailingPage): Promise<{ failing: FailingInfo[]; total: number }> {
    let first: { instance: Instance; firstAt: number }[] = [];
    let total = 0;
    const cut = () => {
      first = first.sort((a, b) => a.firstAt - b.firstAt).slice(0, limit);
    };
    await this.#each((instance) => {
      if (!isFailing(instance) || (typeName !== undefined && instance.address.typeName !== typeName)) return;
      total += 1;
      first.push({ instance, firstAt: instance.lastFailure?.firstAt as number });
      // All of them may fail, so they are not all sorted.
      if (first.length >= 4 * limit) cut();
    });
    cut();
    return { failing: first.flatMap(({ instance }) => failingInfo(instance) ?? []), total };
  }

  /** The next failing addresses of a function whose ids begin with `prefix`, in the order of their ids, and whether there are more. */
  async failingIds(
    typeName: string,
    { after, prefix = "", limit }: IdsPage,
  ): Promise<{ ids: readonly string[]; more: boolean }> {
    const { namespace, name } = parseTypeName(typeName);
    const known = functionKey(namespace, name);
    const behind = after === undefined ? "" : known + idKey(after);
    let first: string[] = [];
    const cut = () => {
      first = first.sort(compareKeys).slice(0, limit + 1);
    };
    await this.#each((instance) => {
      const { key, address } = instance;
      if (!isFailing(instance) || address.name !== name || address.namespace !== namespace) return;
      if (!address.id.startsWith(prefix) || compareKeys(key, behind) <= 0) return;
      first.push(key);
      if (first.length >= 4 * limit) cut();
    });
    cut();
    const ids = first.slice(0, limit).map((key) => parseAddressKey(`_${key}`).address.id);
    return { ids, more: first.length > limit };
  }

  /** The call in flight of an address; undefined when there is none. */
  inFlight({ call, mailbox }: Instance): InFlightInfo | undefined {
    if (call === undefined) return undefined;
    const messages = call.size - call.consumed;
    const { items, head } = mailbox.view;
    const typenames = new Map<string, number>();
    for (const { value } of items.slice(head, head + messages)) {
      const { typename } = value.unpack();
      typenames.set(typename, (typenames.get(typename) ?? 0) + 1);
    }
    return {
      since: beganAt(call, this.#parts.clock.now()),
      messages,
      typenames: [...typenames].map(([typename, count]) => ({ typename, messages: count })),
    };
  }

  async #each(look: (instance: Instance) => void): Promise<void> {
    let looked = 0;
    for (const instance of this.#parts.instances.all()) {
      look(instance);
      looked += 1;
      if (looked % step === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** What a failing address waits for; undefined when its last call did not fail, and when it is parked. */
export function failingInfo({ address, attempts, lastFailure, retryAt, parking }: Instance): FailingInfo | undefined {
  if (lastFailure === undefined || parking !== undefined) return undefined;
  const { error, at, firstAt } = lastFailure;
  const [reason = ""] = error.message.split("\n", 1);
  return {
    address,
    attempts,
    code: error.code,
    reason,
    firstFailedAt: firstAt,
    lastFailedAt: at,
    nextTryAt: retryAt,
  };
}

/** Whether the last call of an address failed, and the address is tried again. */
export const isFailing = ({ lastFailure, parking }: Instance) => lastFailure !== undefined && parking === undefined;

/** When a call began, in milliseconds since 1970. How long ago that is, is told by a clock that nobody sets. */
const beganAt = ({ begun }: { readonly begun: number }, now: number) => Math.round(now - (performance.now() - begun));
