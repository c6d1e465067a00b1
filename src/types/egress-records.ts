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
const valueField = tag(2, delimited);

const requiredText: Option<string, string> = (input, name, where) => {
  if (isText(input)) return input;
  throw invalid(where, name, input, "a text that is not empty, without half of a surrogate pair");
};

const optionalText: Option<string, string | undefined> = (input, name, where) => {
  if (input === undefined || input === "" || isText(input)) return input;
  throw invalid(where, name, input, "a text without half of a surrogate pair");
};

const valueBytes: Option<RecordValue, Uint8Array> = (input, name, where) => {
  if (input === "" || isText(input)) return platform.encodeUtf8(input);
  if (input instanceof Uint8Array) return input;
  if (typeof input === "object" && input !== null) return packValue(input).value;
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

/** A record as its engine gets it, by the options of {@link kafkaRecord} or {@link kinesisRecord}: the value is its bytes. */
export type PackedRecord =
  | (Omit<KafkaRecord, "value" | "headers"> & { readonly value: Uint8Array; readonly headers: Metadata })
  | (Omit<KinesisRecord, "value"> & { readonly value: Uint8Array });

/** Reads a record that {@link kafkaRecord} or {@link kinesisRecord} has made; undefined for any other value. */
export function readRecord({ typename, value: bytes }: TypedValue): PackedRecord | undefined {
  const name = typename.slice(typename.lastIndexOf(".") + 1);
  if (typename !== typenamePrefix + name || (name !== kafkaName && name !== kinesisName)) return undefined;
  const reader = new WireReader(bytes);
  const texts: (string | undefined)[] = [];
  const headers: MetadataEntry[] = [];
  let value: Uint8Array = new Uint8Array(0);
  while (reader.pos < bytes.length) {
    const fieldTag = reader.tag(bytes.length);
    if (fieldTag === valueField) value = reader.copy(bytes.length);
    else if (fieldTag === metadataField && name === kafkaName) headers.push(readMetadataEntry(reader, bytes.length));
    else texts[fieldTag >>> 3] = reader.string(bytes.length);
  }
  const [, first, , third = "", fourth] = texts;
  if (name === kafkaName) return { topic: third, value, key: first, headers: Metadata.wrap(headers) };
  return { stream: third, value, partitionKey: first ?? "", explicitHashKey: fourth };
}

/** Writes the fields, numbered from 1. The engines of the two generations know the same record by different names. */
function packRecord(
  name: string,
  fields: readonly (string | Uint8Array | undefined)[],
  headers: Metadata = Metadata.none,
): TypedValue {
  const writer = new WireWriter();
  fields.forEach((field, index) => {
    if (field === undefined || field.length === 0) return;
    if (typeof field === "string") writer.string(tag(index + 1, delimited), field);
    else writer.bytes(tag(index + 1, delimited), field);
  });
  writeMetadata(writer, headers);
  const bytes = writer.finish();
  const v2 = new TypedValue(`type.googleapis.com/org.apache.flink.statefun.flink.io.${name}`, bytes);
  return TypedValue.inBoth(typenamePrefix + name, bytes, v2);
}

function invalid(where: string, name: string, input: unknown, what: string): StatefunError {
  return new StatefunError(
    "EGRESS_RECORD_INVALID",
    `${where}: ${name} is ${describeValue(input)}; it must be ${what}.`,
  );
}
