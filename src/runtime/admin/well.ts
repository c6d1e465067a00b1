// Whether a runtime is well, and if not, why: the first thing that a person wants to know.

import type { EngineApi } from "../../engine/engine-api.js";
import type { Unwell, Wellness } from "./api/history.js";
import type { History } from "./history.js";

/** A message that waits for longer makes the runtime unwell. */
const longestWaitSeconds = 60;
/** An event loop that is held for longer makes the runtime unwell. */
const longestHeldMs = 200;

/** Says whether the runtime is well. The worst reason comes first. */
export async function wellness(engine: EngineApi, history: History): Promise<Wellness> {
  const { trouble, metrics } = engine;
  const { total: failing } = await engine.failing({ limit: 1 });
  const { oldestSeconds } = history.now;
  const reasons: Unwell[] = [];
  const add = (code: string, message: string, link: string | null) => reasons.push({ code, message, link });
  if (trouble !== undefined) add(trouble.code, `Nothing is taken: ${trouble.message}`, "health");
  if (metrics.parked > 0) add("PARKED", `${addresses(metrics.parked)} parked: nothing is delivered there.`, "parked");
  if (failing > 0) add("FAILING", `${addresses(failing)} failing, and tried again.`, "failing");
  const waiting = new Set(metrics.egresses.filter(({ entries }) => entries > 0).map(({ label }) => label));
  for (const egress of history.failingEgresses)
    if (waiting.has(egress))
      add("EGRESS_FAILING", `The egress ${egress} does not take its records. They are tried again.`, "metrics");
  if (oldestSeconds > longestWaitSeconds)
    add("OLD_MESSAGE", `A message has waited for ${Math.round(oldestSeconds)} seconds.`, "functions");
  if (metrics.deadLettersKept > 0)
    add("DEAD_LETTERS", `${letters(metrics.deadLettersKept)} kept: send them again or drop them.`, "dead-letters");
  if (history.longestHeldMs > longestHeldMs)
    add("EVENT_LOOP_HELD", `The process did nothing else for ${history.longestHeldMs} milliseconds.`, null);
  return { ok: reasons.length === 0, reasons };
}

const addresses = (count: number) => (count === 1 ? "1 address is" : `${count} addresses are`);

const letters = (count: number) => (count === 1 ? "1 dead letter is" : `${count} dead letters are`);
