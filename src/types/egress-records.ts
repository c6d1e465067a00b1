// Records for StateFun's own Kafka and Kinesis egresses.

import { platform } from "../bytes/platform.js";
import { delimited, tag } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import { describeValue, StatefunError } from "../errors.js";
import { assertKnownOptions } from "../model/options.js";
import { TypedValue } from "../model/typed-value.js";
import { packValue } from "./pack.js";
import type { ProtobufMessage } from "./sendable.js";

/** The value of a record: text (as UTF-8), bytes, a protobuf message, or a packed value, of which the bytes are taken. */
export type RecordValue = string | Uint8Array | TypedValue | ProtobufMessage;

/** A record for a Kafka egress (proto message KafkaProducerRecord). */
export interface KafkaRecord {
  /** The topic, not empty. */
  readonly topic: string;
  /** The value of the record. */
  readonly value: RecordValue;
  /** The key of the record. Defaults to no key. */
  readonly key?: string | undefined;
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

/**
 * Makes the message that `context.sendEgress` sends to a Kafka egress. Throws EGRESS_RECORD_INVALID without a topic or a
 * value, VALUE_UNTYPED and OPTION_INVALID.
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
  assertKnownOptions("kafkaRecord", record, ["topic", "value", "key"]);
  const { topic, value, key } = record;
  required("Kafka", "topic", topic);
  const valueBytes = bytesOf("Kafka", value);
  optional("Kafka", "key", key);
  return packRecord("KafkaProducerRecord", [key, valueBytes, topic]);
}

/**
 * Makes the message that `context.sendEgress` sends to a Kinesis egress. Throws EGRESS_RECORD_INVALID without a stream, a
 * partition key or a value, VALUE_UNTYPED and OPTION_INVALID.
 */
export function kinesisRecord(record: KinesisRecord): TypedValue {
  assertKnownOptions("kinesisRecord", record, ["stream", "value", "partitionKey", "explicitHashKey"]);
  const { stream, value, partitionKey, explicitHashKey } = record;
  required("Kinesis", "stream", stream);
  const valueBytes = bytesOf("Kinesis", value);
  required("Kinesis", "partitionKey", partitionKey);
  optional("Kinesis", "explicitHashKey", explicitHashKey);
  return packRecord("KinesisEgressRecord", [partitionKey, valueBytes, stream, explicitHashKey]);
}

function required(kind: string, field: string, value: unknown): void {
  if (typeof value !== "string" || value === "") throw invalid(`A ${kind} record needs a ${field}.`);
}

function optional(kind: string, field: string, value: unknown): void {
  if (value !== undefined && typeof value !== "string") throw invalid(`A ${kind} record's ${field} must be a string.`);
}

function bytesOf(kind: string, value: RecordValue): Uint8Array {
  if (value === undefined || value === null) throw invalid(`A ${kind} record needs a value.`);
  if (typeof value === "string") return platform.encodeUtf8(value);
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "object") {
    throw invalid(
      `A ${kind} record's value is ${describeValue(value)}; it must be text, bytes, a message or a packed value.`,
    );
  }
  return packValue(value).value;
}

/** Writes the fields, numbered from 1. The engines of the two generations know the same record by different names. */
function packRecord(name: string, fields: readonly (string | Uint8Array | undefined)[]): TypedValue {
  const writer = new WireWriter();
  fields.forEach((field, index) => {
    if (field === undefined || field.length === 0) return;
    if (typeof field === "string") writer.string(tag(index + 1, delimited), field);
    else writer.bytes(tag(index + 1, delimited), field);
  });
  const bytes = writer.finish();
  const v2 = new TypedValue(`type.googleapis.com/org.apache.flink.statefun.flink.io.${name}`, bytes);
  return TypedValue.inBoth(`type.googleapis.com/io.statefun.sdk.egress.${name}`, bytes, v2);
}

function invalid(message: string): StatefunError {
  return new StatefunError("EGRESS_RECORD_INVALID", message);
}
