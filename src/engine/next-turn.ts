// The turns of the event loop. Whoever owns an engine's time may carry its turns out by itself, and then knows when none is left.

/** Runs something in the next turn of the event loop, in the order of the calls. */
export type NextTurn = (run: () => void) => void;

/** The turns of Node's own event loop. */
export const nodeTurn: NextTurn = (run) => {
  setImmediate(run);
};
