// An egress to a file: appends a line of JSON for each record, each record once.

import { resolve as resolvePath } from "node:path";
import type { EgressFailure } from "../../engine/egresses-api.js";
import type { EgressConsumer, EgressRecord } from "../../engine/engine-api.js";
import { isLaterId } from "../../engine/sequence.js";
import { oneLine } from "../../errors.js";
import { defaultLogger, type Logger } from "../../model/logger.js";
import { defineOptions, nonEmptyText, required } from "../../model/options.js";
import { showMetadata } from "../../types/metadata-json.js";
import { type FindType, jsonOf } from "../../types/value-json.js";
import { LineFile } from "./line-file.js";
import { type RepeatOptions, Retry } from "./retry.js";

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
  readonly kind = "file";
  readonly window = 1_000;
  readonly #egress: string;
  readonly #path: string;
  readonly #find: FindType;
  readonly #retry: Retry;
  readonly #logger: Logger;
  /** Undefined while another file or none is at the path. */
  #file: LineFile | undefined;
  /** The id of the last record. Ids grow, so a record with a smaller id has been written already. */
  #lastId: string | undefined;
  /** Whether the file has just been looked at: it is while one group follows the other. */
  #looked = false;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  private constructor(egress: string, path: string, file: LineFile, find: FindType, options: RepeatOptions) {
    this.#egress = egress;
    this.#path = path;
    this.#file = file;
    this.#lastId = file.lastId;
    this.#find = find;
    this.#logger = options.logger ?? defaultLogger;
    this.#retry = new Retry({ name: `The egress ${egress} to ${path}`, egress }, options);
  }

  /**
   * Opens the file; makes the file and its folder when they are missing. Removes a last line that a crash has cut short.
   * Rejects with OPTION_INVALID when the file can't be opened, is the file of another egress, or ends in anything but a
   * record of this egress.
   */
  static async open(
    egress: string,
    spec: FileEgressSpec,
    find: FindType,
    options: RepeatOptions = {},
  ): Promise<FileEgress> {
    const { file: path } = fileEgressOptions.read(`The egress ${egress}`, spec);
    const full = resolvePath(path);
    return new FileEgress(egress, full, await LineFile.open(egress, full), find, options);
  }

  /** The id of the last record that the file holds; undefined when it holds none. */
  get lastId(): string | undefined {
    return this.#lastId;
  }

  /** See EgressConsumer.failures. */
  get failures(): number {
    return this.#retry.failures;
  }

  /** See EgressConsumer.lastFailure. */
  get lastFailure(): EgressFailure | undefined {
    return this.#retry.lastFailure;
  }

  /** The path of the file. */
  get target(): string {
    return this.#path;
  }

  receive({ id, egress, value }: EgressRecord): Promise<void> {
    if (this.#retry.signal.aborted) return Promise.reject(this.#retry.signal.reason);
    const json = jsonOf(this.#find, value);
    const head = `{"id":${JSON.stringify(id)},"egress":${JSON.stringify(egress)},"typename":${JSON.stringify(value.typename)}`;
    const body = json === undefined ? `"bytes":"${Buffer.from(value.value).toString("base64")}"` : `"value":${json}`;
    const metadata = showMetadata(value.metadata);
    const tail = metadata === undefined ? "" : `,"metadata":${JSON.stringify(metadata)}`;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id, line: `${head},${body}${tail}}\n`, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Waits for the group that is being written. */
  async close(): Promise<void> {
    this.#retry.close();
    await this.#writing;
    await this.#file?.close();
  }

  /**
   * Writes group after group; never rejects. A group that failed is written again before any later group: the file must stay
   * in the order of the ids.
   */
  async #writeAll(): Promise<void> {
    this.#looked = false;
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
      if (lastId !== undefined && !isLaterId(id, lastId)) continue;
      lines.push(line);
      lastId = id;
    }
    if (lines.length === 0) return;
    const file = await this.#fileAtPath();
    this.#looked = false;
    await file.append(Buffer.from(lines.join("")));
    this.#looked = true;
    this.#lastId = lastId;
  }

  /** The file at the path. Opens a new one when the file was moved away or removed. */
  async #fileAtPath(): Promise<LineFile> {
    if (this.#file !== undefined) {
      if (this.#looked ? this.#file.isAtPath : await this.#file.look()) return this.#file;
      const line = oneLine(`The egress ${this.#egress} begins ${this.#path} anew: the file was moved away or removed.`);
      this.#logger.warn(line, new Error(line));
      await this.#file.close();
      this.#file = undefined;
    }
    this.#file = await LineFile.open(this.#egress, this.#path);
    await this.#file.look();
    return this.#file;
  }

  /** The path of the file, for people. */
  get label(): string {
    return this.#path;
  }
}
