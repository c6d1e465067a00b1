// Kafka's own client as a child process: creates topics, writes records, and reads committed records.

import { Metadata, type MetadataEntry } from "statefun-ts";
import { buildProgram } from "../build.ts";
import { JavaProcess } from "../java-process.ts";

/** A record to write. */
export interface KafkaRecord {
  readonly key: string;
  readonly value: Uint8Array;
  /** Defaults to none. */
  readonly headers?: Metadata;
}

/** A record that was read, and where in the topic it was. */
export interface ReadRecord extends KafkaRecord {
  readonly partition: number;
  readonly offset: number;
}

const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64");

const headersText = (headers: Metadata) =>
  Array.from(headers, ([name, value]) => base64(name) + (value === null ? "" : `:${base64(value)}`)).join(",");

/** Reads headers as the client in Java writes them. */
function headersOf(text: string): Metadata {
  const headers = text === "" ? [] : text.split(",");
  return new Metadata(
    headers.map((header): MetadataEntry => {
      const [name = "", value] = header.split(":");
      return [Buffer.from(name, "base64").toString(), value === undefined ? null : Buffer.from(value, "base64")];
    }),
  );
}

/** Creates topics. */
export async function createTopics(address: string, partitions: number, ...topics: string[]): Promise<void> {
  await ended(await client(["create", address, String(partitions), ...topics]));
}

/** Writes records in their order. Resolves when the broker has acknowledged all of them. */
export async function produce(address: string, topic: string, records: readonly KafkaRecord[]): Promise<void> {
  const producer = await client(["produce", address, topic]);
  const lines = records.map(
    ({ key, value, headers }) => `${base64(key)} ${base64(value)} ${headersText(headers ?? new Metadata())}\n`,
  );
  await producer.write(lines.join(""), { close: true });
  await ended(producer);
}

/**
 * Reads the committed records of a topic from its beginning.
 *
 * This takes Java's client, since clients in JavaScript return records of aborted transactions: kafkajs 2.2.4 does when
 * aborted transactions of two producers overlap.
 */
export async function consume(
  address: string,
  topic: string,
  take?: (record: ReadRecord) => void,
): Promise<TopicReader> {
  const records: ReadRecord[] = [];
  const child = await client(["consume", address, topic], (line) => {
    const [word, partition, offset, key = "", value = "", headers = ""] = line.split(" ");
    if (word !== "RECORD") return;
    const record = {
      partition: Number(partition),
      offset: Number(offset),
      key: Buffer.from(key, "base64").toString(),
      value: Buffer.from(value, "base64"),
      headers: headersOf(headers),
    };
    records.push(record);
    take?.(record);
  });
  await child.until("it read the topic", (lines) => lines.includes("READY"));
  return new TopicReader(child, records);
}

/** A running consumer. */
export class TopicReader {
  /** The records that were read so far. */
  readonly records: readonly ReadRecord[];
  readonly #child: JavaProcess;

  /** Use {@link consume}. */
  constructor(child: JavaProcess, records: readonly ReadRecord[]) {
    this.#child = child;
    this.records = records;
  }

  /** Waits until this many records were read. */
  async until(count: number, timeoutMs = 120_000): Promise<void> {
    try {
      await this.#child.until(`it read ${count} records`, () => this.records.length >= count, timeoutMs);
    } catch (error) {
      throw new Error(`There are ${this.records.length} records, not ${count}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.#child.kill();
  }
}

async function client(args: string[], log?: (line: string) => void): Promise<JavaProcess> {
  const classPath = await buildProgram("kafka");
  const jvm = ["-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
  jvm.push("-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", classPath, "statefun.ts.kafka.Client");
  return new JavaProcess("The Kafka client", [...jvm, ...args], log);
}

async function ended(child: JavaProcess): Promise<void> {
  const { code, signal } = await child.exited;
  if (code !== 0) throw new Error(`The Kafka client ended with ${signal ?? code}.\n${child.tail}`);
}
