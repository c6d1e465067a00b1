// The store on disk: a LevelDB database in a folder of its own.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ClassicLevel } from "classic-level";
import { StatefunError } from "../errors.js";
import { checkScans, scanOf } from "./checked-scans.js";
import { failureByText, failureOf, freeBytes } from "./failure.js";
import { OwnedFolder } from "./owned-folder.js";
import type { CopiedStore, Entry, Range, Write } from "./store.js";

/** Options of {@link openLevelStore}. */
export interface LevelStoreOptions {
  /** The memory for blocks that were read, in bytes. Defaults to 16 MiB. */
  readonly cacheBytes?: number;
  /**
   * How many bytes are written to one log, and kept in memory, before they become a sorted file. For moments, twice as many
   * bytes are in memory. Defaults to 8 MiB.
   */
  readonly writeBufferBytes?: number;
  /** How many bytes of tables are read whole before the store opens; the others are read later. Defaults to 64 MiB. */
  readonly readFirstBytes?: number;
  /** How long to wait while another process holds the folder, in milliseconds. Defaults to 0: opening fails at once. */
  readonly waitForLockMs?: number;
  /**
   * Called when the store can't be used any more: another owner has taken the folder over, or a file is damaged. Defaults
   * to nothing.
   */
  readonly onFailure?: (failure: StatefunError) => void;
  /** Takes a line that a person should read although the store goes on. Defaults to nothing. */
  readonly warn?: (line: string) => void;
}

const mebibyte = 1024 * 1024;
/** How many keys are counted at once. */
const countedAtOnce = 10_000;
/** A page of all entries has about so many entries, or so many bytes. */
const pageLength = 1_000;
const pageBytes = 256 * 1024;
/** The bytes that LevelDB needs to open besides the content of its logs: its list of files, and an empty log. */
const openingBytes = 64 * 1024;
/** How often to try again while a process that writes no file OWNER, one of an older release, holds LevelDB's lock. */
const lockPollMs = 250;
/** Values are bytes. The keys of get are bytes too, because getSync cuts off the end of a long string that is not ASCII. */
const bytesForBoth = { keyEncoding: "view", valueEncoding: "view" } as const;

/**
 * Opens the store in a folder, which is made when it is missing. Rejects with STORE_LOCKED when this process or another
 * process has the folder open. Rejects with STORE_VERSION, and touches nothing, when the folder has another format or belongs
 * to another program. Rejects with STORE_FULL and STORE_FAILED.
 */
export async function openLevelStore(dir: string, options: LevelStoreOptions = {}): Promise<CopiedStore> {
  const deadline = performance.now() + (options.waitForLockMs ?? 0);
  const warned = new Set<string>();
  const warn = (line: string) => {
    if (!warned.has(line)) options.warn?.(line);
    warned.add(line);
  };
  for (;;) {
    try {
      return await openOwned(dir, Math.max(0, deadline - performance.now()), { ...options, warn });
    } catch (thrown) {
      const isLocked = thrown instanceof StatefunError && thrown.code === "STORE_LOCKED";
      if (!isLocked || performance.now() >= deadline) throw thrown;
      await wait(lockPollMs);
    }
  }
}

async function openOwned(dir: string, waitMs: number, options: LevelStoreOptions): Promise<CopiedStore> {
  const { onFailure = () => {}, warn = () => {} } = options;
  const folder = await OwnedFolder.take(dir, { waitMs, onFailure, warn });
  try {
    const store = new LevelStore(folder, options);
    await store.open();
    return store;
  } catch (thrown) {
    await folder.release().catch(() => {}); // the first failure is the one to correct
    throw thrown;
  }
}

type Database = ClassicLevel<string, Uint8Array>;

class LevelStore implements CopiedStore {
  readonly #folder: OwnedFolder;
  readonly #options: LevelStoreOptions;
  /** The open database. Undefined before it is opened, after it is closed, and while it is opened again. */
  #database: Database | undefined;
  /** Why the last write or opening failed. Until the database is opened again, LevelDB refuses writes, or writes half of them. */
  #failure: StatefunError | undefined;
  /** The last write or opening that was begun: they run one after the other. */
  #work: Promise<void> = Promise.resolve();
  #recovery: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(folder: OwnedFolder, options: LevelStoreOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  async open(): Promise<void> {
    await this.#open({ createIfMissing: true, readTables: true });
    this.#folder.watch();
  }

  async #open({ createIfMissing, readTables }: { createIfMissing: boolean; readTables: boolean }): Promise<void> {
    const {
      cacheBytes = 16 * mebibyte,
      writeBufferBytes = 8 * mebibyte,
      readFirstBytes = 64 * mebibyte,
    } = this.#options;
    try {
      const tables = await this.#folder.assertWhole();
      if (readTables) await this.#folder.assertReadable(tables, readFirstBytes);
      await this.#folder.raiseFormat();
      const database: Database = new ClassicLevel(this.#folder.database, {
        createIfMissing,
        keyEncoding: "utf8",
        valueEncoding: "view",
        cacheSize: cacheBytes,
        writeBufferSize: writeBufferBytes,
        // A few large files open faster than hundreds of small ones: 10 million keys in 25 to 50 ms.
        maxFileSize: 8 * mebibyte,
      });
      checkScans(database);
      await database.open();
      this.#database = database;
    } catch (thrown) {
      throw thrown instanceof StatefunError ? thrown : await failureOf("opened", this.#dir, thrown);
    }
  }

  get(key: string): Uint8Array | undefined {
    this.#assertUsable();
    if (this.#database === undefined) {
      this.#recover().catch(() => {}); // helps later reads: this read can't wait
      throw this.#failure;
    }
    try {
      return this.#database.getSync(Buffer.from(key), bytesForBoth);
    } catch (thrown) {
      throw failureByText("read", this.#dir, thrown);
    }
  }

  async write(writes: Iterable<Write>): Promise<void> {
    this.#assertUsable();
    await this.#next(() => this.#write(writes));
  }

  entries(range: Range): Promise<Entry[]> {
    return this.#read((database) => database.iterator(limits(range)).all(scanOf(range)));
  }

  keys(range: Range): Promise<string[]> {
    return this.#read((database) => database.keys(limits(range)).all(scanOf(range)));
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

  async *pages(): AsyncGenerator<Entry[]> {
    // The iterator reads from a snapshot that LevelDB makes with it.
    const iterator = await this.#read(async (database) =>
      database.iterator({ fillCache: false, highWaterMarkBytes: pageBytes }),
    );
    try {
      for (;;) {
        const page = await this.#read(() => iterator.nextv(pageLength));
        if (page.length === 0) return;
        yield page;
      }
    } finally {
      await iterator.close();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#next(() => this.#closeDatabase().finally(() => this.#folder.release()));
    return this.#closing;
  }

  async #write(writes: Iterable<Write>): Promise<void> {
    await this.#folder.confirm();
    if (this.#failure !== undefined) await this.#reopen();
    const write = await prepared(this.#database as Database, writes);
    try {
      await write();
    } catch (thrown) {
      this.#failure = await failureOf("written", this.#dir, thrown);
      throw this.#failure;
    }
    // The write may have taken long, or this process may have stood still: nothing is acknowledged in another's folder.
    if (!this.#folder.isFresh) await this.#folder.confirm();
  }

  /** Starts at once when the database is open, so that the read shows the database as it is now. */
  async #read<T>(start: (database: Database) => Promise<T>): Promise<T> {
    this.#assertUsable();
    let database = this.#database;
    while (database === undefined) {
      await this.#recover();
      this.#assertUsable();
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
    if (this.#database !== undefined && code === "STORE_FULL" && !(await hasRoom(this.#folder.database)))
      throw this.#failure;
    await this.#folder.confirm();
    try {
      await this.#closeDatabase();
      // A folder that is gone, perhaps with its disk, must not be taken for a new and empty one. The tables were read when
      // the store opened, or were written since.
      await this.#open({ createIfMissing: false, readTables: false });
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

  get #dir(): string {
    return this.#folder.dir;
  }

  #assertUsable(): void {
    if (this.#folder.damage !== undefined) throw this.#folder.damage;
    if (this.#closing === undefined) return;
    throw new StatefunError("STORE_FAILED", `The data folder ${this.#dir} was closed. Open it again to use it.`);
  }
}

/** Takes the writes, and returns what carries them out. Rejects with the error of the iterable. */
async function prepared(database: Database, writes: Iterable<Write>): Promise<() => Promise<void>> {
  if (Array.isArray(writes) && writes.length === 1) {
    const [key, value] = writes[0] as Write;
    // A batch would copy a large value twice in the thread of the event loop.
    if (value !== undefined) return () => database.put(key, value, { sync: true });
  }
  const batch = database.batch();
  try {
    for (const [key, value] of writes) {
      if (value === undefined) batch.del(key);
      else batch.put(key, value);
    }
  } catch (thrown) {
    await batch.close();
    throw thrown;
  }
  return () => batch.write({ sync: true });
}

function limits({ from, to, limit, bytes = mebibyte }: Range) {
  return { gte: from, lt: to, limit, highWaterMarkBytes: Math.min(bytes, mebibyte) };
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
