// Records that a program takes in a loop, from a real engine.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../../samples/messages/messages.js";
import { Address } from "../../../src/model/address.js";
import { RecordLoop } from "../../../src/runtime/egress/record-loop.js";
import { typeOf } from "../../../src/types/protobuf.js";
import { rejectsCode, throwsCode } from "../../support/expect-code.js";
import { until } from "../ingress/world.js";
import { find, greetingRecord, openWithEgress, out } from "./records.js";

const echo = (text: string) => typeOf(example.Echo).pack(example.Echo.create({ text }));

test("a loop gets each record decoded, in order, and acknowledges it by asking for the next", async () => {
  const loop = new RecordLoop(out, find);
  const world = await openWithEgress(loop);
  const seen: string[] = [];
  const ended = (async () => {
    for await (const { value, record } of loop) {
      assert.equal(record.egress, out);
      seen.push(value.text);
      if (seen.length === 5) await until(() => world.engine.metrics.outboxRecords === 1);
    }
  })();
  const many = Address.of("example.deep/many", "m");
  for (let n = 0; n < 5; n++) await world.engine.call(many, echo(`text ${n}`));
  await until(() => world.engine.metrics.outboxRecords === 0);
  assert.deepEqual(seen, ["text 0", "text 1", "text 2", "text 3", "text 4"]);
  await loop.close();
  await ended;
  await world.close();
});

test("a record whose loop ends before it asks for the next one comes again to the next loop", async () => {
  const loop = new RecordLoop(out, find);
  const first = loop.receive(greetingRecord(1, "one"));
  for await (const { value } of loop) {
    assert.equal(value.text, "one");
    break;
  }
  await assert.rejects(
    (async () => {
      for await (const { value } of loop) throw new Error(value.text);
    })(),
    /one/,
  );
  const seen: string[] = [];
  const ended = (async () => {
    for await (const { value } of loop) seen.push(value.text);
  })();
  await first;
  await loop.receive(greetingRecord(2, "two"));
  assert.deepEqual(seen, ["one", "two"]);
  await loop.close();
  await ended;
});

test("two loops at a time are refused; one after the other is not", async () => {
  const loop = new RecordLoop(out, find);
  const one = loop[Symbol.asyncIterator]();
  throwsCode(() => loop[Symbol.asyncIterator](), "OPTION_INVALID", out);
  await one.return?.();
  assert.ok(loop[Symbol.asyncIterator]());
});

test("closing leaves the record that a loop has in the outbox", async () => {
  const loop = new RecordLoop(out, find);
  const received = loop.receive(greetingRecord(1, "one"));
  await loop[Symbol.asyncIterator]().next();
  await Promise.all([rejectsCode(received, "SHUTTING_DOWN"), loop.close()]);
});

test("closing ends a loop that waits, and refuses further records", async () => {
  const loop = new RecordLoop(out, find);
  const next = loop[Symbol.asyncIterator]().next();
  await loop.close();
  assert.equal((await next).done, true);
  await rejectsCode(loop.receive(greetingRecord(1, "late")), "SHUTTING_DOWN");
  assert.equal((await loop[Symbol.asyncIterator]().next()).done, true);
});
