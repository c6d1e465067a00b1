// One writer at a time: a data folder belongs to whoever put the file OWNER into it, as long as that owner lives.
//
// LevelDB's own lock is not enough. POSIX drops a process's lock when the process closes any descriptor of the locked
// file: a second, refused opening does so, and so does a copy of the folder that the process makes.

import { unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { StatefunError } from "../errors.js";
import { Claim, type ClaimOptions, defaultTimes, type OwnershipTimes } from "./claim.js";
import { failureOf } from "./failure.js";
import { type Owner, ownerHere } from "./owner.js";
import { type Found, find, nameOf, ownerFile } from "./owner-file.js";

/** The right to write into a data folder. */
export class Ownership {
  readonly #path: string;
  readonly #owner: Owner;
  readonly #dir: string;
  readonly #onLost: (lost: StatefunError) => void;
  readonly #times: OwnershipTimes;
  readonly #timer: NodeJS.Timeout;
  /** When the last touch began: by a clock that stands still while the machine sleeps, and by a clock that goes on. */
  #touched = { steady: performance.now(), wall: Date.now() };
  #touching: Promise<void> | undefined;
  #lost: StatefunError | undefined;

  private constructor(path: string, owner: Owner, { dir, onLost = () => {}, times = defaultTimes }: ClaimOptions) {
    this.#path = path;
    this.#owner = owner;
    this.#dir = dir;
    this.#onLost = onLost;
    this.#times = times;
    // A touch that fails is tried again by the next one, and by the next write.
    this.#timer = setInterval(() => this.#touch().catch(() => {}), times.beatMs);
    this.#timer.unref();
  }

  /**
   * Takes a folder that nobody owns, or whose owner is dead. An owner of whom nothing is known is watched until it touches its
   * file or has been silent for too long. Rejects with STORE_LOCKED when the owner lives, and with the errors of the disk.
   */
  static async claim(folder: string, options: ClaimOptions): Promise<Ownership> {
    const path = join(folder, ownerFile);
    const owner = ownerHere(folder);
    await new Claim(owner, path, options).run();
    return new Ownership(path, owner, options);
  }

  /** Whether the last touch is young enough to write without another look at the file. */
  get isFresh(): boolean {
    const { steady, wall } = this.#touched;
    const age = Math.max(performance.now() - steady, Date.now() - wall);
    return this.#lost === undefined && age < this.#times.trustMs;
  }

  /**
   * Resolves when the folder is known to be still owned. Rejects with STORE_LOCKED when another process has taken the folder
   * over, and with STORE_FAILED when the file OWNER is gone or can't be read.
   */
  async confirm(): Promise<void> {
    if (!this.isFresh && this.#lost === undefined) {
      await this.#touch().catch(async (thrown) => {
        throw await failureOf("kept", this.#dir, thrown);
      });
    }
    if (this.#lost !== undefined) throw this.#lost;
  }

  /** Gives the folder up. The file of another owner stays. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#touching?.catch(() => {});
    const found = await find(this.#path);
    if (found?.token === this.#owner.token) await unlink(this.#path);
  }

  #touch(): Promise<void> {
    this.#touching ??= this.#look().finally(() => {
      this.#touching = undefined;
    });
    return this.#touching;
  }

  async #look(): Promise<void> {
    if (this.#lost !== undefined) return;
    const found = await find(this.#path);
    if (found?.token !== this.#owner.token) return this.#lose(found);
    // Those who watch count from what they see after this moment.
    const [steady, wall] = [performance.now(), Date.now()];
    await utimes(this.#path, wall / 1000, wall / 1000);
    this.#touched = { steady, wall };
  }

  #lose(found: Found | undefined): void {
    this.#lost =
      found === undefined
        ? new StatefunError(
            "STORE_FAILED",
            `The data folder ${this.#dir} has lost its file ${ownerFile}: another process took the folder over and has closed it, or somebody deleted the file. Nothing more is written. Start this process again.`,
          )
        : new StatefunError(
            "STORE_LOCKED",
            `The data folder ${this.#dir} was taken over by ${nameOf(found, this.#owner)}, while this process did not run for ${this.#times.silenceMs / 1000} seconds. Nothing more is written here. Stop one of the two.`,
          );
    clearInterval(this.#timer);
    this.#onLost(this.#lost);
  }
}
