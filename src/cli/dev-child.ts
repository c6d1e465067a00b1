// The process that `statefun dev` starts for every run of the functions.

import { devFiles, type Ready } from "./dev.js";
import { failureOf } from "./exit-codes.js";
import { functionsFileOf } from "./load-functions.js";
import { parseInput } from "./parse.js";
import { openRuntime, type Running } from "./run-runtime.js";
import { surviveStrayRejections } from "./stray-rejections.js";

/** How long calls in flight may take to end before a restart cuts them off; they are then delivered again. */
const grace = { seconds: 1 };

let running: Running | undefined;

// Ctrl-C reaches both processes; the other one decides what becomes of this one.
process.on("SIGINT", () => {});
process.on("disconnect", stop);
surviveStrayRejections();

async function stop(): Promise<never> {
  await running?.runtime.close({ grace });
  process.exit();
}

async function main(): Promise<void> {
  // The channel's end may have come before there was anyone to be told.
  if (!process.connected) return stop();
  const input = parseInput("dev", process.argv.slice(3));
  const { functions, module } = devFiles(input);
  running = await openRuntime(input, functions === undefined ? undefined : functionsFileOf(functions), module);
  if (!process.connected) return stop();
  process.send?.({ ready: running.text } satisfies Ready, () => {}); // the other end may close just now
}

main().catch((thrown: unknown) => {
  const { exitCode, text } = failureOf(thrown);
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
});
