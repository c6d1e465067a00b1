// Workflows on a StateFun 3.3 cluster of two processes: each run ends once, whatever is killed while it waits.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Cluster, startCluster } from "../../flink/cluster-3.3/cluster.ts";
import { type Broker, startBroker } from "../../flink/kafka/broker.ts";
import { consume, createTopics, type KafkaRecord, produce, type TopicReader } from "../../flink/kafka/client.ts";
import { Peer } from "../interop/peers.ts";
import { FunctionServer } from "./function-server.ts";
import { echoOf, moduleOf, Order, Receipt, stockOf } from "./orders.ts";

const count = 600;
const addresses = 40;
const idOf = (number: number) => `order-${number % addresses}`;

function orders(from: number, to: number): KafkaRecord[] {
  return Array.from({ length: to - from }, (_, index) => {
    const number = from + index;
    return { key: idOf(number), value: Order.serialize({ number }) };
  });
}

function grouped<T>(items: readonly T[], groupOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(groupOf(item), [...(groups.get(groupOf(item)) ?? []), item]);
  return groups;
}

/** Asserts that the counts of each group are 1 to the number of its receipts. */
function assertCounted(receipts: readonly Receipt[], groupOf: (number: number) => string, count: keyof Receipt): void {
  for (const [group, found] of grouped(receipts, ({ number }) => groupOf(number))) {
    const counts = found.map((receipt) => receipt[count]).sort((a, b) => a - b);
    assert.deepEqual(
      counts,
      found.map((_, index) => index + 1),
      `${count} of ${group}`,
    );
  }
}

describe(`${count} workflows on StateFun 3.3, from Kafka to Kafka`, () => {
  const server = new FunctionServer("./orders.ts");
  let dir: string;
  let broker: Broker;
  let python: Peer;
  let cluster: Cluster;
  let receipts: TopicReader;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "statefun-workflows-"));
    [broker, python] = await Promise.all([
      startBroker({ dir: join(dir, "kafka") }),
      Peer.start("python-echo"),
      server.start(),
    ]);
    await createTopics(broker.address, 4, "orders", "receipts");
    receipts = await consume(broker.address, "receipts");
    cluster = await startCluster({
      dir: join(dir, "flink"),
      module: moduleOf(broker.address, server.endpoint, python.endpoint),
      parallelism: 2,
    });
  });

  after(async () => {
    await receipts?.close();
    await cluster?.stop();
    await broker?.kill();
    await server.kill();
    await python?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test("runs go on from the checkpoint after kill -9 of the TaskManager", async () => {
    const sent = produce(broker.address, "orders", orders(0, count / 2));
    await server.untilHandled(count);
    await cluster.killTaskManager();
    assert.ok(receipts.records.length < count / 2, "every run had ended when the TaskManager was killed");
    cluster.startTaskManager();
    await cluster.untilRunning({ restarts: 1 });
    await sent;
  });

  test("runs wait for the function server after kill -9 of that", async () => {
    const before = server.handled;
    const sent = produce(broker.address, "orders", orders(count / 2, count));
    await server.untilHandled(before + count);
    await server.kill();
    assert.ok(receipts.records.length < count, "every run had ended when the function server was killed");
    await server.start();
    await sent;
    await receipts.until(count);
  });

  test("each run has ended once, and has called each function once, for a reader of committed records", async () => {
    const last = Array.from({ length: addresses }, (_, index) => count + index);
    await produce(broker.address, "orders", orders(count, count + addresses));
    await receipts.until(count + addresses);
    const all = receipts.records.map(({ value }) => Receipt.deserialize(value));
    assert.deepEqual(
      all.map(({ number }) => number).sort((a, b) => a - b),
      [...Array(count).keys(), ...last],
    );
    assertCounted(all, stockOf, "reserved");
    assertCounted(all, echoOf, "echoed");
    assertCounted(all, idOf, "ended");
    for (const [id, own] of grouped(receipts.records, ({ key }) => key)) {
      const ended = own.map(({ value }) => Receipt.deserialize(value));
      assert.deepEqual(
        ended.map((receipt) => receipt.ended),
        ended.map((_, index) => index + 1),
        `the runs of ${id} end one after the other`,
      );
    }
  });

  test("some messages were handled again, and none failed", () => {
    assert.deepEqual(server.complaints, []);
    // Python's server prints a stack for a connection that is cut, as by the kill of the TaskManager.
    const errors = python.complaints.match(/^\w*(Error|Exception): .*$/gm) ?? [];
    assert.deepEqual(
      errors.filter((line) => !/^(ConnectionResetError|BrokenPipeError)/.test(line)),
      [],
    );
  });
});
