// What the admin server answers at /backup.

import { isAbsolute } from "node:path";
import { StatefunError } from "../../errors.js";
import { type AnswerOf, ok } from "./answered.js";

const backup: AnswerOf<"backup"> = async ({ backUp, query }) => {
  const to = query.get("to") ?? "";
  // The folder of this process is not known to whoever asks.
  if (!isAbsolute(to)) {
    const what = to === "" ? "is missing" : `is ${JSON.stringify(to)}`;
    throw new StatefunError(
      "OPTION_INVALID",
      `to ${what} in the query; it must be the absolute path of a folder on the runtime's machine.`,
    );
  }
  const begun = performance.now();
  const made = await backUp(to);
  return ok({ ...made, durationMs: Math.round(performance.now() - begun) });
};

export const backupAnswers = { backup } as const;
