// The operations of a run: their results, and their timers.

import type { MessageContext } from "../functions/message-context.js";
import type { Failure } from "../model/failure.js";
import type { TypedValue } from "../model/typed-value.js";
import { runFailure } from "./failures.js";
import { wakeMessage } from "./journal/hidden-messages.js";
import { isPending, type Operation, type Run } from "./journal/journal.js";

/** The most operations of one run. */
export const mostOperations = 1_000;
/** The most bytes that the results of one run take. */
const mostResultBytes = 1024 * 1024;

/** Gives an operation its result, as the run's next one: RUN_TOO_LARGE when a value does not fit beside the others. */
export function completeOperation(
  run: Run,
  operation: Operation,
  { value, error, now }: { value: TypedValue | undefined; error: Failure | undefined; now: number },
): void {
  const before = resultBytes(run);
  const bytes = before + (value?.byteLength ?? 0);
  const fits = value === undefined || bytes <= mostResultBytes;
  counted.set(run, fits ? bytes : before);
  run.lastSeq += 1;
  operation.seq = run.lastSeq;
  operation.endedAt = now;
  operation.value = fits ? value : undefined;
  operation.error = fits ? error : tooLarge(run, `results of ${mostResultBytes} bytes`);
}

/** The bytes of all results of a run, which are added up once for each run that is read from a journal. */
const counted = new WeakMap<Run, number>();

function resultBytes(run: Run): number {
  let bytes = counted.get(run);
  if (bytes !== undefined) return bytes;
  bytes = 0;
  for (const { value } of run.operations) if (value !== undefined) bytes += value.byteLength;
  return bytes;
}

/** The failure of an operation for which a run has no room. */
export function tooLarge({ id, workflow }: Run, what: string): Failure {
  return runFailure(
    "RUN_TOO_LARGE",
    `The run ${id} of ${workflow} has ${what}, and may have no more. Return flow.restart(input) before, which goes on with a new run.`,
  );
}

/** The failure of the operations for which a run waits that is cancelled. */
export function cancelledFailure(id: string, reason: string): Failure {
  return runFailure("RUN_CANCELLED", `The run ${id} was cancelled${reason === "" ? "" : `: ${reason}`}.`);
}

/** Cancels a run: every operation without a result fails at the same place, and later ones work. */
export function cancelRun(context: MessageContext, run: Run, reason: string, error: Failure): void {
  run.lastSeq += 1;
  run.cancelSeq = run.lastSeq;
  run.cancelledAt = context.now;
  run.cancelReason = reason;
  run.operations.forEach((operation, index) => {
    if (!isPending(operation)) return;
    withdrawTimer(context, run, index);
    operation.seq = run.cancelSeq;
    operation.endedAt = run.cancelledAt;
    operation.error = error;
  });
}

const timerToken = (run: Run, index: number) =>
  `statefun.workflow/${run.id}/${index}/${(run.operations[index] as Operation).attempts}`;

/** Starts the timer of an operation. */
export function startTimer(context: MessageContext, run: Run, index: number, delayMs: number): void {
  const operation = run.operations[index] as Operation;
  operation.dueAt = Math.max(1, context.now + delayMs);
  const wake = wakeMessage({ run: run.id, operation: index, attempts: operation.attempts });
  // A StateFun 2 engine can't withdraw a message. A wake that comes too late finds that nothing waits for it.
  const options = context.scope.generation === "v2" ? undefined : { cancellationToken: timerToken(run, index) };
  context.sendAfter(delayMs, context.address, wake, options);
}

/** Withdraws the timer of an operation, if it has one. */
export function withdrawTimer(context: MessageContext, run: Run, index: number): void {
  const operation = run.operations[index] as Operation;
  if (operation.dueAt === 0) return;
  operation.dueAt = 0;
  if (context.scope.generation !== "v2") context.cancelDelayedMessage(timerToken(run, index));
}
