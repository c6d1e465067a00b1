// Records for StateFun's own Kafka and Kinesis egresses.

import { platform } from "../bytes/platform.js";
import { delimited, tag, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import { describeValue, StatefunError } from "../errors.js";
import {
  Metadata,
  type MetadataEntry,
  type MetadataInput,
  metadataField,
  metadataOption,
  readMetadataEntry,
  writeMetadata,
} from "../model/metadata.js";
import { defineOptions, type Option } from "../model/options.js";
import { isText } from "../model/text.js";
import { TypedValue } from "../model/typed-value.js";
import { textOf } from "./bytes.js";
import { packValue } from "./pack.js";
import type { ProtobufMessage } from "./sendable.js";

/**
 * The value of a record: text (as UTF-8), bytes, a protobuf message, or a packed value, of which the bytes are taken.
 */
export type RecordValue = string | Uint8Array | TypedValue | ProtobufMessage;

/** A record for a Kafka egress (proto message KafkaProducerRecord). */
export interface KafkaRecord {
  /** The topic, not empty. */
  readonly topic: string;
  /** The value of the record. */
  readonly value: RecordValue;
  /** The key of the record. Defaults to no key. */
  readonly key?: string | undefined;
  /**
   * The headers of the record, in the form of metadata. StateFun's own engines leave them out of the record that they
   * write: docs/kafka.md says which engine writes them. Defaults to none.
   */
  readonly headers?: MetadataInput | undefined;
}

/** A record for a Kinesis egress (proto message KinesisEgressRecord). */
export interface KinesisRecord {
  /** The stream, not empty. */
  readonly stream: string;
  /** The value of the record. */
  readonly value: RecordValue;
  /** The partition key, not empty. */
  readonly partitionKey: string;
  /** The hash that chooses the shard. Defaults to the hash of the partition key. */
  readonly explicitHashKey?: string | undefined;
}

const kafkaName = "KafkaProducerRecord";
const kinesisName = "KinesisEgressRecord";
const typenamePrefix = "type.googleapis.com/io.statefun.sdk.egress.";
/** The engines of the two generations know the same record by different names. */
const v2Prefix = "type.googleapis.com/org.apache.flink.statefun.flink.io.";
const valueField = tag(2, delimited);
/** The fields of a record that only this package knows: far away from those that StateFun may add. */
const typenameField = tag(50_001, delimited);
/** What stands in place of a typename when the value was given as bytes. */
const plainBytes = "bytes";

const requiredText: Option<string, string> = (input, name, where) => {
  if (isText(input)) return input;
  throw invalid(where, name, input, "a text that is not empty, without half of a surrogate pair");
};

const optionalText: Option<string, string | undefined> = (input, name, where) => {
  if (input === undefined || input === "" || isText(input)) return input;
  throw invalid(where, name, input, "a text without half of a surrogate pair");
};

/** The bytes of a value, and what they are: a typename, "bytes", or nothing for text. */
interface ValueBytes {
  readonly bytes: Uint8Array;
  readonly typename?: string;
}

const valueBytes: Option<RecordValue, ValueBytes> = (input, name, where) => {
  if (input === "" || isText(input)) return { bytes: platform.encodeUtf8(input) };
  if (input instanceof Uint8Array) return { bytes: input, typename: plainBytes };
  if (typeof input === "object" && input !== null) {
    const { value: bytes, typename } = packValue(input);
    return { bytes, typename };
  }
  throw invalid(where, name, input, "text without half of a surrogate pair, bytes, a message or a packed value");
};

const kafkaFields = defineOptions<KafkaRecord>()({
  topic: requiredText,
  value: valueBytes,
  key: optionalText,
  headers: metadataOption,
});

const kinesisFields = defineOptions<KinesisRecord>()({
  stream: requiredText,
  value: valueBytes,
  partitionKey: requiredText,
  explicitHashKey: optionalText,
});

/**
 * Makes the message that `context.sendEgress` sends to a Kafka egress. Throws EGRESS_RECORD_INVALID without a topic or
 * a value and for text with half of a surrogate pair, METADATA_INVALID, VALUE_UNTYPED, VALUE_INVALID and
 * OPTION_INVALID.
 *
 * @example
 * ```ts
 * new StatefulFunctions().register(
 *   "example/greeter",
 *   (name, context) => {
 *     context.sendEgress("example/kafka", kafkaRecord({ topic: "greets", key: name, value: `Hello ${name}` }));
 *   },
 *   { handles: [Types.string] },
 * );
 * ```
 */
export function kafkaRecord(record: KafkaRecord): TypedValue {
  const { topic, value, key, headers } = kafkaFields.read("The Kafka record", record);
  return packRecord(kafkaName, [key, value, topic], headers);
}

/**
 * Makes the message that `context.sendEgress` sends to a Kinesis egress. Throws EGRESS_RECORD_INVALID without a stream,
 * a partition key or a value and for text with half of a surrogate pair, VALUE_UNTYPED, VALUE_INVALID and
 * OPTION_INVALID.
 */
export function kinesisRecord(record: KinesisRecord): TypedValue {
  const { stream, value, partitionKey, explicitHashKey } = kinesisFields.read("The Kinesis record", record);
  return packRecord(kinesisName, [partitionKey, value, stream, explicitHashKey]);
}

/**
 * The value of a record that was read: text, bytes, or a packed value. Text is what was given as text, and what another SDK has
 * written, if it is valid UTF-8.
 */
type ReadValue = string | Uint8Array | TypedValue;

/** A record by the options of {@link kafkaRecord} or {@link kinesisRecord}. */
export type ReadRecord =
  | (Omit<KafkaRecord, "value" | "headers"> & { readonly value: ReadValue; readonly headers: Metadata })
  | (Omit<KinesisRecord, "value"> & { readonly value: ReadValue });

/**
 * Reads a record for a Kafka or a Kinesis egress, also one of another SDK; undefined for any other value, and for bytes that are no
 * record.
 */
export function readRecord(value: TypedValue): ReadRecord | undefined {
  try {
    return read(value);
  } catch {
    return undefined;
  }
}

function read({ typename, value: bytes }: TypedValue): ReadRecord | undefined {
  const name = typename.slice(typename.lastIndexOf(".") + 1);
  if (name !== kafkaName && name !== kinesisName) return undefined;
  if (typename !== typenamePrefix + name && typename !== v2Prefix + name) return undefined;
  const reader = new WireReader(bytes);
  const texts: (string | undefined)[] = [];
  const headers: MetadataEntry[] = [];
  let content: Uint8Array = new Uint8Array(0);
  let contentTypename: string | undefined;
  while (reader.pos < bytes.length) {
    const fieldTag = reader.tag(bytes.length);
    if (fieldTag === valueField) content = reader.copy(bytes.length);
    else if (fieldTag === typenameField) contentTypename = reader.string(bytes.length);
    else if (fieldTag === metadataField && name === kafkaName) headers.push(readMetadataEntry(reader, bytes.length));
    else texts[fieldTag >>> 3] = reader.string(bytes.length);
  }
  const [, first, , third = "", fourth] = texts;
  const value = readContent(content, contentTypename);
  if (name === kafkaName) return { topic: third, value, key: first, headers: Metadata.wrap(headers) };
  return { stream: third, value, partitionKey: first ?? "", explicitHashKey: fourth };
}

function readContent(content: Uint8Array, typename: string | undefined): ReadValue {
  if (typename === undefined) return textOf(content) ?? content;
  return typename === plainBytes ? content : new TypedValue(typename, content);
}

/** Writes the fields, numbered from 1. */
function packRecord(
  name: string,
  fields: readonly (string | ValueBytes | undefined)[],
  headers: Metadata = Metadata.none,
): TypedValue {
  const writer = new WireWriter();
  let typename: string | undefined;
  fields.forEach((field, index) => {
    if (field === undefined) return;
    const fieldTag = tag(index + 1, delimited);
    if (typeof field !== "string") {
      if (field.bytes.length > 0) writer.bytes(fieldTag, field.bytes);
      typename = field.typename;
    } else if (field.length > 0) writer.string(fieldTag, field);
  });
  writeMetadata(writer, headers);
  // Engines and other SDKs skip a field that they do not know. With it, a consumer on the embedded runtime can read the value.
  if (typename !== undefined) writer.string(typenameField, typename);
  const bytes = writer.finish();
  const v2 = new TypedValue(v2Prefix + name, bytes);
  return TypedValue.inBoth(typenamePrefix + name, bytes, v2);
}

function invalid(where: string, name: string, input: unknown, what: string): StatefunError {
  return new StatefunError(
    "EGRESS_RECORD_INVALID",
    `${where}: ${name} is ${describeValue(input)}; it must be ${what}.`,
  );
}
