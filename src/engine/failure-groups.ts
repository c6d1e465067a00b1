// Counts failures by their causes: those of addresses that are tried again, of parked addresses, and of dead letters. What is read is
// bounded, and others have their turn meanwhile.

import { Address } from "../model/address.js";
import { failureOf } from "../model/failure.js";
import { endsRange, type Store } from "../store/store.js";
import { isFailing } from "./activity.js";
import { causeOf, firstLineOf } from "./failure-cause.js";
import { bytesAtOnce, readAtOnce } from "./failure-sweep.js";
import type { FailureGroup, FailureGroupsPage, FailuresApi } from "./failures-api.js";
import { FairTurns } from "./fair-turns.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instances } from "./instances.js";
import { kinds, rangeEnd } from "./keys.js";
import { decodeLetter } from "./letter.js";
import type { NextTurn } from "./next-turn.js";
import type { OwnContext } from "./own-context.js";
import type { ParkedAddresses } from "./parked-addresses.js";

/** How many parked addresses, and how many dead letters, are read. */
const mostRead = 10_000;
/** How many bytes of dead letters are read: their messages stand beside their failures. */
const mostLetterBytes = 32 * 1024 * 1024;
/** How many causes are told apart. */
const mostGroups = 1_000;

interface FailureGroupsParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly instances: Pick<Instances, "all">;
  readonly parked: ParkedAddresses;
  readonly context: OwnContext;
  readonly nextTurn?: NextTurn;
}

/** One failure. */
interface Seen {
  readonly kind: "failing" | "parked" | "deadLetters";
  readonly address: Address;
  readonly code: string;
  readonly message: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly stack: string | undefined;
}

type Counted = { -readonly [K in keyof FailureGroup]: FailureGroup[K] } & { readonly ids: Set<string> };

export class FailureGroups implements FailuresApi {
  readonly #parts: FailureGroupsParts;

  constructor(parts: FailureGroupsParts) {
    this.#parts = parts;
  }

  groups(page: FailureGroupsPage): Promise<{ groups: FailureGroup[]; more: boolean }> {
    return this.#parts.context.run(() => this.#groups(page));
  }

  async #groups({ typeName, limit }: FailureGroupsPage): Promise<{ groups: FailureGroup[]; more: boolean }> {
    const within = typeName === undefined ? undefined : Address.of(typeName, "");
    const groups = new Map<string, Counted>();
    const turns = new FairTurns(this.#parts.nextTurn);
    let more = false;
    await this.#parts.commit.attempted();
    for (const read of [this.#failing(), this.#parked(within), this.#letters()]) {
      for await (const seen of read) {
        if (seen === "more" || !count(groups, seen, typeName)) more = true;
        const turn = turns.next();
        if (turn !== undefined) await turn;
      }
    }
    const all = [...groups.values()].sort((a, b) => b.lastFailedAt - a.lastFailedAt);
    const first = all.slice(0, limit).map(({ ids, ...group }) => ({ ...group, addresses: ids.size }));
    return { groups: first, more: more || all.length > limit };
  }

  async *#failing(): AsyncIterable<Seen | undefined> {
    for (const instance of this.#parts.instances.all()) {
      const { address, lastFailure } = instance;
      if (lastFailure === undefined || !isFailing(instance)) {
        yield undefined;
        continue;
      }
      const { error, at, firstAt } = lastFailure;
      const { stack } = failureOf(error);
      yield { kind: "failing", address, code: error.code, message: error.message, firstAt, lastAt: at, stack };
    }
  }

  async *#parked(within: Address | undefined): AsyncIterable<Seen | "more"> {
    let after: Address | undefined;
    for (let read = 0; read < mostRead; ) {
      const { found, ends } = await this.#parts.parked.page({
        limit: readAtOnce,
        bytes: bytesAtOnce,
        ...(after === undefined ? {} : { after }),
        ...(within === undefined ? {} : { within }),
      });
      for (const { address, parking } of found) {
        const { code, reason, since, firstFailedAt = since } = parking;
        yield {
          kind: "parked",
          address,
          code,
          message: reason,
          firstAt: firstFailedAt,
          lastAt: since,
          stack: undefined,
        };
      }
      if (ends) return;
      read += found.length;
      after = found.at(-1)?.address;
    }
    yield "more";
  }

  async *#letters(): AsyncIterable<Seen | "more"> {
    let bytes = 0;
    let from: string = kinds.letter;
    for (let read = 0; read < mostRead && bytes < mostLetterBytes; ) {
      const range = { from, to: rangeEnd(kinds.letter), limit: readAtOnce, bytes: bytesAtOnce };
      const entries = await this.#parts.store.entries(range);
      for (const [key, value] of entries) {
        const { address, error, firstFailedAt, lastFailedAt } = decodeLetter(key, value);
        const { code, message, stack } = error;
        bytes += value.length;
        yield { kind: "deadLetters", address, code, message, firstAt: firstFailedAt, lastAt: lastFailedAt, stack };
      }
      if (endsRange(entries, range)) return;
      read += entries.length;
      from = `${entries.at(-1)?.[0]}\0`;
    }
    yield "more";
  }
}

/** Counts a failure in the group of its cause. Returns false when there is no room for its group. */
function count(groups: Map<string, Counted>, seen: Seen | undefined, typeName: string | undefined): boolean {
  if (seen === undefined || (typeName !== undefined && seen.address.typeName !== typeName)) return true;
  const { kind, address, code, message, firstAt, lastAt, stack } = seen;
  const cause = causeOf(address, code, message);
  const sample = { id: address.id, reason: firstLineOf(message) };
  const group = groups.get(cause.fingerprint);
  if (group === undefined) {
    if (groups.size === mostGroups) return false;
    const counts = { addresses: 0, parked: 0, failing: 0, deadLetters: 0, [kind]: 1 };
    const times = { firstFailedAt: firstAt, lastFailedAt: lastAt };
    groups.set(cause.fingerprint, {
      ...cause,
      code,
      typeName: address.typeName,
      ...times,
      ...counts,
      sample,
      stack,
      ids: new Set([address.id]),
    });
    return true;
  }
  group[kind] += 1;
  group.ids.add(address.id);
  group.firstFailedAt = Math.min(group.firstFailedAt, firstAt);
  if (lastAt >= group.lastFailedAt) {
    group.lastFailedAt = lastAt;
    group.sample = sample;
  }
  group.stack ??= stack;
  return true;
}
