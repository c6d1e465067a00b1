// What the admin server answers at the paths that show what has happened lately.

import { type Answered, ok, timeOf } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { Asked } from "./asked.js";
import { batchAnswers } from "./batches.js";
import { graphAnswers } from "./graph.js";
import { columnMs } from "./history.js";
import { wellness } from "./well.js";

export const watchAnswers = {
  history: async ({ engine, watch: { history } }: Asked): Promise<Answered<AdminAnswers["history"]>> => {
    const well = await wellness(engine, history);
    const { times, series, now, failuresByCode } = history;
    return ok({ columnMs, times: times.map(timeOf), series, now, failuresByCode, well });
  },

  ...graphAnswers,
  ...batchAnswers,
} as const;
