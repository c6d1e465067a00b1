// The headers of Kafka records, on engines that know nothing of them: what comes in, and what is written.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Context, kafkaRecord, Metadata, StatefulFunctions, type TypedValue } from "statefun-ts";
import { serve } from "statefun-ts/node";
import { type Flink, type FlinkVersion, startFlink } from "../../flink/flink.ts";
import { type Broker, startBroker } from "../../flink/kafka/broker.ts";
import { consume, createTopics, produce, type TopicReader } from "../../flink/kafka/client.ts";

const headers = new Metadata([
  ["trace", "00-abc"],
  ["nothing", null],
]);

/** Writes a record with headers, and says in its value how many pairs of metadata came in. */
function pass(message: TypedValue, context: Context): void {
  const value = `${Buffer.from(message.value)}: ${context.metadata.size}`;
  const record = kafkaRecord({ topic: "out", key: context.address.id, value, headers });
  context.sendEgress("test/kafka", record, { metadata: headers });
}

const modules: Record<FlinkVersion, (broker: string, endpoint: string) => string> = {
  "3.3": (broker, endpoint) => `kind: io.statefun.endpoints.v2/http
spec:
  functions: test/*
  urlPathTemplate: ${endpoint}
---
kind: io.statefun.kafka.v1/ingress
spec:
  id: test/in
  address: ${broker}
  consumerGroupId: test
  startupPosition:
    type: earliest
  topics:
    - topic: in
      valueType: test/text
      targets:
        - test/pass
---
kind: io.statefun.kafka.v1/egress
spec:
  id: test/kafka
  address: ${broker}
  deliverySemantic:
    type: at-least-once
`,
  "2.2": (broker, endpoint) => `version: "2.0"
module:
  meta:
    type: remote
  spec:
    functions:
      - function:
          meta:
            kind: http
            type: test/pass
          spec:
            endpoint: ${endpoint}
    ingresses:
      - ingress:
          meta:
            type: statefun.kafka.io/routable-protobuf-ingress
            id: test/in
          spec:
            address: ${broker}
            consumerGroupId: test
            startupPosition:
              type: earliest
            topics:
              - topic: in
                typeUrl: test/text
                targets:
                  - test/pass
    egresses:
      - egress:
          meta:
            type: statefun.kafka.io/generic-egress
            id: test/kafka
          spec:
            address: ${broker}
            deliverySemantic:
              type: at-least-once
`,
};

for (const version of ["3.3", "2.2"] as const) {
  describe(`StateFun ${version}`, { timeout: 180_000 }, () => {
    let dir: string;
    let broker: Broker;
    let engine: Flink;
    let out: TopicReader;
    let close = async () => {};

    before(async () => {
      dir = await mkdtemp(join(tmpdir(), "statefun-headers-"));
      const server = await serve(new StatefulFunctions().register("test/pass", pass), { port: 0, host: "127.0.0.1" });
      close = () => server.close();
      broker = await startBroker({ dir: join(dir, "kafka") });
      await createTopics(broker.address, 1, "in", "out");
      out = await consume(broker.address, "out");
      const module = modules[version](broker.address, `http://127.0.0.1:${server.port}/statefun`);
      engine = await startFlink({ version, module, dir: join(dir, "flink") });
    });

    after(async () => {
      await out?.close();
      await engine?.kill();
      await broker?.kill();
      await close();
      await rm(dir, { recursive: true, force: true });
    });

    test("headers that come in are dropped, and a record is written without its headers", async () => {
      await produce(broker.address, "in", [
        { key: "a", value: Buffer.from("with"), headers },
        { key: "a", value: Buffer.from("without") },
      ]);
      await out.until(2);
      assert.deepEqual(
        out.records.map(({ key, value, headers: written }) => [
          key,
          Buffer.from(value).toString(),
          [...(written ?? [])],
        ]),
        [
          ["a", "with: 0", []],
          ["a", "without: 0", []],
        ],
      );
    });
  });
}
