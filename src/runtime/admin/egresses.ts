// What the admin server answers to egresses.

import { previewMessage } from "../../types/show-value.js";
import { type Answered, ok, timeOf, timeOrNull } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { Asked } from "./asked.js";

/** A record of more bytes is shown by its head. */
const wholeBytes = 4 * 1024;

export const egressAnswers = {
  egresses: async ({ engine, catalog }: Asked): Promise<Answered<AdminAnswers["egresses"]>> => {
    const egresses = await engine.egresses();
    return ok({
      egresses: egresses.map(({ oldestAt, lastFailure, records, ...egress }) => ({
        ...egress,
        consumer: egress.consumer ?? null,
        target: egress.target ?? null,
        oldestAt: timeOrNull(oldestAt),
        lastFailure: lastFailure === undefined ? null : { at: timeOf(lastFailure.at), message: lastFailure.message },
        failing: lastFailure?.isOver === false,
        records: records.map(({ id, value }) => ({ record: id, ...previewMessage(catalog, value, wholeBytes) })),
      })),
    });
  },
} as const;
