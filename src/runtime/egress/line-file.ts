// A file that records are appended to, a line for each. It knows whether it still is the file at its path.

import { type FileHandle, mkdir, open, stat, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, StatefunError } from "../../errors.js";
import { endOfFile } from "./last-line.js";

/** Identifies a file, whatever path or link leads to it. */
type Identity = string;

/** The files that are open in this process, with the egress that appends to each. */
const openFiles = new Map<Identity, string>();

const identityOf = ({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): Identity => `${dev}:${ino}`;

export class LineFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #identity: Identity;
  /** The position at which a failed append began. The bytes behind it are cut off before the next append. */
  #failedAt: number | undefined;
  /** How long the file was at the last look; undefined when another file or none was at the path. */
  #size: number | undefined;
  /** The id of the file's last record when the file was opened; undefined when it had none. */
  readonly lastId: string | undefined;

  private constructor(path: string, handle: FileHandle, identity: Identity, lastId: string | undefined) {
    this.#path = path;
    this.#handle = handle;
    this.#identity = identity;
    this.lastId = lastId;
  }

  /**
   * Opens the file for one egress; makes the file and its folder when they are missing. Removes a last line that a crash has
   * cut short. Rejects with OPTION_INVALID when the file can't be opened, is the file of another egress, or ends in anything
   * but a record of this egress.
   */
  static async open(egress: string, path: string): Promise<LineFile> {
    const handle = await openFile(egress, path);
    let identity: Identity | undefined;
    try {
      identity = claim(egress, path, identityOf(await handle.stat({ bigint: true })));
      return new LineFile(path, handle, identity, await recover(egress, path, handle));
    } catch (thrown) {
      if (identity !== undefined) openFiles.delete(identity);
      await handle.close();
      throw thrown;
    }
  }

  /** Looks whether the file is still at its path. */
  async look(): Promise<boolean> {
    try {
      const found = await stat(this.#path, { bigint: true });
      this.#size = identityOf(found) === this.#identity ? Number(found.size) : undefined;
    } catch (thrown) {
      if (!["ENOENT", "ENOTDIR"].includes((thrown as NodeJS.ErrnoException).code ?? "")) throw thrown;
      this.#size = undefined;
    }
    return this.isAtPath;
  }

  /** Whether the file was at its path when {@link look} or {@link append} looked last. */
  get isAtPath(): boolean {
    return this.#size !== undefined;
  }

  /** Appends lines; resolves when they are on disk. After a failure, {@link look} comes before the next call. */
  async append(lines: Uint8Array): Promise<void> {
    const size = this.#size;
    if (size === undefined) throw new Error(`${this.#path} is not the file that was opened there`);
    const begin = Math.min(this.#failedAt ?? size, size);
    // By its path, because Windows cuts no file that is open for appending.
    if (begin < size) await truncate(this.#path, begin);
    this.#failedAt = begin;
    for (let written = 0; written < lines.length; ) {
      // At the file's end, wherever that is by now: somebody may have cut the file off.
      const { bytesWritten } = await this.#handle.write(lines, written, lines.length - written, null);
      written += bytesWritten;
    }
    // The look takes no time of its own beside the disk's.
    await Promise.all([this.#handle.datasync(), this.look()]);
    // The records would go with a file that nothing names any more.
    if (!this.isAtPath && (await this.#handle.stat()).nlink === 0)
      throw new Error(`${this.#path} was removed while records were written to it`);
    this.#failedAt = undefined;
  }

  async close(): Promise<void> {
    openFiles.delete(this.#identity);
    await this.#handle.close();
  }
}

function claim(egress: string, path: string, identity: Identity): Identity {
  const other = openFiles.get(identity);
  if (other !== undefined) {
    throw new StatefunError(
      "OPTION_INVALID",
      `The egress ${egress} can't write to ${path}: the egress ${other} writes to this file already. Give each egress a file of its own.`,
    );
  }
  openFiles.set(identity, egress);
  return identity;
}

async function openFile(egress: string, path: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "a+");
    // A new file's name must be on disk before the first record is acknowledged.
    const folder = await open(dirname(path), "r");
    await folder.sync().finally(() => folder.close());
    return file;
  } catch (error) {
    throw new StatefunError("OPTION_INVALID", `The egress ${egress} can't open ${path}: ${describe(error)}.`, {
      cause: error,
    });
  }
}

/** Cuts off a torn last line; returns the id of the last record. Throws OPTION_INVALID. */
async function recover(egress: string, path: string, file: FileHandle): Promise<string | undefined> {
  const { length, whole, lastLine, torn } = await endOfFile(file);
  // A file without a whole line is cut off only when it holds the beginning of a record.
  if (lastLine === undefined && !torn.startsWith(lineStart) && !lineStart.startsWith(torn)) {
    throw foreign(egress, path);
  }
  const id = lastLine === undefined ? undefined : idOf(egress, path, lastLine);
  if (whole < length) {
    await truncate(path, whole);
    await file.datasync();
  }
  return id;
}

/** The text with which every record's line begins. */
const lineStart = '{"id":"';

/** Ids have up to 18 characters. A file that ends in a longer one would hide every record that is appended. */
const recordId = /^[0-9a-z]{1,18}$/;

function idOf(egress: string, path: string, line: string): string {
  try {
    const record = JSON.parse(line) as { id?: unknown; egress?: unknown };
    if (typeof record.id === "string" && recordId.test(record.id) && record.egress === egress) return record.id;
  } catch {
    // not JSON: not a record
  }
  throw foreign(egress, path);
}

function foreign(egress: string, path: string): StatefunError {
  return new StatefunError(
    "OPTION_INVALID",
    `${path} does not end in a record of the egress ${egress}, so nothing is appended to it. Give each egress a file of its own.`,
  );
}
