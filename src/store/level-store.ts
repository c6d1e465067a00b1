// The store on disk: a LevelDB database in a folder of its own.

import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ClassicLevel } from "classic-level";
import { StatefunError } from "../errors.js";
import type { ClaimOptions } from "./claim.js";
import { failureByText, failureOf, freeBytes } from "./failure.js";
import { prepareFolder } from "./folder.js";
import { assertLogsWhole } from "./log-check.js";
import { Ownership } from "./ownership.js";
import { type Entry, type Range, type Store, sizeOfEntry, type Write } from "./store.js";

/** Options of {@link openLevelStore}. */
export interface LevelStoreOptions {
  /** The memory for blocks that were read, in bytes. Defaults to 16 MiB. */
  readonly cacheBytes?: number;
  /**
   * How many bytes are written to one log, and kept in memory, before they become a sorted file. For moments it is twice
   * as many. Defaults to 8 MiB.
   */
  readonly writeBufferBytes?: number;
  /** How long to wait while another one holds the folder, in milliseconds. Defaults to 0: the opening fails at once. */
  readonly waitForLockMs?: number;
  /** Called once when the store can't be used any more: another owner has taken the folder over. Defaults to nothing. */
  readonly onFailure?: (failure: StatefunError) => void;
  /** Takes a line that a person should read although the store goes on. Defaults to nothing. */
  readonly warn?: (line: string) => void;
}

const mebibyte = 1024 * 1024;
/** How many entries one step of a read with a limit in bytes reads at most, and how many keys are counted at once. */
const readAtOnce = 1_000;
const countedAtOnce = 10_000;
/** The bytes that LevelDB needs to open besides the content of its logs: its list of files, and an empty log. */
const openingBytes = 64 * 1024;
/** How often to try again while a process that writes no file OWNER, one of an older release, holds LevelDB's lock. */
const lockPollMs = 250;
/** Values are bytes. The keys of get are bytes too, because getSync cuts off the end of a long string that is not ASCII. */
const bytesForBoth = { keyEncoding: "view", valueEncoding: "view" } as const;

/**
 * Opens the store in a folder, which is made when it is missing. Rejects with STORE_LOCKED when this process or another
 * one has it open, with STORE_VERSION when it has another format or belongs to another program (then nothing in it has been
 * touched), and with STORE_FULL or STORE_FAILED.
 */
export async function openLevelStore(dir: string, options: LevelStoreOptions = {}): Promise<Store> {
  const database = await prepareFolder(dir);
  const deadline = performance.now() + (options.waitForLockMs ?? 0);
  for (;;) {
    try {
      return await openOwned(dir, database, Math.max(0, deadline - performance.now()), options);
    } catch (thrown) {
      const isLocked = thrown instanceof StatefunError && thrown.code === "STORE_LOCKED";
      if (!isLocked || performance.now() >= deadline) throw thrown;
      await wait(lockPollMs);
    }
  }
}

/** LevelDB must not see a folder, not even its lock, before the folder is owned: a look at the lock may drop the lock. */
async function openOwned(dir: string, database: string, waitMs: number, options: LevelStoreOptions): Promise<Store> {
  const { onFailure: onLost } = options;
  const ownership = await claim(dir, database, { dir, waitMs, ...(onLost === undefined ? {} : { onLost }) });
  try {
    const store = new LevelStore(dir, database, ownership, options);
    await store.open({ createIfMissing: true });
    return store;
  } catch (thrown) {
    await ownership.release().catch(() => {}); // what went wrong first is what to correct
    throw thrown;
  }
}

async function claim(dir: string, database: string, options: ClaimOptions): Promise<Ownership> {
  try {
    return await Ownership.claim(dirname(database), options);
  } catch (thrown) {
    throw thrown instanceof StatefunError ? thrown : await failureOf("opened", dir, thrown);
  }
}

type Database = ClassicLevel<string, Uint8Array>;

class LevelStore implements Store {
  readonly #dir: string;
  readonly #path: string;
  readonly #ownership: Ownership;
  readonly #options: LevelStoreOptions;
  /** Undefined while it is not open: before it is opened, after it is closed, and while it is opened again. */
  #database: Database | undefined;
  /** Why the last write or opening failed. Until it is opened again, LevelDB refuses all writes, or writes half of them. */
  #failure: StatefunError | undefined;
  /** Writes and openings, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #recovery: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(dir: string, path: string, ownership: Ownership, options: LevelStoreOptions) {
    this.#dir = dir;
    this.#path = path;
    this.#ownership = ownership;
    this.#options = options;
  }

  async open({ createIfMissing }: { createIfMissing: boolean }): Promise<void> {
    const { cacheBytes = 16 * mebibyte, writeBufferBytes = 8 * mebibyte } = this.#options;
    try {
      await assertLogsWhole(this.#dir, this.#path);
      const database: Database = new ClassicLevel(this.#path, {
        createIfMissing,
        keyEncoding: "utf8",
        valueEncoding: "view",
        cacheSize: cacheBytes,
        writeBufferSize: writeBufferBytes,
        // A few large files open faster than hundreds of small ones: 10 million keys in 25 to 50 ms.
        maxFileSize: 8 * mebibyte,
      });
      await database.open();
      this.#database = database;
    } catch (thrown) {
      throw thrown instanceof StatefunError ? thrown : await failureOf("opened", this.#dir, thrown);
    }
  }

  get(key: string): Uint8Array | undefined {
    this.#assertNotClosed();
    if (this.#database === undefined) {
      this.#recover().catch(() => {}); // for the reads to come: this one can't wait
      throw this.#failure;
    }
    try {
      return this.#database.getSync(Buffer.from(key), bytesForBoth);
    } catch (thrown) {
      throw failureByText("read", this.#dir, thrown);
    }
  }

  async write(writes: Iterable<Write>): Promise<void> {
    this.#assertNotClosed();
    await this.#next(() => this.#write(writes));
  }

  entries(range: Range): Promise<Entry[]> {
    const { bytes } = range;
    return this.#read((database) => {
      const iterator = database.iterator(limits(range));
      return bytes === undefined ? iterator.all() : upTo(bytes, iterator, range.to);
    });
  }

  keys(range: Range): Promise<string[]> {
    return this.#read((database) => database.keys(limits(range)).all());
  }

  count({ from, to }: Pick<Range, "from" | "to">): Promise<number> {
    return this.#read(async (database) => {
      // Read as bytes, because most of the time would go into strings that nobody looks at.
      const range = { gte: Buffer.from(from), lt: Buffer.from(to) };
      const keys = database.keys<Uint8Array>({ ...range, keyEncoding: "view", fillCache: false });
      try {
        let count = 0;
        for (;;) {
          const { length } = await keys.nextv(countedAtOnce);
          if (length === 0) return count;
          count += length;
        }
      } finally {
        await keys.close();
      }
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#next(() => this.#closeDatabase().finally(() => this.#release()));
    return this.#closing;
  }

  async #write(writes: Iterable<Write>): Promise<void> {
    await this.#ownership.confirm();
    if (this.#failure !== undefined) await this.#reopen();
    const batch = (this.#database as Database).batch();
    try {
      for (const [key, value] of writes) {
        if (value === undefined) batch.del(key);
        else batch.put(key, value);
      }
    } catch (thrown) {
      await batch.close();
      throw thrown; // the error is the iterable's own
    }
    try {
      await batch.write({ sync: true });
    } catch (thrown) {
      this.#failure = await failureOf("written", this.#dir, thrown);
      throw this.#failure;
    }
    // The write may have taken long, or this process may have stood still: nothing is acknowledged in another's folder.
    if (!this.#ownership.isFresh) await this.#ownership.confirm();
  }

  /** Starts at once when the database is open, so that the read shows the database as it is now. */
  async #read<T>(start: (database: Database) => Promise<T>): Promise<T> {
    this.#assertNotClosed();
    let database = this.#database;
    while (database === undefined) {
      await this.#recover();
      this.#assertNotClosed();
      database = this.#database;
    }
    try {
      return await start(database);
    } catch (thrown) {
      throw await failureOf("read", this.#dir, thrown);
    }
  }

  /** Runs a write or an opening when all before it are done. */
  #next(run: () => Promise<void>): Promise<void> {
    const done = this.#work.then(run);
    this.#work = done.catch(() => {});
    return done;
  }

  /** Opens the database again for reads, however many wait for it. */
  #recover(): Promise<void> {
    this.#recovery ??= this.#next(() => this.#reopen()).finally(() => {
      this.#recovery = undefined;
    });
    return this.#recovery;
  }

  async #reopen(): Promise<void> {
    if (this.#failure === undefined) return;
    // A database that is open can be read. It is not closed before there is room to open it again.
    const { code } = this.#failure;
    if (this.#database !== undefined && code === "STORE_FULL" && !(await hasRoom(this.#path))) throw this.#failure;
    await this.#ownership.confirm();
    try {
      await this.#closeDatabase();
      // A folder that is gone, perhaps with its disk, must not be taken for a new and empty one.
      await this.open({ createIfMissing: false });
    } catch (thrown) {
      this.#failure = thrown as StatefunError;
      throw thrown;
    }
    this.#failure = undefined;
  }

  async #closeDatabase(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    try {
      await database?.close(); // which waits for reads in flight
    } catch (thrown) {
      throw await failureOf("closed", this.#dir, thrown);
    }
  }

  async #release(): Promise<void> {
    try {
      await this.#ownership.release();
    } catch (thrown) {
      throw await failureOf("closed", this.#dir, thrown);
    }
  }

  #assertNotClosed(): void {
    if (this.#closing === undefined) return;
    throw new StatefunError("STORE_FAILED", `The data folder ${this.#dir} was closed. Open it again to use it.`);
  }
}

function limits({ from, to, limit, bytes = mebibyte }: Range) {
  return { gte: from, lt: to, limit, highWaterMarkBytes: Math.min(bytes, mebibyte) };
}

interface EntryIterator {
  nextv(size: number): Promise<Entry[]>;
  seek(to: string): void;
  close(): Promise<void>;
}

/** Reads until the entries hold so many bytes, with that entry, or until the iterator ends. */
async function upTo(bytes: number, iterator: EntryIterator, end: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    for (let sum = 0; ; ) {
      const page = await iterator.nextv(readAtOnce);
      if (page.length === 0) return entries;
      for (const entry of page) {
        entries.push(entry);
        sum += sizeOfEntry(entry);
        if (sum < bytes) continue;
        // LevelDB skips a block that it can't read, and tells of it at the end of a range only.
        iterator.seek(end);
        await iterator.nextv(1);
        return entries;
      }
    }
  } finally {
    await iterator.close();
  }
}

/** Whether the content of the logs fits on the disk a second time, because opening makes a sorted file of each log. */
async function hasRoom(path: string): Promise<boolean> {
  try {
    const logs = (await readdir(path)).filter((name) => name.endsWith(".log"));
    const sizes = await Promise.all(logs.map(async (name) => (await stat(join(path, name))).size));
    return sizes.reduce((sum, size) => sum + size, openingBytes) <= (await freeBytes(path));
  } catch {
    return true; // opening will say what is wrong
  }
}
