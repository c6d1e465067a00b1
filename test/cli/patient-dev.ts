// A process of `statefun dev` whose wait for the old functions is seen, and has no limits.

/**
 * Code that runs first in the process of `statefun dev`: it says when the wait for the answers of the old functions begins, and
 * takes the limits off that wait, which a busy machine may need longer for. The process of the functions is as it was.
 */
const patient = `
import module from "node:module";
import timers from "node:timers/promises";
if (process.send === undefined) {
  const { setTimeout: delay } = timers;
  timers.setTimeout = (ms, ...more) => {
    if (ms !== 1000) return delay(ms, ...more);
    console.log("drains");
    return new Promise(() => {});
  };
  module.syncBuiltinESMExports();
  const { setTimeout: start } = globalThis;
  globalThis.setTimeout = (run, ms, ...more) => start(run, ms === 3000 ? 60_000 : ms, ...more);
}
`;

/** Variables of the environment for a `statefun dev` that runs this code first. */
export const patientDev = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(patient)}` };
