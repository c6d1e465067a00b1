// `statefun start`: runs functions until it is told to end.

import { functionsFileOf, isScript } from "./load-functions.js";
import { type Input, usage } from "./parse.js";
import { print, printJson } from "./print.js";
import { openRuntime } from "./run-runtime.js";
import { firstSignal } from "./signals.js";
import { surviveStrayRejections } from "./stray-rejections.js";

/** Runs until Ctrl-C; a second one ends it at once. */
export async function start(input: Input): Promise<void> {
  const { functions, module } = startFiles(input);
  const functionsFile = functions === undefined ? undefined : functionsFileOf(functions);
  surviveStrayRejections();
  const { runtime, text, json } = await openRuntime(input, functionsFile, module);
  if (input.flag("json")) printJson(json);
  else print(`Running. Ctrl-C stops it.\n${text}`);
  await firstSignal();
  await runtime.close();
  process.exit(); // whatever the functions' own timers and connections are
}

/** The file of functions, of --functions or known by its name, and the module file. Throws OPTION_INVALID. */
function startFiles(input: Input): { functions: string | undefined; module: string | undefined } {
  const given = input.args.filter((arg) => arg !== undefined);
  const option = input.text("functions");
  const functions = [...given.filter(isScript), ...(option === undefined ? [] : [option])];
  const modules = given.filter((file) => !isScript(file));
  if (functions.length > 1 || modules.length > 1) throw usage("Give one file of functions and one module file.");
  if (functions.length + modules.length === 0) {
    throw usage("What shall run? Give a file of functions (functions.ts), a module file (module.yaml), or both.");
  }
  return { functions: functions[0], module: modules[0] };
}
