// The process that `statefun dev` starts for every run of the functions.

import { StatefunError } from "../errors.js";
import { outliveReader } from "./closed-output.js";
import { devFiles } from "./dev.js";
import { letDevListen, type ToFunctions, tellDev } from "./dev-messages.js";
import { failureOf } from "./exit-status.js";
import { functionsFileOf } from "./load-functions.js";
import { loggerOf } from "./log.js";
import { parseInput } from "./parse.js";
import { printError } from "./print.js";
import { openRuntime, type Running } from "./run-runtime.js";
import { surviveStrayRejections } from "./stray-rejections.js";

/** How long calls in flight may take to end when the parent process is gone. */
const graceMs = 1_000;

let running: Running | undefined;

// Ctrl-C reaches both processes. The parent process decides when this process ends.
process.on("SIGINT", () => {});
process.on("disconnect", () => stop(graceMs));
process.on("message", (message: ToFunctions) => {
  if ("stopWithinMs" in message) void stop(message.stopWithinMs);
});
letDevListen();
outliveReader();

async function stop(withinMs: number): Promise<never> {
  await running?.runtime.close({ grace: withinMs });
  process.exit();
}

async function main(): Promise<void> {
  // The channel may have closed before there was a listener for it.
  if (!process.connected) return stop(0);
  const input = parseInput("dev", process.argv.slice(3));
  const { functions, module } = devFiles(input);
  const logger = loggerOf(input);
  surviveStrayRejections(logger);
  const functionsFile = functions === undefined ? undefined : functionsFileOf(functions);
  running = await openRuntime(input, functionsFile, module, logger);
  if (!process.connected) return stop(0);
  tellDev({ ready: running.text, console: running.json.admin });
}

main().catch((thrown: unknown) => {
  const { exitStatus, text } = failureOf(thrown, "dev");
  printError(text);
  const locked = thrown instanceof StatefunError && thrown.code === "STORE_LOCKED";
  tellDev({ failed: text, locked }, () => process.exit(exitStatus));
});
