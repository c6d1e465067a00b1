// The Kafka sample on a StateFun 3.3 cluster of two processes: exactly once from Kafka to Kafka, whatever is killed.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Cluster, startCluster } from "../../flink/cluster-3.3/cluster.ts";
import { type Broker, startBroker } from "../../flink/kafka/broker.ts";
import { consume, createTopics, produce, type TopicReader } from "../../flink/kafka/client.ts";
import { FunctionServer } from "./function-server.ts";
import { assertCounts, lastVisits, moduleFile, visits, withoutLast } from "./visits.ts";

const count = 10_000;
const users = 100;
const all = visits(count, users);

describe("10,000 records through StateFun 3.3, from Kafka to Kafka", () => {
  const server = new FunctionServer();
  let dir: string;
  let broker: Broker;
  let cluster: Cluster;
  let greets: TopicReader;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "statefun-kafka-"));
    broker = await startBroker({ dir: join(dir, "kafka") });
    await server.start();
    await createTopics(broker.address, 4, "visits", "greets");
    greets = await consume(broker.address, "greets");
    cluster = await startCluster({
      dir: join(dir, "flink"),
      module: moduleFile("module.yaml", broker.address, server.endpoint),
      parallelism: 2,
    });
  });

  after(async () => {
    await greets?.close();
    await cluster?.stop();
    await broker?.kill();
    await server.kill();
    await rm(dir, { recursive: true, force: true });
  });

  test("the job goes on from its checkpoint after kill -9 of the TaskManager half-way", async () => {
    const sent = produce(broker.address, "visits", all.slice(0, (2 * count) / 3));
    await server.untilHandled(count / 2);
    await cluster.killTaskManager();
    assert.ok(greets.records.length < (2 * count) / 3, "everything was committed when it was killed");
    cluster.startTaskManager();
    await cluster.untilRunning({ restarts: 1 });
    await sent;
  });

  test("the job waits for the function server after kill -9 of that", async () => {
    const before = server.handled;
    const sent = produce(broker.address, "visits", all.slice((2 * count) / 3));
    await server.untilHandled(before + count / 10);
    await server.kill();
    assert.ok(greets.records.length < count, "everything was committed when it was killed");
    await server.start();
    await greets.until(count);
    await sent;
  });

  test("every user's visits were counted exactly once and in order, for a reader of committed records", async () => {
    await produce(broker.address, "visits", lastVisits);
    await greets.until(count + lastVisits.length);
    assertCounts(withoutLast(greets.records), count, users);
    assert.equal(greets.records.length, count + lastVisits.length);
  });

  test("the functions handled some messages again, and none failed", () => {
    assert.ok(server.handled > count, `${server.handled} messages were handled`);
    assert.deepEqual(server.complaints, []);
  });
});
