// Says when a source file changes, is added or is removed.

import { extname, relative, resolve, sep } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import { describe, StatefunError } from "../errors.js";
import { printError } from "./print.js";

/** The files that a program consists of. A file that a function writes (a log, a database) must not restart the function. */
const sourceExtensions = new Set(".ts .mts .cts .tsx .js .mjs .cjs .jsx .json .yaml .yml .proto".split(" "));

/** An editor writes a file in several steps. Changes count once no other has come for this long. */
const quietMs = 50;

/** Watches the sources in folders and below, except in node_modules, in hidden folders and in the `ignored` paths. */
export class SourceWatcher {
  readonly #watcher: FSWatcher;
  #changed: string | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #report: ((file: string) => void) | undefined;

  /** Resolves when every folder is watched. Rejects with OPTION_INVALID when one can't be watched. */
  static async open(folders: readonly string[], ignored: readonly string[]): Promise<SourceWatcher> {
    const roots = folders.map((folder) => resolve(folder));
    const watcher = watch(roots, {
      ignoreInitial: true,
      ignored: (path, stats) =>
        ignored.includes(path) || isHidden(roots, path) || (stats?.isFile() === true && !isSource(path)),
    });
    const opened = new SourceWatcher(watcher);
    await new Promise<void>((ready, failed) => {
      watcher.once("ready", ready);
      watcher.once("error", failed);
    }).catch(async (error: unknown) => {
      await watcher.close();
      throw watchFailed(error);
    });
    // A new folder that can't be watched ends nothing: the other folders are still watched.
    watcher.on("error", (error) => printError(watchFailed(error).message));
    return opened;
  }

  private constructor(watcher: FSWatcher) {
    this.#watcher = watcher;
    watcher.on("all", (event, path) => {
      if (!event.endsWith("Dir")) this.#note(path);
    });
  }

  /** Resolves to the file that changed last, when there was a change since the last call. */
  next(): Promise<string> {
    return new Promise((report) => {
      this.#report = report;
      if (this.#quiet === undefined) this.#reportChange();
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#quiet);
    await this.#watcher.close();
  }

  #note(file: string): void {
    this.#changed = file;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#quiet = undefined;
      this.#reportChange();
    }, quietMs);
  }

  #reportChange(): void {
    if (this.#changed === undefined || this.#report === undefined) return;
    const [report, changed] = [this.#report, this.#changed];
    this.#report = this.#changed = undefined;
    report(changed);
  }
}

function isSource(file: string): boolean {
  return sourceExtensions.has(extname(file));
}

/** Whether a path is in node_modules or hidden, seen from its root. The names above the root do not count. */
function isHidden(roots: readonly string[], path: string): boolean {
  const root = roots.find((folder) => folder === path || holds(folder, path)) ?? path;
  return relative(root, path)
    .split(sep)
    .some((name) => name === "node_modules" || name.startsWith("."));
}

function watchFailed(error: unknown): StatefunError {
  const { code, path } = error as NodeJS.ErrnoException;
  const advice = code === "ENOSPC" || code === "EMFILE" ? " Watch fewer folders, for example with --watch src." : "";
  return new StatefunError("OPTION_INVALID", `${path ?? "A folder"} can't be watched: ${describe(error)}.${advice}`, {
    cause: error,
  });
}

/** Whether a folder holds a file, at any depth. */
export function holds(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== "" && !way.startsWith("..") && way !== file;
}
