// The process that `statefun dev` starts for every run of the functions.

import { outliveReader } from "./closed-output.js";
import { devFiles, type Ready } from "./dev.js";
import { failureOf } from "./exit-status.js";
import { functionsFileOf } from "./load-functions.js";
import { loggerOf } from "./log.js";
import { parseInput } from "./parse.js";
import { printError } from "./print.js";
import { openRuntime, type Running } from "./run-runtime.js";
import { surviveStrayRejections } from "./stray-rejections.js";

/** How long calls in flight may take to end. A restart cuts off a call that takes longer; its message is delivered again. */
const grace = { seconds: 1 };

let running: Running | undefined;

// Ctrl-C reaches both processes. The parent process decides when this process ends.
process.on("SIGINT", () => {});
process.on("disconnect", stop);
outliveReader();

async function stop(): Promise<never> {
  await running?.runtime.close({ grace });
  process.exit();
}

async function main(): Promise<void> {
  // The channel may have closed before there was a listener for it.
  if (!process.connected) return stop();
  const input = parseInput("dev", process.argv.slice(3));
  const { functions, module } = devFiles(input);
  const logger = loggerOf(input);
  surviveStrayRejections(logger);
  const functionsFile = functions === undefined ? undefined : functionsFileOf(functions);
  running = await openRuntime(input, functionsFile, module, logger);
  if (!process.connected) return stop();
  process.send?.({ ready: running.text, console: running.json.admin } satisfies Ready, () => {}); // The parent may close the channel at this very moment.
}

main().catch((thrown: unknown) => {
  const { exitStatus, text } = failureOf(thrown, "dev");
  printError(text);
  process.exit(exitStatus);
});
