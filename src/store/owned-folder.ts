// A data folder that this store owns, whose files are checked before LevelDB sees them.

import { dirname } from "node:path";
import { StatefunError } from "../errors.js";
import { failureOf } from "./failure.js";
import { prepareFolder, raiseFormat } from "./folder.js";
import { assertLogsWhole } from "./log-check.js";
import { type LiveTable, liveFiles } from "./manifest.js";
import { Ownership } from "./ownership.js";
import { assertTablesEnd, TableCheck } from "./table-check.js";

/** Options of {@link OwnedFolder.take}. */
export interface OwnedFolderOptions {
  /** How long to wait for another owner, in milliseconds. */
  readonly waitMs: number;
  /** Called when the folder can't be used any more. */
  readonly onFailure: (failure: StatefunError) => void;
  /** Takes a line that a person should read. */
  readonly warn: (line: string) => void;
}

export class OwnedFolder {
  /** The path as the user gave it, for messages. */
  readonly dir: string;
  /** The path of LevelDB's folder. */
  readonly database: string;
  readonly #ownership: Ownership;
  readonly #tableCheck: TableCheck;
  readonly #onFailure: (failure: StatefunError) => void;
  #damage: StatefunError | undefined;

  private constructor(dir: string, database: string, ownership: Ownership, { onFailure }: OwnedFolderOptions) {
    this.dir = dir;
    this.database = database;
    this.#ownership = ownership;
    this.#tableCheck = new TableCheck(dir, dirname(database));
    this.#onFailure = onFailure;
  }

  /**
   * Makes the folder when it is missing, and becomes its owner. LevelDB must not touch the folder before that, not even its
   * file LOCK: to open and close LOCK may drop the lock of this process. Rejects with STORE_LOCKED, STORE_VERSION, STORE_FULL
   * and STORE_FAILED.
   */
  static async take(dir: string, options: OwnedFolderOptions): Promise<OwnedFolder> {
    const database = await prepareFolder(dir, options.warn);
    try {
      const ownership = await Ownership.claim(dirname(database), {
        dir,
        waitMs: options.waitMs,
        onLost: options.onFailure,
      });
      return new OwnedFolder(dir, database, ownership, options);
    } catch (thrown) {
      throw thrown instanceof StatefunError ? thrown : await failureOf("opened", dir, thrown);
    }
  }

  /** Why the folder can't be used any more, apart from its owner. */
  get damage(): StatefunError | undefined {
    return this.#damage;
  }

  /** Rejects with STORE_FAILED when LevelDB would lose data of these files. Resolves to the database's tables. */
  async assertWhole(): Promise<readonly LiveTable[]> {
    const { tables, oldestLog } = await liveFiles(this.dir, this.database);
    await assertLogsWhole(this.dir, this.database, oldestLog);
    await assertTablesEnd(this.dir, this.database, tables);
    return tables;
  }

  /** Makes older versions refuse the folder, because it will hold what they can't read. */
  raiseFormat(): Promise<void> {
    return raiseFormat(this.dir, dirname(this.database));
  }

  /** Reads the newest tables whole. Rejects with STORE_FAILED when one is damaged. */
  assertReadable(tables: readonly LiveTable[], firstBytes: number): Promise<void> {
    return this.#tableCheck.begin(tables, firstBytes);
  }

  /** Reads the other tables while the store is in use. */
  watch(): void {
    void this.#tableCheck.run((damage) => {
      this.#damage = damage;
      this.#onFailure(damage);
    });
  }

  /** Whether the folder is still owned, as far as this is known without reading the disk. */
  get isFresh(): boolean {
    return this.#ownership.isFresh;
  }

  /** Rejects with STORE_LOCKED or STORE_FAILED when the folder is not owned any more. */
  confirm(): Promise<void> {
    return this.#ownership.confirm();
  }

  async release(): Promise<void> {
    try {
      await this.#tableCheck.stop();
      await this.#ownership.release();
    } catch (thrown) {
      throw await failureOf("closed", this.dir, thrown);
    }
  }
}
