// Records to a function of this process, from a real engine.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../../samples/messages/messages.js";
import { kafkaRecord } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import type { Metadata } from "../../../src/model/metadata.js";
import { TypedValue } from "../../../src/model/typed-value.js";
import { ProcessEgress } from "../../../src/runtime/egress/process-egress.js";
import { typeOf } from "../../../src/types/protobuf.js";
import { throwsCode } from "../../support/expect-code.js";
import { until } from "../ingress/world.js";
import { ManualClock } from "./manual-clock.js";
import { find, greetingRecord, Lines, openWithEgress, out, strangeRecord } from "./records.js";

const many = (id: string) => Address.of("example.deep/many", id);
const echo = (text: string) => typeOf(example.Echo).pack(example.Echo.create({ text }));

test("a handler gets each record's value decoded, in order, and acknowledges it", async () => {
  const seen: string[] = [];
  const ids: string[] = [];
  const egress = new ProcessEgress(
    out,
    {
      handler: async (value: example.Greeting, { id }) => {
        seen.push(value.text);
        ids.push(id);
      },
    },
    find,
  );
  const world = await openWithEgress(egress);
  for (let n = 0; n < 20; n++) await world.engine.call(many("m"), echo(`text ${n}`));
  await until(() => world.engine.metrics.outboxRecords === 0);
  assert.deepEqual(
    seen,
    Array.from({ length: 20 }, (_, n) => `text ${n}`),
  );
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, 20);
  await egress.close();
  await world.close();
});

test("a value of an unknown type, or with bytes that its type can't read, comes as a TypedValue", async () => {
  const seen: unknown[] = [];
  const egress = new ProcessEgress(out, { handler: (value) => void seen.push(value) }, find);
  const record = strangeRecord(1, Buffer.from("?"));
  await egress.receive(record);
  assert.equal(seen[0], record.value);
  const broken = new TypedValue(greetingRecord(2, "").value.typename, Buffer.from([255]));
  await egress.receive({ ...record, value: broken });
  assert.equal(seen[1], broken);
});

test("a record for Kafka comes as an object of its topic, key, value and headers", async () => {
  const seen: unknown[] = [];
  const egress = new ProcessEgress(out, { handler: (value) => void seen.push(value) }, find);
  const { value, ...rest } = greetingRecord(1, "hi");
  const kafka = kafkaRecord({ topic: "greets", key: "bob", value, headers: { a: "b" } });
  await egress.receive({ ...rest, value: kafka });
  const strange = new TypedValue("strange/type", Buffer.from("?"));
  await egress.receive({ ...rest, value: kafkaRecord({ topic: "greets", value: strange }) });
  const [first, second] = seen as { topic: string; key?: string; value: any; headers?: Metadata }[];
  assert.equal(first?.value.text, "hi");
  assert.equal(first?.headers?.getText("a"), "b");
  assert.deepEqual([first?.topic, first?.key, second?.key], ["greets", "bob", undefined]);
  assert.ok(second?.value instanceof TypedValue, "a value whose type is not known is packed");
});

test("a record whose handler fails comes again, ever later, before any other", async () => {
  const clock = new ManualClock();
  const lines = new Lines();
  const seen: string[] = [];
  let failures = 12;
  const egress = new ProcessEgress(
    out,
    {
      handler: ({ text }: example.Greeting) => {
        seen.push(text);
        if (failures-- > 0) throw new Error("not now");
      },
    },
    find,
    { clock, logger: lines },
  );
  const world = await openWithEgress(egress);
  await world.engine.call(many("m"), echo("first"));
  await world.engine.call(many("m"), echo("second"));
  const waits: number[] = [];
  for (let n = 0; n < 11; n++) waits.push(await clock.next());
  assert.deepEqual([egress.failures, egress.lastFailure?.message, egress.lastFailure?.isOver], [11, "not now", false]);
  waits.push(await clock.next());
  await until(() => world.engine.metrics.outboxRecords === 0);
  assert.deepEqual(seen, [...Array(13).fill("first"), "second"]);
  assert.deepEqual(waits, [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000]);
  assert.equal(lines.lines.length, 12);
  assert.deepEqual([egress.failures, egress.lastFailure?.isOver], [12, true]);
  await egress.close();
  await world.close();
});

test("closing ends the wait of a failed record, which is then not acknowledged", async () => {
  const clock = new ManualClock();
  const handler = () => Promise.reject(new Error("never"));
  const egress = new ProcessEgress(out, { handler }, find, { clock, logger: new Lines() });
  const receiving = egress.receive(greetingRecord(1, "lost?"));
  await clock.waiting();
  await egress.close();
  await assert.rejects(receiving, { code: "SHUTTING_DOWN" });
  await assert.rejects(egress.receive(greetingRecord(2, "late")), { code: "SHUTTING_DOWN" });
});

test("a wrong handler or concurrency is refused", () => {
  throwsCode(() => new ProcessEgress(out, { handler: undefined as never }, find), "OPTION_INVALID");
  for (const concurrency of [0, -1, 1.5, Number.NaN]) {
    throwsCode(() => new ProcessEgress(out, { handler: () => {}, concurrency }, find), "OPTION_INVALID");
  }
});
