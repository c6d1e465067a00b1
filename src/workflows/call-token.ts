// The token by which the answer to a call finds its run and its operation.

import type { Operation, Run } from "./journal/journal.js";

/** The token of the operation at this place of the run. */
export const callToken = ({ id }: Run, index: number) => `${id}/${index}`;

/** The run that waits for the answer with this token, and the operation; undefined when none does. */
export function findCall(runs: readonly Run[], token: string): { run: Run; operation: Operation } | undefined {
  const end = token.lastIndexOf("/");
  const id = token.slice(0, end);
  const run = runs.find((other) => other.id === id);
  const operation = run?.operations[Number(token.slice(end + 1))];
  if (run === undefined || operation?.kind !== "call" || operation.seq > 0) return undefined;
  return { run, operation };
}
