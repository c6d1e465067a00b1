// `statefun dev`: runs functions in a process of their own, and replaces the process when a source changes.

import { existsSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { errors, StatefunError } from "../errors.js";
import { outliveReader } from "./closed-output.js";
import type { Ready } from "./dev-messages.js";
import { egressFiles } from "./egress-option.js";
import { FunctionsProcess } from "./functions-process.js";
import { KeptPorts } from "./kept-ports.js";
import { functionsFileOf } from "./load-functions.js";
import { openBrowser } from "./open-browser.js";
import { type Input, usage } from "./parse.js";
import { print, printError } from "./print.js";
import { firstSignal } from "./signals.js";
import { holds, SourceWatcher } from "./watch-sources.js";

/** Runs until Ctrl-C. */
export async function dev(input: Input): Promise<void> {
  const { functions, module } = devFiles(input);
  if (functions !== undefined) functionsFileOf(functions);
  if (module !== undefined && !existsSync(module)) throw usage(`There is no file ${resolve(module)}.`);
  const watcher = await SourceWatcher.open(foldersToWatch(input, functions, module), [
    resolve(input.text("dir") ?? ".statefun"),
    ...egressFiles(input),
  ]);
  outliveReader();
  print(`Process ${process.pid} restarts the functions when a source changes. Press Ctrl-C to stop.`);
  // At the first start, a change can't free the folder: with the next change, this command would take the folder from the other.
  let end = () => {};
  const stopped = Promise.race([firstSignal(), new Promise<void>((resolve) => (end = resolve))]).then(() => undefined);
  const endLocked = () => {
    process.exitCode = errors.STORE_LOCKED.exit;
    end();
  };
  const ports = new KeptPorts();
  let opening = input.flag("open");
  let printed = "";
  let changed: string | undefined;
  let restartedAt = 0; // zero is when this program began
  do {
    const cause = changed === undefined ? undefined : relative(process.cwd(), changed);
    const began = restartedAt;
    const onReady = ({ ready, console }: Ready) => {
      if (opening && console !== null)
        openBrowser(console, () => printError(`No browser could be opened. The console is at ${console}.`));
      opening = false;
      if (ready !== printed) print(ready);
      printed = ready;
      const time = `${Math.round(performance.now() - began)} ms`;
      print(cause === undefined ? `Started in ${time}.` : `Restarted in ${time}, because ${cause} changed.`);
    };
    const child = new FunctionsProcess(ports, onReady, printed === "" ? endLocked : undefined);
    changed = await Promise.race([watcher.next(), stopped]);
    restartedAt = performance.now();
    if (changed === undefined) ports.refuse(new StatefunError("SHUTTING_DOWN", "statefun dev stops."));
    else ports.hold();
    await child.stop(changed !== undefined);
  } while (changed !== undefined);
  await ports.close();
  await watcher.close();
  if (process.exitCode === undefined) print("Stopped.");
}

/** Finds the file of functions and the module file by their names, in any order. Throws OPTION_INVALID. */
export function devFiles({ args }: Input): { functions: string | undefined; module: string | undefined } {
  const files = args.filter((arg) => arg !== undefined);
  const isModule = (file: string) => /\.ya?ml$/.test(file);
  const modules = files.filter(isModule);
  const others = files.filter((file) => !isModule(file));
  if (modules.length > 1 || others.length > 1) throw usage("Name at most one file of functions and one module file.");
  const usual = ["functions.ts", "src/functions.ts", "functions.js", "src/functions.js"];
  const functions = others[0] ?? (modules.length > 0 ? undefined : usual.find((file) => existsSync(file)));
  if (functions === undefined && modules.length === 0) {
    throw usage(
      `No functions found: ${process.cwd()} has none of ${usual.join(", ")}. Name a file: statefun dev <functions.ts>.`,
    );
  }
  return { functions, module: modules[0] };
}

function foldersToWatch(input: Input, functions: string | undefined, module: string | undefined): string[] {
  const folders = [resolve(input.text("watch") ?? ".")];
  for (const file of [functions && functionsFileOf(functions).file, module && resolve(module)]) {
    if (file && !folders.some((folder) => holds(folder, file))) folders.push(dirname(file));
  }
  return folders;
}
