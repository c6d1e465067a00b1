// `statefun dev`: runs functions in a process of their own, and starts it anew when a source changes.

import { type ChildProcess, fork } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, extname, join, relative, resolve } from "node:path";
import { egressFiles } from "./egress-option.js";
import { functionsFileOf } from "./load-functions.js";
import { type Input, usage } from "./parse.js";
import { print } from "./print.js";
import { firstSignal } from "./signals.js";
import { holds, SourceWatcher } from "./watch-sources.js";

/** How long a process may take to finish what is in flight; beyond it, it is killed, which needs no repair. */
const stopMs = 3_000;

/** What the child tells: that it runs, and what to print of it. */
export interface Ready {
  readonly ready: string;
}

/** Runs until Ctrl-C. */
export async function dev(input: Input): Promise<void> {
  const { functions, module } = devFiles(input);
  if (functions !== undefined) functionsFileOf(functions);
  if (module !== undefined && !existsSync(module)) throw usage(`There is no file ${resolve(module)}.`);
  const watcher = new SourceWatcher(foldersToWatch(input, functions, module), [
    resolve(input.text("dir") ?? ".statefun"),
    ...egressFiles(input),
  ]);
  print("Restarts when a source changes; Ctrl-C ends it.");
  const stopped = firstSignal().then(() => undefined);
  let told = "";
  let changed: string | undefined;
  let since = 0; // when this program began
  do {
    const what = changed === undefined ? "Up" : `${relative(process.cwd(), changed)} has changed: restarted`;
    const began = since;
    const child = new DevChild((ready) => {
      if (ready !== told) print(ready);
      told = ready;
      print(`${what} in ${Math.round(performance.now() - began)} ms.`);
    });
    changed = await Promise.race([watcher.next(), stopped]);
    since = performance.now();
    await child.stop();
  } while (changed !== undefined);
  watcher.close();
}

/** The functions' file, the module file, in any order: they are told apart by their names. Throws OPTION_INVALID. */
export function devFiles({ args }: Input): { functions: string | undefined; module: string | undefined } {
  const given = args.filter((arg) => arg !== undefined);
  const isModule = (file: string) => /\.ya?ml$/.test(file);
  const modules = given.filter(isModule);
  const others = given.filter((file) => !isModule(file));
  if (modules.length > 1 || others.length > 1) throw usage("Give one file of functions and one module file.");
  const usual = ["functions.ts", "src/functions.ts", "functions.js", "src/functions.js"];
  const functions = others[0] ?? (modules.length > 0 ? undefined : usual.find((file) => existsSync(file)));
  if (functions === undefined && modules.length === 0) {
    throw usage(`Which functions? statefun dev <functions.ts>. There is none of ${usual.join(", ")} here.`);
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

/** One run of the functions. */
class DevChild {
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  #stopping = false;

  constructor(onReady: (text: string) => void) {
    const main = realpathSync(process.argv[1] as string);
    const child = join(dirname(main), `dev-child${extname(main)}`);
    this.#process = fork(child, process.argv.slice(2), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#process.on("message", ({ ready }: Ready) => onReady(ready));
    this.#exited = new Promise((resolve) => {
      this.#process.once("error", () => resolve());
      this.#process.once("exit", (code, signal) => {
        if (!this.#stopping) print(`The functions have ended (${signal ?? code}). Waiting for a change.`);
        resolve();
      });
    });
  }

  /** Lets it finish what is in flight. */
  async stop(): Promise<void> {
    this.#stopping = true;
    // The child takes the end of its channel as the sign to stop: so it also ends when this process is killed.
    if (this.#process.connected) this.#process.disconnect();
    const limit = setTimeout(() => this.#process.kill("SIGKILL"), stopMs);
    await this.#exited;
    clearTimeout(limit);
  }
}
