// `statefun start`: runs functions until it is told to end.

import { functionsFileOf } from "./load-functions.js";
import { type Input, usage } from "./parse.js";
import { print, printJson } from "./print.js";
import { openRuntime } from "./run-runtime.js";
import { firstSignal } from "./signals.js";

/** Runs until Ctrl-C; a second one ends it at once. */
export async function start(input: Input): Promise<void> {
  const [module] = input.args;
  const functions = input.text("functions");
  if (module === undefined && functions === undefined) {
    throw usage("What shall run? Give a module file, or functions with --functions <file.js>.");
  }
  const { runtime, text, json } = await openRuntime(
    input,
    functions === undefined ? undefined : functionsFileOf(functions),
    module,
  );
  if (input.flag("json")) printJson(json);
  else print(`Running. Ctrl-C stops it.\n${text}`);
  await firstSignal();
  await runtime.close();
  process.exit(); // whatever the functions' own timers and connections are
}
