// Queries over the states of a function.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Engine } from "../../../src/engine/engine.js";
import { LocalFunctions } from "../../../src/functions/local-functions.js";
import { Address, custom, json, protobuf, StatefulFunctions, Types } from "../../../src/index.js";
import { wholeBytes } from "../../../src/model/large-value.js";
import type { TypedValue } from "../../../src/model/typed-value.js";
import { InProcessEndpoint } from "../../../src/runtime/endpoint/in-process.js";
import { functionCatalog } from "../../../src/runtime/function-catalog.js";
import { Query, type QueryText } from "../../../src/runtime/query/query.js";
import { QueryCount } from "../../../src/runtime/query/query-count.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { rejectsCode } from "../../support/expect-code.js";
import { wrapperType } from "../../support/reflection.js";

const Device = json<{ status: string; speed?: number }>("fleet/device");
const Opaque = custom<Set<string>>(
  "fleet/opaque",
  (texts) => Buffer.from([...texts].join()),
  (bytes) => new Set(Buffer.from(bytes).toString().split(",")),
);
const Text = protobuf(wrapperType("StringValue"), "fleet/text");

const functions = new StatefulFunctions().register("fleet/device", () => {}, {
  handles: [Types.string],
  state: {
    device: Device,
    count: { type: Types.int, default: 7 },
    total: Types.long,
    photo: Types.bytes,
    opaque: Opaque,
    text: Text,
    where: Types.address,
  },
});

async function setUp(t: TestContext) {
  const endpoint = new InProcessEndpoint(new LocalFunctions(functions));
  const route = { endpoint, generation: "v3", maxBatch: 1000, states: undefined, label: "here" } as const;
  const engine = await Engine.open({
    store: new MemoryStore(),
    findRoute: (namespace, name) => (functions.typeNames.includes(`${namespace}/${name}`) ? route : undefined),
    logger: { warn() {}, error() {} },
  });
  t.after(() => engine.close(0));
  const parts = { engine, catalog: functionCatalog(functions, []) };
  return {
    engine,
    parts,
    hold: async (id: string, states: Readonly<Record<string, TypedValue>>) => {
      const address = new Address("fleet", "device", id);
      for (const [name, value] of Object.entries(states)) await engine.setState(address, name, value);
    },
    compile: (text: Omit<QueryText, "typeName">) => Query.compile(parts, { typeName: "fleet/device", ...text }),
    run: async (text: Omit<QueryText, "typeName">, after?: string) => {
      const query = await Query.compile(parts, { typeName: "fleet/device", ...text });
      const count = new QueryCount();
      const rows: unknown[] = [];
      for await (const one of query.run(after)) {
        count.take(one);
        if (one.values !== undefined) rows.push([one.id, ...one.values]);
      }
      return { rows, columns: query.columns, ...count };
    },
  };
}

test("addresses that meet the condition are found, in the order of their ids, with their columns", async (t) => {
  const { hold, run } = await setUp(t);
  await hold("c", { device: Device.pack({ status: "offline", speed: 1 }) });
  await hold("a", { device: Device.pack({ status: "offline" }), count: Types.int.pack(3) });
  await hold("b", { device: Device.pack({ status: "online", speed: 5 }) });
  const where = 'device.status == "offline"';
  const { columns, rows, read, found, failed } = await run({
    where,
    columns: "device.status, device.speed, count + 1",
  });
  assert.deepEqual(columns, ["device.status", "device.speed", "count + 1"]);
  assert.deepEqual(rows, [
    ["a", "offline", null, 4],
    ["c", "offline", 1, 8],
  ]);
  assert.deepEqual([read, found, failed], [3, 2, 0]);
  assert.deepEqual((await run({ where, columns: "id" }, "a")).rows, [["c", "c"]]);
});

test("without a condition every address is found, and without columns every state that the function declares is one", async (t) => {
  const { hold, run } = await setUp(t);
  await hold("a", { device: Device.pack({ status: "x" }) });
  const { columns, rows } = await run({});
  assert.deepEqual(columns, ["device", "count", "total", "photo", "opaque", "text", "where"]);
  assert.deepEqual(rows, [["a", { status: "x" }, 7, null, null, null, null, null]]);
});

test("values of every kind are compared and shown", async (t) => {
  const { hold, run } = await setUp(t);
  await hold("a", {
    total: Types.long.pack(2n ** 62n),
    photo: Types.bytes.pack(Buffer.of(1, 2)),
    text: Text.pack({ value: "ü" }),
    where: Types.address.pack(new Address("a", "b", "c")),
    opaque: Opaque.pack(new Set("x")),
  });
  const where = 'total > 9007199254740993 && size(photo) == 2 && text.value == "ü" && where.id == "c"';
  const { rows } = await run({
    where,
    columns: 'total, photo, text, where, opaque, 1.0 / 0.0, duration("1h"), type(count)',
  });
  const [[, total, photo, text, address, opaque, infinite]] = rows as any;
  assert.deepEqual([total, photo, text], ["4611686018427387904", "AQI=", { value: "ü" }]);
  assert.deepEqual(address, { namespace: "a", type: "b", id: "c" });
  assert.deepEqual([opaque, infinite], [null, "Infinity"]);
});

test("addresses that the condition does not fit are counted, with the first reason", async (t) => {
  const { hold, run } = await setUp(t);
  await hold("a", { device: Device.pack({ status: "x", speed: 5 }) });
  await hold("b", { device: Device.pack({ status: "x" }) });
  await hold("c", { opaque: Opaque.pack(new Set("x")) });
  const { rows, failed, firstFailure } = await run({ where: "device.speed > 4", columns: "id" });
  assert.deepEqual([rows, failed, firstFailure?.id], [[["a", "a"]], 2, "b"]);
  assert.match(firstFailure?.message ?? "", /character 8 \(speed\)/);
  assert.match((await run({ where: "opaque == 'x'" })).firstFailure?.message ?? "", /"opaque" can't be read/);
  assert.match((await run({ where: "device" })).firstFailure?.message ?? "", /true or false/);
});

test("a large state is a column by its size, and no condition reads it", async (t) => {
  const { hold, run } = await setUp(t);
  const photo = Types.bytes.pack(Buffer.alloc(wholeBytes));
  await hold("a", { photo, count: Types.int.pack(1) });
  await hold("b", { count: Types.int.pack(2) });
  assert.deepEqual((await run({ where: "count > 0", columns: "photo, count" })).rows, [
    ["a", { bytes: photo.byteLength }, 1],
    ["b", null, 2],
  ]);
  const { rows, failed, firstFailure } = await run({ where: "photo == null", columns: "id" });
  assert.deepEqual([rows, failed], [[["b", "b"]], 1]);
  assert.match(firstFailure?.message ?? "", /262148 bytes/);
});

test("a state that is not set is what the function sees: its default, otherwise null", async (t) => {
  const { hold, run } = await setUp(t);
  await hold("a", { total: Types.long.pack(1n) });
  assert.deepEqual((await run({ where: "count == 7 && device == null", columns: "count" })).rows, [["a", 7]]);
});

test("a query reads nothing but the states that it names, and stops when its loop ends", async (t) => {
  const { hold, parts } = await setUp(t);
  for (let id = 0; id < 5; id += 1) await hold(`${id}`, { count: Types.int.pack(id) });
  const asked: (readonly string[])[] = [];
  let ended = 0;
  const engine = {
    function: (typeName: string) => parts.engine.function(typeName),
    async *stateRows(typeName: string, names: readonly string[]) {
      asked.push(names);
      try {
        yield* parts.engine.stateRows(typeName, names);
      } finally {
        ended += 1;
      }
    },
  } as Engine;
  const query = await Query.compile(
    { ...parts, engine },
    { typeName: "fleet/device", where: "count >= 0", columns: "device" },
  );
  for await (const { id } of query.run()) if (id === "1") break;
  assert.deepEqual([asked, ended], [[["count", "device"]], 1]);
});

test("the event loop has its turns while a query runs", async (t) => {
  const { hold, compile } = await setUp(t);
  for (let id = 0; id < 200; id += 1) await hold(`${id}`, { device: Device.pack({ status: "x".repeat(50_000) }) });
  const query = await compile({ where: 'device.status.contains("y")' });
  let turns = 0;
  let ended = false;
  const count = () => {
    turns += 1;
    if (!ended) setImmediate(count);
  };
  setImmediate(count);
  for await (const _ of query.run());
  ended = true;
  assert.ok(turns > 5, `${turns} turns`);
});

test("an expression that would run for hours ends its query, in a condition and in a column", {
  timeout: 20_000,
}, async (t) => {
  const { hold, run } = await setUp(t);
  const items = Array.from({ length: 20_000 }, (_, item) => item);
  await hold("a", { device: Device.pack({ status: "on", ...{ items } }) });
  const inside = (list: string) => `device.items.all(a, ${list}.all(b, a + b >= 0.0))`;
  await rejectsCode(run({ where: inside("device.items") }), "QUERY_INVALID", "fleet/device/a");
  await rejectsCode(run({ columns: inside("device.items") }), "QUERY_INVALID", "fleet/device/a");
  const { rows } = await run({ columns: inside("[1.0]") });
  assert.deepEqual(rows, [["a", true]]);
});

test("a machine that stops for long after a page's last address has been read does not end the query", async (t) => {
  const { hold, run } = await setUp(t);
  await hold("a", { count: Types.int.pack(1) });
  const { now } = performance;
  let reads = 0;
  t.mock.method(performance, "now", () => {
    reads += 1;
    // The query begins, looks before its slice, and looks again behind the address, where the slice's 100 ms now end.
    for (const end = Date.now() + 200; reads === 3 && Date.now() < end; );
    return now.call(performance);
  });
  assert.deepEqual((await run({ columns: "count" })).rows, [["a", 1]]);
  assert.ok(reads >= 3);
});

test("what an expression makes of a value is null when it is far larger than a value may be", async (t) => {
  const { hold, run } = await setUp(t);
  await hold("a", { device: Device.pack({ status: "x".repeat(10_000) }) });
  // Each line doubles the text of the line before.
  const doubled = (times: number) => {
    let expression = `v${times - 1}`;
    for (let line = times - 1; line >= 0; line -= 1) {
      const before = line === 0 ? "device.status" : `v${line - 1}`;
      expression = `cel.bind(v${line}, ${before} + ${before}, ${expression})`;
    }
    return expression;
  };
  const { rows } = await run({ columns: `${doubled(2)}, ${doubled(12)}` });
  assert.deepEqual(rows, [["a", "x".repeat(40_000), null]]);
  const { firstFailure } = await run({ where: doubled(5) });
  assert.ok(firstFailure !== null && firstFailure.message.length < 500);
});

test("what is wrong with the expressions is refused before anything is read", async (t) => {
  const { compile } = await setUp(t);
  await rejectsCode(compile({ where: "cuont > 1" }), "QUERY_INVALID", "count");
  await rejectsCode(compile({ columns: "cuont" }), "QUERY_INVALID", "count");
});
