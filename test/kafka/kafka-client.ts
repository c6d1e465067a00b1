// kafkajs as the tests use it: it makes topics, writes records, and reads the committed ones.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { lock } from "../../engine/build.ts";

const folder = fileURLToPath(new URL("client", import.meta.url));

export interface KafkaRecord {
  readonly key: string;
  readonly value: Uint8Array;
}

/** A record that was read, and where it was. */
export interface ReadRecord extends KafkaRecord {
  readonly partition: number;
  readonly offset: string;
}

/** Installs kafkajs into client/node_modules, once, and returns it. */
async function kafkajs(): Promise<any> {
  const stamp = createHash("sha256")
    .update(await readFile(`${folder}/package-lock.json`))
    .digest("hex");
  const file = `${folder}/node_modules/.stamp`;
  const isInstalled = async () => (await readFile(file, "utf8").catch(() => "")) === stamp;
  if (!(await isInstalled())) {
    await mkdir(`${folder}/target`, { recursive: true });
    const unlock = await lock(`${folder}/target/lock`);
    try {
      if (!(await isInstalled())) {
        await rm(file, { force: true });
        await promisify(execFile)("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
        await writeFile(file, stamp);
      }
    } finally {
      await unlock();
    }
  }
  return createRequire(`${folder}/package.json`)("kafkajs");
}

export class KafkaClient {
  readonly #kafka: any;
  readonly #partitioner: unknown;
  readonly #readers: TopicReader[] = [];

  private constructor(kafka: any, partitioner: unknown) {
    this.#kafka = kafka;
    this.#partitioner = partitioner;
  }

  static async connect(address: string): Promise<KafkaClient> {
    const { Kafka, logLevel, Partitioners } = await kafkajs();
    const kafka = new Kafka({ clientId: "test", brokers: [address], logLevel: logLevel.NOTHING });
    return new KafkaClient(kafka, Partitioners.DefaultPartitioner);
  }

  async createTopics(numPartitions: number, ...topics: string[]): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: topics.map((topic) => ({ topic, numPartitions })) });
    await admin.disconnect();
  }

  /** Writes records in their order; resolves when the broker has them all. */
  async send(topic: string, messages: readonly KafkaRecord[]): Promise<void> {
    const producer = this.#kafka.producer({ createPartitioner: this.#partitioner });
    await producer.connect();
    for (let start = 0; start < messages.length; start += 500) {
      await producer.send({ topic, messages: messages.slice(start, start + 500) });
    }
    await producer.disconnect();
  }

  /** Reads a topic from its beginning: what is committed, and nothing of an aborted transaction. */
  async read(topic: string): Promise<TopicReader> {
    const consumer = this.#kafka.consumer({ groupId: `reader-of-${topic}`, readUncommitted: false });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const reader = new TopicReader(consumer);
    this.#readers.push(reader);
    await consumer.run({
      eachMessage: async ({ partition, message: { key, value, offset } }: any) =>
        reader.add({ key: String(key), value, partition, offset }),
    });
    return reader;
  }

  async disconnect(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.close()));
  }
}

/** The committed records of a topic, so far. */
export class TopicReader {
  readonly records: ReadRecord[] = [];
  readonly #consumer: any;
  readonly #waiting = new Set<() => void>();

  constructor(consumer: any) {
    this.#consumer = consumer;
  }

  add(record: ReadRecord): void {
    this.records.push(record);
    for (const check of [...this.#waiting]) check();
  }

  /** Waits until there are this many records. */
  async until(count: number, timeoutMs = 120_000): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`${this.records.length} of ${count} records in ${timeoutMs} ms`));
      }, timeoutMs);
      const check = () => {
        if (this.records.length < count) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  close(): Promise<void> {
    return this.#consumer.disconnect();
  }
}
