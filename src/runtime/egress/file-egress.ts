// An egress to a file: one line of JSON for each record, each record once.

import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, resolve as resolvePath } from "node:path";
import type { EgressConsumer, EgressRecord } from "../../engine/engine-api.js";
import { describe, StatefunError } from "../../errors.js";
import { type FindType, jsonOf } from "../../types/value-json.js";
import { endOfFile } from "./last-line.js";
import { type EgressOptions, Retry } from "./retry.js";

/** A record on its way to the file. */
interface Waiting {
  readonly id: string;
  readonly line: string;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Appends the records of one egress in groups, each on disk before it is acknowledged. A record that comes again after a
 * crash is known by its id, so it is in the file once.
 */
export class FileEgress implements EgressConsumer {
  readonly window = 1_000;
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #find: FindType;
  readonly #retry: Retry;
  /** Where the next line goes; what stands behind it is the rest of a group that failed. */
  #size: number;
  /** The id of the last line; ids grow. */
  #lastId: string | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  private constructor(
    egress: string,
    path: string,
    file: FileHandle,
    end: { size: number; id: string | undefined },
    find: FindType,
    options: EgressOptions,
  ) {
    this.#path = path;
    this.#file = file;
    this.#size = end.size;
    this.#lastId = end.id;
    this.#find = find;
    this.#retry = new Retry(`The egress ${egress} to ${path}`, options);
  }

  /**
   * Opens the file, or makes it and its folder. A line that a crash has cut short is removed. A file belongs to one
   * egress. Throws OPTION_INVALID when it can't be opened or holds something else.
   */
  static async open(egress: string, path: string, find: FindType, options: EgressOptions = {}): Promise<FileEgress> {
    if (typeof path !== "string" || path === "") {
      throw new StatefunError("OPTION_INVALID", `The egress ${egress} needs the path of a file.`);
    }
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

  /** Finishes the group that is being written. */
  async close(): Promise<void> {
    this.#retry.close();
    await this.#writing;
    await this.#file.close();
  }

  /** Writes group after group; never rejects. A group that fails is tried again before any later one: ids only grow. */
  async #writeAll(): Promise<void> {
    await undefined; // what is received in the same turn is one group
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

  /** Where the records go, for people. */
  get label(): string {
    return this.#path;
  }
}

/** Ids of one length sort as text; a longer one is later. */
function isBehind(id: string, lastId: string): boolean {
  return id.length === lastId.length ? id > lastId : id.length > lastId.length;
}

async function openFile(egress: string, path: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // Not "a": a group that failed half-way is written over.
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

/** Cuts off a torn last line, and tells where the file then ends and with which id. Throws OPTION_INVALID. */
async function recover(
  egress: string,
  path: string,
  file: FileHandle,
): Promise<{ size: number; id: string | undefined }> {
  const { length, whole, lastLine, torn } = await endOfFile(file);
  // Without a whole line, only the beginning of a first record may be cut off.
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
    // told below
  }
  throw foreign(egress, path);
}

function foreign(egress: string, path: string): StatefunError {
  return new StatefunError(
    "OPTION_INVALID",
    `${path} does not end in a record of the egress ${egress}, so nothing is appended to it. Give each egress a file of its own.`,
  );
}
