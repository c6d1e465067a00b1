// Rejections of operations that nobody handles. A pass ends while code of the workflow still waits, so an async function of the
// workflow may fail that nothing awaits in this pass. Node would end the process over it, and the next pass may well await it.

type Listener = (reason: unknown) => void;

interface Process {
  on?(event: "unhandledRejection", listener: Listener): unknown;
  listenerCount?(event: "unhandledRejection"): number;
}

const errors = new WeakSet<object>();
let listens = false;

/** Says that a rejection with this error may stay unhandled without the end of the process. */
export function surviveStray(error: object): void {
  errors.add(error);
  if (listens) return;
  listens = true;
  const { process } = globalThis as { process?: Process };
  process?.on?.("unhandledRejection", (reason) => onStray(reason, process.listenerCount?.("unhandledRejection") ?? 1));
}

/**
 * Takes an unhandled rejection. A listener changes what Node does with every rejection, so without another listener a rejection
 * that is no operation's is thrown here, which ends the process as Node would.
 */
export function onStray(reason: unknown, listeners: number): void {
  if (typeof reason === "object" && reason !== null && errors.has(reason)) return;
  if (listeners === 1) throw reason;
}
