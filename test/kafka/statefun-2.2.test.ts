// The Kafka sample on StateFun 2.2, with its protobuf-routable ingress and its generic egress.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Flink, startFlink } from "../../flink/flink.ts";
import { type Broker, startBroker } from "../../flink/kafka/broker.ts";
import { consume, createTopics, produce, type TopicReader } from "../../flink/kafka/client.ts";
import { FunctionServer } from "./function-server.ts";
import { assertCounts, lastVisits, moduleFile, visits, withoutLast } from "./visits.ts";

const count = 2000;
const users = 50;

describe("2,000 protobuf messages through StateFun 2.2, from Kafka to Kafka by their keys", () => {
  const server = new FunctionServer();
  let dir: string;
  let broker: Broker;
  let engine: Flink;
  let greets: TopicReader;

  const start = (restore: boolean) =>
    startFlink({
      version: "2.2",
      module: moduleFile("module-v2.yaml", broker.address, server.endpoint),
      dir: join(dir, "flink"),
      restore,
    });

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "statefun-kafka-"));
    broker = await startBroker({ dir: join(dir, "kafka") });
    await server.start();
    await createTopics(broker.address, 2, "visits", "greets");
    greets = await consume(broker.address, "greets");
    engine = await start(false);
  });

  after(async () => {
    await greets?.close();
    await engine?.kill();
    await broker?.kill();
    await server.kill();
    await rm(dir, { recursive: true, force: true });
  });

  test("the job goes on from its checkpoint after kill -9 of the engine", async () => {
    const all = visits(count, users);
    await produce(broker.address, "visits", all.slice(0, count / 2));
    await server.untilHandled(count / 4);
    await engine.waitForCheckpoint();
    await engine.kill();
    await produce(broker.address, "visits", all.slice(count / 2));
    engine = await start(true);
    await greets.until(count);
  });

  test("every user's visits were counted exactly once and in order, for a reader of committed records", async () => {
    await produce(broker.address, "visits", lastVisits);
    await greets.until(count + lastVisits.length);
    assertCounts(withoutLast(greets.records), count, users);
    assert.equal(greets.records.length, count + lastVisits.length);
  });

  test("no call of the functions failed", () => {
    assert.deepEqual(server.complaints, []);
  });
});
