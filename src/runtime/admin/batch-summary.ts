// One recorded batch in a line.

import type { Recording } from "../../engine/recording.js";
import { timeOf } from "./answered.js";
import type { BatchSummary } from "./api/batches.js";
import type { Watch } from "./watch.js";

export function summaryOf(watch: Watch, recording: Recording): BatchSummary {
  const { address, states, typenames, messageCount, sentCount, recordCount, code, trace, whole } = recording;
  return {
    batch: watch.nameOf(recording),
    function: address.typeName,
    id: address.id,
    at: timeOf(recording.beganAt),
    durationMs: shownMs(recording.durationMs),
    messages: messageCount,
    typenames,
    sent: sentCount,
    egressRecords: recordCount,
    states: states.map(({ name }) => name),
    code: code ?? null,
    trace: trace ?? null,
    recorded: whole,
  };
}

/** Microseconds are enough. */
export const shownMs = (ms: number) => Math.round(ms * 1000) / 1000;
