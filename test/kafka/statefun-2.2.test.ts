// The Kafka sample on StateFun 2.2: its protobuf-routable ingress and its generic egress.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Engine, startEngine } from "../../engine/engine.ts";
import { type Broker, startBroker } from "../../engine/kafka/broker.ts";
import { FunctionServer } from "./function-server.ts";
import { KafkaClient, type TopicReader } from "./kafka-client.ts";
import { assertCounts, moduleFile, visits } from "./visits.ts";

const count = 2000;
const users = 50;

describe("2,000 records through StateFun 2.2, from Kafka to Kafka", () => {
  const server = new FunctionServer();
  let dir: string;
  let broker: Broker;
  let client: KafkaClient;
  let engine: Engine;
  let greets: TopicReader;

  const start = (restore: boolean) =>
    startEngine({
      version: "2.2",
      module: moduleFile("module-v2.yaml", broker.address, server.endpoint),
      dir: join(dir, "flink"),
      restore,
    });

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "statefun-kafka-"));
    [broker] = await Promise.all([startBroker({ dir: join(dir, "kafka") }), server.start()]);
    client = await KafkaClient.connect(broker.address);
    await client.createTopics(2, "visits", "greets");
    greets = await client.read("greets");
    engine = await start(false);
  });

  after(async () => {
    await client?.disconnect();
    await engine?.kill();
    await broker?.kill();
    await server.kill();
    await rm(dir, { recursive: true, force: true });
  });

  test("records of the topic reach the function by their key, and its records come out committed", async () => {
    const [visit] = visits(1, 1);
    await client.send("visits", [{ ...(visit as object), key: "alone" } as typeof visit & {}]);
    await greets.until(1);
    assert.equal(greets.records[0]?.key, "alone");
    greets.records.length = 0;
  });

  test("the job goes on from its checkpoint after kill -9 of the engine", async () => {
    const all = visits(count, users);
    await client.send("visits", all.slice(0, count / 2));
    await server.untilHandled(count / 4);
    await engine.waitForCheckpoint();
    await engine.kill();
    await client.send("visits", all.slice(count / 2));
    engine = await start(true);
    await greets.until(count);
  });

  test("every user's visits were counted exactly once and in order, for a reader of committed records", () => {
    assert.equal(greets.records.length, count);
    assertCounts(greets.records, count, users);
  });

  test("no call of the functions failed", () => {
    assert.deepEqual(server.complaints, []);
  });
});
