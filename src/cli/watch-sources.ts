// Tells when a source file changes, is added or goes.

import { type FSWatcher, readdirSync, watch } from "node:fs";
import { extname, join, relative } from "node:path";
import { StatefunError } from "../errors.js";

/** What a program is made of. A function's own output (a log, a database) must not restart it. */
const sources = new Set([
  ".ts",
  ".mts",
  ".cts",
  ".tsx",
  ".js",
  ".mjs",
  ".cjs",
  ".jsx",
  ".json",
  ".yaml",
  ".yml",
  ".proto",
]);

/** Editors write a file in several steps; a change counts once none has come for this long. */
const quietMs = 50;

/**
 * Watches folders and those in them, but for node_modules, names that begin with a dot and the `ignored` paths. Each
 * folder has a watcher of its own: a recursive one would look into node_modules before it is told not to.
 */
export class SourceWatcher {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #ignored: readonly string[];
  #changed: string | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #waiting: ((file: string) => void) | undefined;

  /** Throws OPTION_INVALID when a folder can't be watched. */
  constructor(folders: readonly string[], ignored: readonly string[]) {
    this.#ignored = ignored;
    for (const folder of folders) this.#watch(folder);
  }

  /** Resolves to the file that changed last, once there is a change since the last time. */
  next(): Promise<string> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      if (this.#quiet === undefined) this.#tell();
    });
  }

  close(): void {
    clearTimeout(this.#quiet);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Watches a folder and those in it; whether there is a source among their files. */
  #watch(folder: string): boolean {
    if (this.#watchers.has(folder) || this.#ignored.includes(folder)) return false;
    try {
      const watcher = watch(folder, (event, name) => {
        if (name !== null && !isHidden(name)) this.#seen(folder, event, name);
      });
      watcher.on("error", () => this.#forget(folder)); // the folder is gone
      this.#watchers.set(folder, watcher);
      const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !isHidden(name));
      const inside = entries.filter((entry) => entry.isDirectory()).map(({ name }) => this.#watch(join(folder, name)));
      return inside.includes(true) || entries.some((entry) => entry.isFile() && isSource(entry.name));
    } catch (error) {
      this.#forget(folder);
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return false;
      const advice = code === "ENOSPC" || code === "EMFILE" ? " Watch fewer folders: --watch src." : "";
      throw new StatefunError("OPTION_INVALID", `${folder} can't be watched: ${message}.${advice}`, { cause: error });
    }
  }

  #seen(folder: string, event: string, name: string): void {
    const path = join(folder, name);
    if (this.#ignored.includes(path)) return;
    if (isSource(name)) this.#note(path);
    if (isSource(name) || event !== "rename") return;
    // Perhaps a folder: a new one, another one under an old name, or one that is gone with all that was in it.
    const gone = [...this.#watchers.keys()].filter((watched) => watched === path || holds(path, watched));
    for (const watched of gone) this.#forget(watched);
    if (this.#watch(path) || gone.length > 0) this.#note(path);
  }

  #note(path: string): void {
    this.#changed = path;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#quiet = undefined;
      this.#tell();
    }, quietMs);
  }

  #tell(): void {
    if (this.#changed === undefined || this.#waiting === undefined) return;
    const [tell, changed] = [this.#waiting, this.#changed];
    this.#waiting = this.#changed = undefined;
    tell(changed);
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}

function isSource(name: string): boolean {
  return sources.has(extname(name));
}

function isHidden(name: string): boolean {
  return name === "node_modules" || name.startsWith(".");
}

/** Whether a folder holds a file, at any depth. */
export function holds(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== "" && !way.startsWith("..") && way !== file;
}
