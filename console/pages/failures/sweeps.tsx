// Actions over many failures: parked addresses are retried or lose messages, dead letters are sent again or dropped. Each begins
// with a preview of what a filter chooses.

import type { DeadLetterList } from "../../../src/runtime/admin/api/dead-letters.js";
import type { FailingAddress, FailingList } from "../../../src/runtime/admin/api/failing.js";
import type { ParkedList } from "../../../src/runtime/admin/api/parked.js";
import { addressPath, get, request } from "../../app/api.js";
import type { Query } from "../../app/route.js";
import { openSweep, type SweepPreview, type SweepStep } from "../../ui/sweep-dialog.js";
import { lineOf } from "../../ui/value.js";
import { causeOf } from "./cause.js";

/** How many things one request changes. */
const pageSize = 200;

/** How many pages of 1000 are counted for a preview; more would keep a person waiting. */
const pagesCounted = 5;

const shownFirst = 20;

/** Counts what a list holds, and shows its first entries. */
async function previewOf<Entry>(
  read: (after: string | undefined) => Promise<{ entries: readonly Entry[]; next: string | null }>,
  show: (entry: Entry) => SweepPreview["first"][number],
): Promise<SweepPreview> {
  let first: readonly Entry[] = [];
  let total = 0;
  let after: string | undefined;
  for (let page = 0; page < pagesCounted; page++) {
    const { entries, next } = await read(after);
    if (first.length < shownFirst) first = [...first, ...entries].slice(0, shownFirst);
    total += entries.length;
    if (next === null) return { total, first: first.map(show) };
    after = next;
  }
  return { total: undefined, first: first.map(show) };
}

const previewParked = (filter: Query) => (signal: AbortSignal) =>
  previewOf(
    async (after) => {
      const { parked, next } = await get<ParkedList>("parked", { ...filter, limit: 1000, after }, signal);
      return { entries: parked, next };
    },
    (each) => ({
      key: `${each.function}/${each.id}`,
      shown: (
        <>
          {each.function}/{each.id} <span class="muted small cut">{causeOf(each.reason).text}</span>
        </>
      ),
    }),
  );

const previewLetters = (filter: Query) => (signal: AbortSignal) =>
  previewOf(
    async (after) => {
      const { letters, next } = await get<DeadLetterList>("dead-letters", { ...filter, limit: 1000, after }, signal);
      return { entries: letters, next };
    },
    (letter) => ({
      key: letter.letter,
      shown: (
        <>
          {letter.function}/{letter.id} <span class="muted small cut">{lineOf(letter.message)}</span>
        </>
      ),
    }),
  );

/** Where the next request goes on, and what came after the first request and is left alone. */
interface Place {
  readonly after?: string;
  readonly through: string;
}

const addressNoun = ["address", "addresses"] as const;
const letterNoun = ["dead letter", "dead letters"] as const;

/** Delivers the messages of the parked addresses that a filter chooses again. */
export function retryParked(filter: Query, onEnd: () => void): void {
  openSweep<Place>({
    title: "Retry parked addresses",
    verb: "Retry",
    text: "Their messages are delivered again, in their order. What fails again is parked again.",
    noun: addressNoun,
    preview: previewParked(filter),
    step: async (place) => {
      const { retried, ...rest } = await request<{ retried: number; through: string; next: string | null }>(
        "POST",
        "parked/retry",
        { query: { ...filter, ...place, limit: pageSize } },
      );
      return stepOf(retried, rest);
    },
    onEnd,
  });
}

/** Removes the first message, or all messages, of the parked addresses that a filter chooses. */
export function dropParked(which: "first" | "all", filter: Query, onEnd: () => void): void {
  const dropped = which === "first" ? "The first message of each, the one that fails, is" : "All messages of each are";
  openSweep<Place>({
    title: which === "first" ? "Drop the messages that fail" : "Drop all messages of parked addresses",
    verb: "Drop from",
    text: `${dropped} removed for good, and what comes after is delivered. This can't be undone.`,
    noun: addressNoun,
    danger: true,
    preview: previewParked(filter),
    step: async (place) => {
      const { addresses, ...rest } = await request<{ addresses: number; through: string; next: string | null }>(
        "POST",
        "parked/drop",
        { query: { ...filter, ...place, which, limit: pageSize } },
      );
      return stepOf(addresses, rest);
    },
    onEnd,
  });
}

function stepOf(changed: number, { through, next }: { through: string; next: string | null }): SweepStep<Place> {
  return { changed, next: next === null ? undefined : { after: next, through } };
}

/** Sends the messages of the dead letters that a filter chooses to their addresses again. */
export function resendLetters(filter: Query, onEnd: () => void): void {
  openSweep<Place>({
    title: "Send dead letters again",
    verb: "Send",
    text: "Each message goes to its address again, and its letter is removed. What fails again becomes a new letter.",
    noun: letterNoun,
    preview: previewLetters(filter),
    step: async (place) => {
      const { resent, through, more } = await request<{ resent: number; through: string; more: boolean }>(
        "POST",
        "dead-letters/resend",
        { query: { ...filter, ...place, limit: pageSize } },
      );
      return { changed: resent, next: more ? { through } : undefined };
    },
    onEnd,
  });
}

/** Removes the dead letters that a filter chooses, with their messages. */
export function dropLetters(filter: Query, onEnd: () => void): void {
  openSweep<Place>({
    title: "Drop dead letters",
    verb: "Drop",
    text: "The letters are removed for good, with their messages. This can't be undone.",
    noun: letterNoun,
    danger: true,
    preview: previewLetters(filter),
    step: async (place) => {
      const { dropped, through, more } = await request<{ dropped: number; through: string; more: boolean }>(
        "POST",
        "dead-letters/drop",
        { query: { ...filter, ...place, limit: pageSize } },
      );
      return { changed: dropped, next: more ? { through } : undefined };
    },
    onEnd,
  });
}

/** How many failing addresses one step tries again: each is a request of its own. */
const failingAtOnce = 20;

/** Tries the failing addresses of a function at once, instead of at their time: those that fail with a code, at most 1000. */
export function retryFailing(typeName: string, code: string, onEnd: () => void): void {
  const read = async (signal?: AbortSignal): Promise<readonly FailingAddress[]> => {
    const { failing } = await get<FailingList>("failing", { function: typeName, limit: 1000 }, signal);
    return failing.filter((each) => each.code === code);
  };
  openSweep<readonly FailingAddress[]>({
    title: "Try failing addresses now",
    verb: "Try",
    text: `The addresses of ${typeName} that fail with ${code} are tried at once, and begin the budget of tries anew.`,
    noun: addressNoun,
    preview: async (signal) => {
      const all = await read(signal);
      const first = all.slice(0, shownFirst).map(({ id, reason }) => ({
        key: id,
        shown: (
          <>
            {id} <span class="muted small cut">{causeOf(reason).text}</span>
          </>
        ),
      }));
      return { total: all.length, first };
    },
    step: async (rest) => {
      const all = rest ?? (await read());
      const some = all.slice(0, failingAtOnce);
      for (const { id } of some) await request("POST", `${addressPath(typeName, id)}/retry`);
      const others = all.slice(failingAtOnce);
      return { changed: some.length, next: others.length === 0 ? undefined : others };
    },
    onEnd,
  });
}
