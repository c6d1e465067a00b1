// Ends expressions that run for too long. Nothing in an expression says how long it runs: a list inside a list, over the values of a
// state, may take hours, and would hold the event loop for as long.

import { createContext, Script } from "node:vm";

const sandbox: { run: () => void } = { run: () => {} };
const script = new Script("run()");
let context: object | undefined;

/**
 * Runs a function of this thread that does not wait; whether it ended within the limit. A function that is ended stands still at
 * any place, so what it used must not be used again.
 */
export function endsWithin(limitMs: number, run: () => void): boolean {
  context ??= createContext(sandbox);
  sandbox.run = run;
  try {
    script.runInContext(context, { timeout: limitMs });
    return true;
  } catch (error) {
    if ((error as { code?: unknown } | undefined)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return false;
    throw error;
  } finally {
    sandbox.run = () => {};
  }
}
