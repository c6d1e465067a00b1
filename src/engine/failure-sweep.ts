// A sweep over failures that people end, dead letters and parked addresses, in bounded steps.

import { positiveInteger, unchecked, withDefault } from "../model/options.js";
import type { GroupCommit } from "./group-commit.js";

/** How many failures, and how many bytes, are read at once. A page of a list ends after so many bytes too. */
export const readAtOnce = 200;
export const bytesAtOnce = 4 * 1024 * 1024;

/** The options that every sweep has. */
export const sweepOptions = {
  limit: withDefault(positiveInteger, Number.POSITIVE_INFINITY),
  onProgress: withDefault(unchecked<(done: number) => void>(), () => {}),
};

interface SweepParts {
  readonly commit: Pick<GroupCommit, "durable">;
  readonly limit: number;
  readonly onProgress: (done: number) => void;
}

/**
 * Takes one failure after the other, up to the limit. `take` returns false for a failure that is none any more. What was taken is
 * durable before it is reported and at the end. Returns how many were taken, and whether there are more.
 */
export async function sweepEach<T>(
  failures: AsyncIterable<T>,
  { commit, limit, onProgress }: SweepParts,
  take: (failure: T) => boolean | Promise<boolean>,
): Promise<{ done: number; more: boolean }> {
  let done = 0;
  let unreported = 0;
  const report = async () => {
    await commit.durable();
    if (unreported > 0) onProgress(done);
    unreported = 0;
  };
  let more = false;
  for await (const failure of failures) {
    more = done === limit;
    if (more) break;
    if (!(await take(failure))) continue;
    done += 1;
    unreported += 1;
    if (unreported === readAtOnce) await report();
  }
  await report();
  return { done, more };
}
