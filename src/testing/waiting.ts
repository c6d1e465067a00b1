// What still waits, in words for people: what a test that ends should not leave behind.

import type { FailingInfo } from "../engine/failing-api.js";
import { kinds, parseAddressKey, parseEgressKey, rangeEnd } from "../engine/keys.js";
import type { ParkedInfo } from "../engine/parked-api.js";
import type { StatefulFunctions } from "../functions/stateful-functions.js";
import { Address } from "../model/address.js";
import { secondsText } from "../model/duration.js";
import type { Store } from "../store/store.js";
import { journalName } from "../workflows/journal/names.js";
import type { FindType } from "./plain.js";
import type { PlannedFailures } from "./planned-failures.js";
import { runViews, waitingText } from "./run-views.js";
import type { TestEngine } from "./test-engine.js";
import type { DelayedView } from "./views.js";

/** The most addresses that are told of one kind. */
const most = 10_000;

interface WaitingParts {
  readonly engine: TestEngine;
  readonly delayed: readonly DelayedView[];
  readonly failures: PlannedFailures;
  readonly functions: StatefulFunctions;
  readonly find: FindType;
}

/** One line for each thing that waits, with its address. The changes of the engine must be written. */
export async function waitingLines(parts: WaitingParts): Promise<string[]> {
  const { engine: test, delayed, failures } = parts;
  const { engine, store, clock } = test;
  const { failing } = await engine.failing({ limit: most });
  const parked = await engine.parked({ limit: most });
  const now = clock.now();
  const messages = await countBy(store, kinds.message, (key) => String(parseAddressKey(key).address));
  const records = await countBy(store, kinds.outbox, (key) => parseEgressKey(key).egress);
  const whyOf = new Map<string, string>();
  for (const info of failing) whyOf.set(String(info.address), failingText(info, now));
  for (const info of parked) whyOf.set(String(info.address), parkedText(info));
  const running = new Set(test.running.map(({ batch }) => String(batch.target)));
  const addresses = new Set([...messages.keys(), ...whyOf.keys(), ...running]);
  return [
    ...[...addresses].sort().map((address) => {
      const count = messages.get(address) ?? 0;
      const why = running.has(address) ? "its handler has not ended" : whyOf.get(address);
      return `${address}: ${[count === 0 ? [] : counted(count, "message waits", "messages wait"), why ?? []].flat().join("; ")}`;
    }),
    ...(await runLines(parts)),
    ...test.unanswered.map((address) => `${address}: a call waits for its answer`),
    ...delayed.map(({ to, delay, cancellationToken }) => {
      const token = cancellationToken === undefined ? "" : ` (cancellation token ${JSON.stringify(cancellationToken)})`;
      return `${to}: a delayed message is due in ${secondsText(delay)}${token}`;
    }),
    ...[...records].map(([egress, count]) => `the egress ${egress}: ${counted(count, "record waits", "records wait")}`),
    ...failures.left.map(
      ({ address, times }) =>
        `${address}: ${counted(times, "planned failure has", "planned failures have")} not happened`,
    ),
  ];
}

/** One line for each run of a workflow that has not ended. */
async function runLines({ engine: { engine }, functions, find }: WaitingParts): Promise<string[]> {
  const lines: string[] = [];
  for (const typeName of functions.typeNames) {
    const hasRuns = functions.get(typeName)?.states.some(({ name }) => name === journalName);
    if (!hasRuns) continue;
    const { states } = await engine.states(typeName, journalName, { limit: most });
    for (const { id, value } of states) {
      const address = Address.of(typeName, id);
      for (const run of runViews(address, value, find)) {
        const text = waitingText(run);
        if (text !== undefined) lines.push(`${address}: ${text}`);
      }
    }
  }
  return lines;
}

function failingText({ attempts, code, reason, nextTryAt }: FailingInfo, now: number): string {
  const next = nextTryAt === undefined ? "" : `, the next try is in ${secondsText(nextTryAt - now)}`;
  return `the first one has failed ${counted(attempts, "time", "times")}${next}: ${code}: ${reason}`;
}

function parkedText({ code, reason }: ParkedInfo): string {
  return `the address is parked: ${code}: ${reason.split("\n", 1)[0]}`;
}

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** Counts the keys of a kind by a part of them. */
async function countBy(store: Store, kind: string, partOf: (key: string) => string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const key of await store.keys({ from: kind, to: rangeEnd(kind), limit: Number.POSITIVE_INFINITY })) {
    const part = partOf(key);
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return counts;
}
