// What the admin server answers at the paths of recorded batches.

import type { KeptValue } from "../../engine/kept-value.js";
import type { RecordedMessage, Recording } from "../../engine/recording.js";
import { StatefunError } from "../../errors.js";
import type { Failure } from "../../model/failure.js";
import { showMetadata } from "../../types/metadata-json.js";
import { previewValue } from "../../types/show-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { secretName } from "../schedules/schedule-function.js";
import { type Answered, limitOf, ok, timeOf, timeOrNull } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { BatchError, BatchMessage } from "./api/batches.js";
import type { ShownValue } from "./api/values.js";
import type { Asked } from "./asked.js";
import { batchFilterOf } from "./batch-filter.js";
import { shownMs, summaryOf } from "./batch-summary.js";
import { causedBy } from "./caused.js";
import { LiveStream } from "./live.js";
import type { Watch } from "./watch.js";

export const batchAnswers = {
  live: async ({ watch, query, response }: Asked): Promise<undefined> => {
    const filter = batchFilterOf(query);
    new LiveStream(watch, filter, response);
    await new Promise((resolve) => response.once("close", resolve));
  },

  batches: ({ watch, query }: Asked): Answered<AdminAnswers["batches"]> => {
    const { chooses } = batchFilterOf(query);
    const after = query.get("after");
    const before = after === undefined ? Number.POSITIVE_INFINITY : (watch.numberOf(after) ?? -1);
    const message = query.get("message");
    const limit = limitOf(query);
    const found = watch.recorder.recordings
      .all()
      .filter((each) => each.number < before && chooses(each) && (message === undefined || hasMessage(each, message)));
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return ok({
      batches: page.map((recording) => summaryOf(watch, recording)),
      next: last === undefined ? null : watch.nameOf(last),
    });
  },

  batch: ({ watch, catalog, filled }: Asked): Answered<AdminAnswers["batch"]> => {
    const recording = recordingOf(watch, filled);
    const { recordings } = watch.recorder;
    const { address, messages, sent, records, states } = recording;
    const nameOf = (found: Recording | undefined) => (found === undefined ? null : watch.nameOf(found));
    return ok({
      batch: watch.nameOf(recording),
      function: address.typeName,
      id: address.id,
      at: timeOf(recording.beganAt),
      durationMs: shownMs(recording.durationMs),
      trace: recording.trace ?? null,
      error: errorOf(recording.failure),
      messages: messages.map((message) => showHandled(catalog, message, nameOf(recordings.senderOf(message.number)))),
      moreMessages: recording.messageCount - messages.length,
      sent: sent.map(({ number, target, typename, dueAt }) => ({
        message: number === undefined ? null : String(number),
        target: String(target),
        typename,
        delayed: timeOrNull(dueAt),
        batch: number === undefined ? null : nameOf(recordings.handlerOf(number)),
      })),
      moreSent: recording.sentCount - sent.length,
      egressRecords: records,
      moreRecords: recording.recordCount - records.length,
      states: states.map(({ name, before, after }) => ({
        name,
        before: showKept(catalog, before),
        after: showKept(catalog, after),
      })),
    });
  },

  caused: ({ watch, filled }: Asked): Answered<AdminAnswers["caused"]> =>
    ok(causedBy(watch, recordingOf(watch, filled))),
} as const;

/** Throws NOT_FOUND. */
function recordingOf(watch: Watch, { batch = "" }: Readonly<Record<string, string>>): Recording {
  const number = watch.numberOf(batch);
  const recording = number === undefined ? undefined : watch.recorder.recordings.find(number);
  if (recording !== undefined) return recording;
  throw new StatefunError(
    "NOT_FOUND",
    `The batch ${JSON.stringify(batch)} is not recorded, or not any more. GET /batches lists the batches that are.`,
  );
}

function hasMessage({ messages, sent }: Recording, message: string): boolean {
  const is = ({ number }: { readonly number: number | undefined }) => String(number) === message;
  return messages.some(is) || sent.some(is);
}

function showHandled(catalog: TypeCatalog, message: RecordedMessage, causedBy: string | null): BatchMessage {
  const { number, caller, end, failure, kept } = message;
  // The secret of the runtime's own orders would let its reader give orders.
  const metadata = showMetadata(kept.value.metadata)?.filter(({ name }) => name !== secretName);
  return {
    message: String(number),
    caller: caller === undefined ? null : String(caller),
    end,
    error: errorOf(failure),
    ...(showKept(catalog, kept) as ShownValue),
    ...(metadata === undefined || metadata.length === 0 ? {} : { metadata }),
    causedBy,
  };
}

function errorOf(failure: Failure | undefined): BatchError | null {
  if (failure === undefined) return null;
  const { code, message, stack = null } = failure;
  return { code, message, stack };
}

function showKept(catalog: TypeCatalog, kept: KeptValue | undefined): ShownValue | null {
  if (kept === undefined) return null;
  if (!kept.isCut) return previewValue(catalog, kept.value);
  // What is kept of a large value is its head, so all of it is shown as a head.
  return { ...(previewValue(catalog, kept.value, -1) as ShownValue), bytes: kept.bytes } as ShownValue;
}
