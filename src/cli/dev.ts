// `statefun dev`: runs functions in a process of their own, and replaces the process when a source changes.

import { type ChildProcess, fork } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, extname, join, relative, resolve } from "node:path";
import { outliveReader } from "./closed-output.js";
import { egressFiles } from "./egress-option.js";
import { functionsFileOf } from "./load-functions.js";
import { openBrowser } from "./open-browser.js";
import { type Input, usage } from "./parse.js";
import { print, printError } from "./print.js";
import { firstSignal } from "./signals.js";
import { holds, SourceWatcher } from "./watch-sources.js";

/** How long a process may take to finish its calls. A process that takes longer is killed, which needs no repair. */
const stopMs = 3_000;

/** The message of a child process whose functions run. */
export interface Ready {
  /** The lines that say what runs and where it listens. */
  readonly ready: string;
  /** The URL of the console. */
  readonly console: string | null;
}

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
  const stopped = firstSignal().then(() => undefined);
  let opening = input.flag("open");
  let printed = "";
  let changed: string | undefined;
  let restartedAt = 0; // zero is when this program began
  do {
    const cause = changed === undefined ? undefined : relative(process.cwd(), changed);
    const began = restartedAt;
    const child = new DevChild(({ ready, console }) => {
      if (opening && console !== null)
        openBrowser(console, () => printError(`No browser could be opened. The console is at ${console}.`));
      opening = false;
      if (ready !== printed) print(ready);
      printed = ready;
      const time = `${Math.round(performance.now() - began)} ms`;
      print(cause === undefined ? `Started in ${time}.` : `Restarted in ${time}, because ${cause} changed.`);
    });
    changed = await Promise.race([watcher.next(), stopped]);
    restartedAt = performance.now();
    await child.stop();
  } while (changed !== undefined);
  await watcher.close();
  print("Stopped.");
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

/** One run of the functions. */
class DevChild {
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  #stopping = false;

  constructor(onReady: (ready: Ready) => void) {
    const main = realpathSync(process.argv[1] as string);
    const child = join(dirname(main), `dev-child${extname(main)}`);
    this.#process = fork(child, process.argv.slice(2), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#process.on("message", (ready: Ready) => onReady(ready));
    this.#exited = new Promise((resolve) => {
      this.#process.once("error", () => resolve());
      this.#process.once("exit", (code, signal) => {
        if (!this.#stopping) {
          print(`The functions ended with ${signal ?? code}. They start again when a source changes.`);
        }
        resolve();
      });
    });
  }

  /** Ends the process once its calls have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    // The child stops when its channel closes. So the child also ends when this process is killed.
    if (this.#process.connected) this.#process.disconnect();
    const limit = setTimeout(() => this.#process.kill("SIGKILL"), stopMs);
    await this.#exited;
    clearTimeout(limit);
  }
}
