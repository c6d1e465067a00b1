// `statefun start`: runs functions until a signal ends it.

import { outliveReader } from "./closed-output.js";
import { functionsFileOf, isScript } from "./load-functions.js";
import { loggerOf } from "./log.js";
import { type Input, usage } from "./parse.js";
import { print, printJson } from "./print.js";
import { openRuntime } from "./run-runtime.js";
import { firstSignal } from "./signals.js";
import { surviveStrayRejections } from "./stray-rejections.js";

/** Runs until Ctrl-C. A second Ctrl-C ends the process at once. */
export async function start(input: Input): Promise<void> {
  const { functions, module } = startFiles(input);
  const functionsFile = functions === undefined ? undefined : functionsFileOf(functions);
  const logger = loggerOf(input);
  surviveStrayRejections(logger);
  outliveReader();
  const { runtime, text, json } = await openRuntime(input, functionsFile, module, logger);
  if (input.flag("json")) printJson(json);
  else print(`The runtime is running as process ${process.pid}. Press Ctrl-C to stop.\n${text}`);
  await firstSignal();
  // With --json, stdout has one document and nothing else.
  const say = input.flag("json") ? () => {} : print;
  say("Stopping, once the calls in flight have ended. A second Ctrl-C stops at once.");
  await runtime.close();
  say("Stopped.");
  process.exit(); // The functions may have timers and connections of their own.
}

/** Finds the file of functions, by --functions or by its name, and the module file. Throws OPTION_INVALID. */
function startFiles(input: Input): { functions: string | undefined; module: string | undefined } {
  const files = input.args.filter((arg) => arg !== undefined);
  const option = input.text("functions");
  const functions = [...files.filter(isScript), ...(option === undefined ? [] : [option])];
  const modules = files.filter((file) => !isScript(file));
  if (functions.length > 1 || modules.length > 1) {
    throw usage("Name at most one file of functions and one module file.");
  }
  if (functions.length + modules.length === 0) {
    throw usage(
      "There is nothing to run. Name a file of functions (functions.ts), a module file (module.yaml), or both.",
    );
  }
  return { functions: functions[0], module: modules[0] };
}
