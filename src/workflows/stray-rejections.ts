// Rejections of operations that nobody handles. A pass ends while code of the workflow still waits, so an async function of the
// workflow may fail that nothing awaits in this pass. Node would end the process over it, and the next pass may well await it.

type Listener = (reason: unknown) => void;

interface Process {
  on?(event: "unhandledRejection", listener: Listener): unknown;
  listenerCount?(event: "unhandledRejection"): number;
}

const place = Symbol.for("statefun-ts stray rejections");
/**
 * The errors of operations. Every copy of this package in the process shares them, and the one listener: of two listeners each
 * would take the other one for a listener of the user, and nobody would end the process over any other rejection.
 */
const shared = globalThis as { [place]?: WeakSet<object>; process?: Process };

/** How far an error is followed to its causes. */
const deepest = 10;

/** Says that a rejection with this error, or with one that it is a cause of, may stay unhandled without the end of the process. */
export function surviveStray(error: object): void {
  if (shared[place] === undefined) {
    shared[place] = new WeakSet();
    const { process } = shared;
    process?.on?.("unhandledRejection", (reason) =>
      onStray(reason, process.listenerCount?.("unhandledRejection") ?? 1),
    );
  }
  shared[place].add(error);
}

/**
 * Takes an unhandled rejection. A listener changes what Node does with every rejection, so without another listener a rejection
 * that is no operation's is thrown here, which ends the process as Node would.
 */
export function onStray(reason: unknown, listeners: number): void {
  if (comesFromOperation(reason, deepest)) return;
  if (listeners === 1) throw reason;
}

/** Whether an error is one of an operation, or was made of one: as its cause, or as one of the failures that Promise.any met. */
function comesFromOperation(error: unknown, depth: number): boolean {
  if (typeof error !== "object" || error === null || depth === 0) return false;
  if (shared[place]?.has(error)) return true;
  const { cause, errors } = error as { readonly cause?: unknown; readonly errors?: unknown };
  if (comesFromOperation(cause, depth - 1)) return true;
  return Array.isArray(errors) && errors.some((part) => comesFromOperation(part, depth - 1));
}
