// Metadata: named values that travel beside a message's own value (proto field metadata = 4 of a TypedValue, and field
// headers = 4 of a KafkaProducerRecord, which has the same shape).

import type { WireReader } from "../bytes/reader.js";
import type { WireWriter } from "../bytes/writer.js";
import { describeValue, StatefunError } from "../errors.js";
import type { Option } from "./options.js";
import { isWellFormed } from "./text.js";

// The tags of protobuf's wire format: eight times the number of the field, and 2 for a length and bytes, 0 for a number.
/** The field of the metadata in a TypedValue, in an Any, and in a record of Kafka. */
export const metadataField = 4 * 8 + 2;
const nameField = 1 * 8 + 2;
const valueField = 2 * 8 + 2;
const hasValueField = 3 * 8;

const encoder = new TextEncoder();
/** Bytes that are not UTF-8 become U+FFFD. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** The most bytes that the names and values of one message's metadata take, where no option says otherwise. */
export const defaultMetadataBytes = 8 * 1024;

/** One pair of metadata. A value may be null, which is not the same as a value without bytes. */
export type MetadataEntry = readonly [name: string, value: Uint8Array | null];

/**
 * Metadata to send: an object, or a list of pairs in which a name may come more than once. Text becomes UTF-8. A
 * {@link Metadata} that came with a message is such a list too.
 */
export type MetadataInput =
  | Readonly<Record<string, string | Uint8Array | null>>
  | Iterable<readonly [name: string, value: string | Uint8Array | null]>;

/**
 * The metadata of a message: pairs of a name and bytes, in the order of the sender. It can't be changed.
 *
 * @example
 * ```ts
 * import { type Context, Handles, StatefulFunction, Types } from "statefun-ts";
 *
 * @StatefulFunction("example/relay")
 * class Relay {
 *   @Handles(Types.string)
 *   pass(text: string, context: Context) {
 *     console.log(context.metadata.getText("traceparent")); // undefined when the message has no such name
 *     context.send("example/store", text, text, { metadata: [...context.metadata, ["hop", "relay"]] });
 *   }
 * }
 * ```
 */
export class Metadata implements Iterable<MetadataEntry> {
  /**
   * Metadata without a pair.
   * @internal
   */
  static readonly none: Metadata = new Metadata();
  #entries: readonly MetadataEntry[];

  /** Copies the pairs. Throws METADATA_INVALID. */
  constructor(pairs: MetadataInput = []) {
    this.#entries = entriesOf(pairs);
  }

  /**
   * Makes metadata of pairs that are known to be right.
   * @internal
   */
  static wrap(entries: readonly MetadataEntry[]): Metadata {
    const metadata = new Metadata();
    metadata.#entries = entries;
    return metadata;
  }

  /** How many pairs there are. */
  get size(): number {
    return this.#entries.length;
  }

  /**
   * How many bytes the names and the values take. A pair without any counts as one byte, so that the number of pairs has a
   * limit too.
   * @internal
   */
  get byteLength(): number {
    let bytes = 0;
    for (const [name, value] of this.#entries) bytes += encoder.encode(name).length + (value?.length ?? 0) || 1;
    return bytes;
  }

  /** Whether there is a pair with this name. */
  has(name: string): boolean {
    return this.#entries.some((entry) => entry[0] === name);
  }

  /** Returns the value of this name, the last one when there are several. Undefined when there is none. */
  get(name: string): Uint8Array | null | undefined {
    const { length } = this.#entries;
    for (let index = length - 1; index >= 0; index--) {
      const [key, value] = this.#entries[index] as MetadataEntry;
      if (key === name) return value;
    }
    return undefined;
  }

  /** Returns the same value as text. Undefined for null too. Bytes that are not UTF-8 become U+FFFD. */
  getText(name: string): string | undefined {
    const value = this.get(name);
    return value == null ? undefined : decoder.decode(value);
  }

  /** Returns all values of this name, in their order. */
  getAll(name: string): (Uint8Array | null)[] {
    return this.#entries.filter((entry) => entry[0] === name).map((entry) => entry[1]);
  }

  /** Goes through the pairs in their order. */
  [Symbol.iterator](): IterableIterator<MetadataEntry> {
    return this.#entries.values();
  }
}

/** An option for the metadata of a message. Throws METADATA_INVALID. */
export const metadataOption: Option<MetadataInput, Metadata | undefined> = (input) =>
  input === undefined || input instanceof Metadata ? input : new Metadata(input);

/** Throws METADATA_TOO_LARGE. */
export function assertMetadataFits(metadata: Metadata, mostBytes: number): void {
  const { byteLength } = metadata;
  if (byteLength <= mostBytes) return;
  throw new StatefunError(
    "METADATA_TOO_LARGE",
    `The names and values of the metadata take ${byteLength} bytes; a message may have ${mostBytes}. Put large data into the message itself, or raise the limit (maxMetadataBytes of the handler, limits.metadataBytes of the runtime).`,
  );
}

/** Writes each pair as a field of the message that is being written. */
export function writeMetadata(writer: WireWriter, metadata: Metadata): void {
  for (const [name, value] of metadata) {
    const start = writer.begin(metadataField);
    if (name !== "") writer.string(nameField, name);
    if (value !== null) {
      if (value.length > 0) writer.bytes(valueField, value);
      writer.uint32(hasValueField);
      writer.uint32(1);
    }
    writer.end(start);
  }
}

/** Reads one pair, whose tag was read. The value is a copy: a view would keep the whole request in memory. */
export function readMetadataEntry(reader: WireReader, outerEnd: number): MetadataEntry {
  const end = reader.endOfField(outerEnd);
  let name = "";
  let value: Uint8Array = noBytes;
  let hasValue = false;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === nameField) name = reader.string(end);
    else if (fieldTag === valueField) value = reader.copy(end);
    else if (fieldTag === hasValueField) hasValue = reader.bool(end);
    else reader.skip(fieldTag, end);
  }
  return [name, hasValue ? value : null];
}

const noBytes = new Uint8Array(0);

function entriesOf(pairs: MetadataInput): MetadataEntry[] {
  if (typeof pairs !== "object" || pairs === null) throw invalid(`The metadata is ${describeValue(pairs)}`);
  const list: Iterable<unknown> = Symbol.iterator in pairs ? pairs : Object.entries(pairs);
  return Array.from(list, entryOf);
}

function entryOf(pair: unknown): MetadataEntry {
  if (!Array.isArray(pair) || pair.length !== 2) throw invalid(`The metadata has the pair ${describeValue(pair)}`);
  const [name, value] = pair as unknown[];
  if (typeof name !== "string" || !isWellFormed(name))
    throw invalid(`The metadata has the name ${describeValue(name)}`);
  if (value === null) return [name, null];
  // A copy, since the sender may change its bytes before they are encoded.
  if (value instanceof Uint8Array) return [name, new Uint8Array(value)];
  if (typeof value === "string" && isWellFormed(value)) return [name, encoder.encode(value)];
  throw invalid(`The metadata "${name}" has the value ${describeValue(value)}`);
}

function invalid(what: string): StatefunError {
  return new StatefunError(
    "METADATA_INVALID",
    `${what}. Metadata is an object or a list of pairs: each name is text, and each value is text, bytes or null. Text must not hold half of a surrogate pair.`,
  );
}
