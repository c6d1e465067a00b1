// How the messages of a plan of failures must end, as the messages themselves say.

import assert from "node:assert/strict";
import { attempts, type Planned } from "./failure-plan.js";

/** How the engine reaches the functions. */
export type Way = "in this process" | "over HTTP" | "of another SDK";

/** A message that was delivered. `from` is its sender's address; of a message from outside, "send" or "call". */
export interface Delivered {
  readonly message: Planned;
  readonly to: string;
  readonly from: string;
  /** Whether what it does has been done. */
  readonly applied: boolean;
}

/** What was seen of a run until everything was corrected. */
export interface Seen {
  readonly way: Way;
  /** How often each message ran. */
  readonly runs: ReadonlyMap<string, number>;
  /** What the callers from outside were told in the end. */
  readonly told: ReadonlyMap<string, string>;
  readonly dropped: ReadonlySet<string>;
  /** Messages whose drop a crash may have undone. */
  readonly maybeDropped: ReadonlySet<string>;
  /** Refused messages whose letters were changed into good ones. */
  readonly edited: ReadonlySet<string>;
  readonly crashes: number;
  readonly resends: number;
  readonly retries: number;
  readonly all: readonly Delivered[];
  /** By address: the messages that its state says it has handled. */
  readonly applied: ReadonlyMap<string, readonly string[]>;
  /** The egress records, in the order of their ids. */
  readonly records: readonly { readonly by: string; readonly id: string }[];
}

/** Asserts that nothing is lost or done twice, that each address has kept its order, and that callers know the truth. */
export function compareEnds(seen: Seen): void {
  const { all, applied, records } = seen;
  for (const one of all) compareOne(one, seen);
  for (const [address, ids] of applied) {
    assert.equal(new Set(ids).size, ids.length, `${address} has handled a message twice: ${ids}`);
    const sent = records.filter(({ by }) => by === address).map(({ id }) => id);
    assert.deepEqual(sent, ids, `the records of ${address}`);
  }
  compareOrder(applied, all);
}

/** What became of one message: it was done once, or not at all, and its caller was told so. */
function compareOne({ message: { id, kind, fails }, to, from, applied }: Delivered, seen: Seen): void {
  const isRefused = kind === "refused" && !seen.edited.has(id);
  if (isRefused || seen.dropped.has(id)) assert.equal(applied, false, `${id} was refused or dropped`);
  else if (!seen.maybeDropped.has(id) && kind !== "refused") assert.ok(applied, `${id} is lost`);

  // A message that succeeded beside a failed one runs once; a crash may have undone one run of each message.
  const again = seen.crashes;
  const others = seen.way === "of another SDK" ? 2 : 1;
  const most = {
    good: 1 + again,
    late: 1 + again,
    refused: 1 + again + seen.resends,
    fails: fails + 1 + again,
    broken: attempts * (1 + again + seen.resends + seen.retries) + 1,
  }[kind];
  const runs = seen.runs.get(id) ?? 0;
  assert.ok(runs <= most * others, `${id} (${kind}) ran ${runs} times, with ${again} crashes`);

  const told = seen.told.get(id);
  if (from === "send") assert.equal(told, "sent");
  if (from !== "call" || told === undefined) return;
  const mayFail = kind === "broken" && to.startsWith("letters/");
  const codes = seen.way === "in this process" ? ["HANDLER_FAILED"] : ["HANDLER_FAILED", "ENDPOINT_FAILED"];
  const allowed = [kind === "refused" ? `NO ${id}` : `ok ${id}`, ...(mayFail ? codes : [])];
  assert.ok(allowed.includes(told), `the caller of ${id} (${kind}) was told ${told}`);
}

/** What one sender has sent to an address comes in its order, but for what was a letter, and for calls. */
function compareOrder(applied: ReadonlyMap<string, readonly string[]>, all: readonly Delivered[]): void {
  const isOrdered = ({ message: { kind }, to }: Delivered) =>
    to.startsWith("parks/") || (kind !== "broken" && kind !== "refused");
  const byId = new Map(all.map((one) => [one.message.id, one]));
  const check = (sent: readonly string[], to: string, from: string) => {
    const handled = applied.get(to)?.filter((id) => sent.includes(id));
    assert.deepEqual(handled, sent, `the order of what ${from} has sent to ${to}`);
  };
  for (const to of applied.keys()) {
    const roots = all.filter((one) => one.from === "send" && one.to === to && one.applied && isOrdered(one));
    check(
      roots.map(({ message }) => message.id),
      to,
      "outside",
    );
    for (const [from, parents] of applied) {
      const sent = parents.flatMap((parent) => byId.get(parent)?.message.children ?? []);
      const ordered = sent.filter((child) => {
        const one = byId.get(child.message.id);
        return child.to === to && one?.applied && isOrdered(one);
      });
      check(
        ordered.map(({ message }) => message.id),
        to,
        from,
      );
    }
  }
}
