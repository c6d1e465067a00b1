// What waits, by function and by egress: how much, and for how long. It is looked up when somebody asks.

import type { ArrivalTimes } from "./arrival-times.js";
import type { Backlog } from "./backlog.js";
import type { Clock } from "./clock.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { Instances } from "./instances.js";
import { type Labelled, mostLabels, otherLabel } from "./labelled.js";
import type { EgressMetrics, QueueMetrics } from "./metrics-api.js";
import type { Outboxes } from "./outboxes.js";

export interface FunctionParts {
  readonly functions: Pick<FunctionTable, "all" | "counters">;
  readonly instances: Pick<Instances, "all">;
  readonly mailboxes: Pick<Backlog, "entries">;
  readonly arrivals: ArrivalTimes;
  readonly clock: Clock;
}

export interface EgressParts {
  readonly outboxes: Pick<Outboxes, "all">;
  readonly arrivals: ArrivalTimes;
  readonly clock: Clock;
}

interface Waiting {
  entries: number;
  oldest: number;
}

/** The mailboxes of each function that has a label, and of all others together. */
export function functionQueues(parts: FunctionParts): QueueMetrics[] {
  const { functions, instances, mailboxes, arrivals, clock } = parts;
  const labels: Labelled<unknown> = functions.counters;
  const now = clock.now();
  const byLabel = new Map<string, Waiting>([...labels].map(([label]) => [label, { entries: 0, oldest: now }]));
  const of = ({ typeName }: KnownFunction) => byLabel.get(labels.has(typeName) ? typeName : otherLabel);
  let others = mailboxes.entries;
  for (const known of functions.all()) {
    const waiting = of(known);
    if (waiting === undefined) continue;
    if (labels.has(known.typeName)) {
      waiting.entries = known.backlog.entries;
      others -= waiting.entries;
    }
    if (known.sleeping && known.backlog.hasEarlier) waiting.oldest = arrivals.openedAt;
  }
  const rest = byLabel.get(otherLabel);
  if (rest !== undefined) rest.entries = Math.max(0, others);
  for (const { function: known, mailbox, parking } of instances.all()) {
    if (mailbox.loaded === 0 || known === undefined || parking !== undefined) continue;
    const waiting = of(known);
    if (waiting !== undefined) waiting.oldest = Math.min(waiting.oldest, arrivals.of(mailbox.at(0).key) ?? now);
  }
  return [...byLabel].map(([label, waiting]) => shown(label, waiting, now));
}

/** The outboxes: those of the first egresses by themselves, and those of all others together. */
export function egressMetrics({ outboxes, arrivals, clock }: EgressParts): EgressMetrics[] {
  const now = clock.now();
  const byLabel = new Map<string, Waiting & { failures: number }>();
  for (const { egress, length, failures, firstKey } of outboxes.all()) {
    const label = byLabel.size < mostLabels ? egress : otherLabel;
    const waiting = byLabel.get(label) ?? { entries: 0, oldest: now, failures: 0 };
    byLabel.set(label, waiting);
    waiting.entries += length;
    waiting.failures += failures;
    if (firstKey !== undefined) waiting.oldest = Math.min(waiting.oldest, arrivals.of(firstKey) ?? now);
  }
  return [...byLabel].map(([label, { failures, ...waiting }]) => ({ ...shown(label, waiting, now), failures }));
}

const shown = (label: string, { entries, oldest }: Waiting, now: number): QueueMetrics => ({
  label,
  entries,
  oldestSeconds: entries === 0 ? 0 : Math.max(0, now - oldest) / 1000,
});
