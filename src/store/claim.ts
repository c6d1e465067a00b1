// How a data folder gets an owner: the file OWNER is made in one step, and a dead owner's file is replaced by one alone.

import { link, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { StatefunError } from "../errors.js";
import { lifeOf, type Owner } from "./owner.js";
import { type Found, find, nameOf, ownerFile } from "./owner-file.js";

/** The times that all processes that share a folder must agree on, in milliseconds. */
export interface OwnershipTimes {
  /** How often an owner touches its file. */
  readonly beatMs: number;
  /** How long an owner trusts its last touch without looking at the file again. */
  readonly trustMs: number;
  /** How long the file must lie untouched before an owner of whom nothing else is known counts as dead. */
  readonly silenceMs: number;
  /** How often a process that waits for the folder looks at the file. */
  readonly pollMs: number;
}

export const defaultTimes: OwnershipTimes = { beatMs: 2_000, trustMs: 5_000, silenceMs: 10_000, pollMs: 250 };

/** Options of {@link Claim}. */
export interface ClaimOptions {
  /** The folder's path as the user gave it, for messages. */
  readonly dir: string;
  /** How long to wait for a living owner, in milliseconds. Defaults to 0. */
  readonly waitMs?: number;
  /** Called once when the folder was taken over. Defaults to nothing. */
  readonly onLost?: (lost: StatefunError) => void;
  /** Defaults to a touch every 2 seconds, and death after 10 seconds of silence. */
  readonly times?: OwnershipTimes;
}

/** The attempt to become a folder's owner. */
export class Claim {
  readonly #mine: Owner;
  readonly #path: string;
  /** The whole content of the file under another name, so that the file is there whole or not at all. */
  readonly #draft: string;
  readonly #options: ClaimOptions;
  readonly #times: OwnershipTimes;
  /** How long each unknown owner was seen silent, by this process's clock alone: clocks of two machines differ. */
  readonly #watched = new Map<string, { beat: string; seenAt: number; silentMs: number; alive: boolean }>();

  constructor(mine: Owner, path: string, options: ClaimOptions) {
    this.#mine = mine;
    this.#path = path;
    this.#draft = `${path}.${mine.token}.new`;
    this.#options = options;
    this.#times = options.times ?? defaultTimes;
  }

  async run(): Promise<void> {
    const { waitMs = 0, dir } = this.#options;
    const deadline = performance.now() + waitMs;
    try {
      await this.#write();
      for (;;) {
        const found = await this.#take(this.#path);
        if (found === undefined) break;
        if (this.#isAlive(found) && performance.now() >= deadline) throw lockedBy(dir, found, this.#mine);
        await wait(this.#times.pollMs);
      }
      await this.#clear();
    } finally {
      await rm(this.#draft, { force: true }).catch(() => {}); // the next owner removes it
    }
  }

  async #write(): Promise<void> {
    const file = await open(this.#draft, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(this.#mine, undefined, 2)}\n`);
      await file.sync(); // or a power cut could leave a file that says nothing of its owner
    } finally {
      await file.close();
    }
  }

  /** Puts this owner's file at a path. Resolves to the file that is in the way, or to undefined when it is done. */
  async #take(path: string): Promise<Found | undefined> {
    for (;;) {
      if (await this.#place(path)) return undefined;
      const found = await find(path);
      if (found === undefined) continue; // its owner has given the folder up just now
      if (found.token === this.#mine.token) return undefined; // a network file system may report its own success as EEXIST
      if (!this.#isDead(found)) return found;
      // Two processes may find the same dead owner. Each of them tries to take a file that is named after the dead owner. Only
      // the process that has this file may rename it to OWNER. The other process then finds a living owner.
      const right = `${path}.${found.token}`;
      const other = await this.#take(right);
      if (other !== undefined) return other;
      if ((await find(path))?.token === found.token) {
        await rename(right, path);
        return undefined;
      }
      await rm(right, { force: true });
    }
  }

  /** Makes the file if no file is there, in one step. */
  async #place(path: string): Promise<boolean> {
    try {
      await link(this.#draft, path);
      return true;
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === "EEXIST") return false;
      if (code === "ENOENT") throw thrown;
    }
    // The file system has no links. A file that is not whole yet counts as an owner of whom nothing is known.
    try {
      await writeFile(path, `${JSON.stringify(this.#mine, undefined, 2)}\n`, { flag: "wx", mode: 0o600, flush: true });
      return true;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw thrown;
    }
  }

  #isDead(found: Found): boolean {
    const life = found.owner === undefined ? "unknown" : lifeOf(found.owner, this.#mine);
    if (life !== "unknown") return life === "dead";
    const now = performance.now();
    const watched = this.#watched.get(found.token);
    if (watched === undefined) {
      this.#watched.set(found.token, { beat: found.beat, seenAt: now, silentMs: 0, alive: false });
      return false;
    }
    // After a long pause between two looks, this process was paused itself, and the owner perhaps with it. So a pause counts
    // only in part.
    watched.silentMs += Math.min(now - watched.seenAt, 2 * this.#times.pollMs);
    watched.seenAt = now;
    if (watched.beat !== found.beat) {
      watched.beat = found.beat;
      watched.silentMs = 0;
      watched.alive = true;
    }
    return watched.silentMs >= this.#times.silenceMs;
  }

  /** Whether an owner is proven to live at this moment. */
  #isAlive({ owner, token }: Found): boolean {
    if (owner !== undefined && lifeOf(owner, this.#mine) === "alive") return true;
    const watched = this.#watched.get(token);
    return watched?.alive === true && watched.silentMs === 0;
  }

  /** Removes what processes that were killed in the middle of a claim have left. What can't be removed does no harm. */
  async #clear(): Promise<void> {
    try {
      await this.#removeDead(join(this.#path, ".."));
    } catch {}
  }

  async #removeDead(folder: string): Promise<void> {
    for (const name of await readdir(folder)) {
      if (!name.startsWith(`${ownerFile}.`)) continue;
      const owner = (await find(join(folder, name)))?.owner;
      if (owner !== undefined && lifeOf(owner, this.#mine) === "dead") await rm(join(folder, name), { force: true });
    }
  }
}

function lockedBy(dir: string, found: Found, here: Owner): StatefunError {
  return new StatefunError(
    "STORE_LOCKED",
    `The data folder ${dir} is in use by ${nameOf(found, here)}. Close it there, or open another folder. To wait until it is free, open with waitForLock, or start with --wait-for-lock.`,
  );
}
