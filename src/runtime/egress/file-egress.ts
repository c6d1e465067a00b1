// An egress to a file: appends a line of JSON for each record, each record once.

import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, resolve as resolvePath } from "node:path";
import type { EgressConsumer, EgressRecord } from "../../engine/engine-api.js";
import { describe, StatefunError } from "../../errors.js";
import { defineOptions, nonEmptyText, required } from "../../model/options.js";
import { type FindType, jsonOf } from "../../types/value-json.js";
import { endOfFile } from "./last-line.js";
import { Retry, type RetryOptions } from "./retry.js";

/** Appends records to a file: one line of JSON for each, each record once. */
export interface FileEgressSpec {
  /** The path of the file. */
  readonly file: string;
}

const fileEgressOptions = defineOptions<FileEgressSpec>()({ file: required(nonEmptyText, "the path of a file") });

/** A record that waits to be written. */
interface Waiting {
  readonly id: string;
  readonly line: string;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Appends the records of one egress in groups. A group is on disk before its records are acknowledged. After a crash, a
 * record that is in the file already may come again. Its id shows this, and the record is not written a second time.
 */
export class FileEgress implements EgressConsumer {
  readonly window = 1_000;
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #find: FindType;
  readonly #retry: Retry;
  /** The position of the next line. Bytes after this position are the rest of a failed write. */
  #size: number;
  /** The id of the last line. Ids grow, so a record with a smaller id is in the file already. */
  #lastId: string | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  private constructor(
    egress: string,
    path: string,
    file: FileHandle,
    end: { size: number; id: string | undefined },
    find: FindType,
    options: RetryOptions,
  ) {
    this.#path = path;
    this.#file = file;
    this.#size = end.size;
    this.#lastId = end.id;
    this.#find = find;
    this.#retry = new Retry(`The egress ${egress} to ${path}`, options);
  }

  /**
   * Opens the file; makes the file and its folder when they are missing. Removes a last line that a crash has cut short.
   * Rejects with OPTION_INVALID when the file can't be opened, or ends in anything but a record of this egress.
   */
  static async open(
    egress: string,
    spec: FileEgressSpec,
    find: FindType,
    options: RetryOptions = {},
  ): Promise<FileEgress> {
    const { file: path } = fileEgressOptions.read(`The egress ${egress}`, spec);
    const full = resolvePath(path);
    const file = await openFile(egress, full);
    try {
      return new FileEgress(egress, full, file, await recover(egress, full, file), find, options);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  receive({ id, egress, value }: EgressRecord): Promise<void> {
    if (this.#retry.signal.aborted) return Promise.reject(this.#retry.signal.reason);
    const json = jsonOf(this.#find, value);
    const head = `{"id":${JSON.stringify(id)},"egress":${JSON.stringify(egress)},"typename":${JSON.stringify(value.typename)}`;
    const body = json === undefined ? `"bytes":"${Buffer.from(value.value).toString("base64")}"` : `"value":${json}`;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id, line: `${head},${body}}\n`, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Waits for the group that is being written. */
  async close(): Promise<void> {
    this.#retry.close();
    await this.#writing;
    await this.#file.close();
  }

  /**
   * Writes group after group; never rejects. A group that failed is written again before any later group: the file must stay
   * in the order of the ids.
   */
  async #writeAll(): Promise<void> {
    await undefined; // the records that arrive in the same turn form one group
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#retry.run(`${group.length} records`, () => this.#append(group));
        for (const { resolve } of group) resolve();
      } catch (closed) {
        for (const { reject } of [...group, ...this.#waiting]) reject(closed);
        this.#waiting = [];
      }
    }
    this.#writing = undefined;
  }

  async #append(group: readonly Waiting[]): Promise<void> {
    let lastId = this.#lastId;
    const lines: string[] = [];
    for (const { id, line } of group) {
      if (lastId !== undefined && !isBehind(id, lastId)) continue;
      lines.push(line);
      lastId = id;
    }
    if (lines.length === 0) return;
    const bytes = Buffer.from(lines.join(""));
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, written, bytes.length - written, this.#size + written);
      written += bytesWritten;
    }
    await this.#file.datasync();
    this.#size += bytes.length;
    this.#lastId = lastId;
  }

  /** The path of the file, for people. */
  get label(): string {
    return this.#path;
  }
}

/** Whether a record comes after another one: a longer id is later, and ids of the same length sort as text. */
function isBehind(id: string, lastId: string): boolean {
  return id.length === lastId.length ? id > lastId : id.length > lastId.length;
}

async function openFile(egress: string, path: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // The file is not opened for appending (flag "a"), since a write that failed half-way must be written over.
    const file = await open(path, "r+").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return open(path, "wx+");
      throw error;
    });
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

/** Cuts off a torn last line; returns the file's size and the id of its last record. Throws OPTION_INVALID. */
async function recover(
  egress: string,
  path: string,
  file: FileHandle,
): Promise<{ size: number; id: string | undefined }> {
  const { length, whole, lastLine, torn } = await endOfFile(file);
  // A file without a whole line is cut off only when it holds the beginning of a record.
  if (lastLine === undefined && !torn.startsWith(lineStart) && !lineStart.startsWith(torn)) {
    throw foreign(egress, path);
  }
  const id = lastLine === undefined ? undefined : idOf(egress, path, lastLine);
  if (whole < length) {
    await file.truncate(whole);
    await file.datasync();
  }
  return { size: whole, id };
}

const lineStart = '{"id":"';

function idOf(egress: string, path: string, line: string): string {
  try {
    const record = JSON.parse(line) as { id?: unknown; egress?: unknown };
    if (typeof record.id === "string" && record.egress === egress) return record.id;
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
