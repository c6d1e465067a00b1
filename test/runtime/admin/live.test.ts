// The stream of batches while they happen.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { get, type IncomingMessage, type ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { Recording } from "../../../src/engine/recording.js";
import { StatefulFunctions, Types } from "../../../src/index.js";
import { batchFilterOf } from "../../../src/runtime/admin/batch-filter.js";
import { LiveStream } from "../../../src/runtime/admin/live.js";
import { Watch } from "../../../src/runtime/admin/watch.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { at } from "../../engine/functions.js";
import { ManualClock } from "../../support/manual-clock.js";

const functions = new StatefulFunctions()
  .register(
    "shop/carts",
    (text) => {
      if (text === "bug") throw new Error("a bug");
    },
    { handles: [Types.string] },
  )
  .register("shop/other", () => {}, { handles: [Types.string] });

async function open(t: TestContext) {
  const clock = new ManualClock();
  const runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ingress: false,
    admin: { port: 0 },
    logger: { warn() {}, error() {} },
    clock,
  });
  t.after(() => runtime.close({ grace: 0 }));
  return { clock, runtime };
}

/** A reader of the stream. Each event holds batches, and how many were skipped. */
async function read({ runtime }: Awaited<ReturnType<typeof open>>, query = "") {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${runtime.admin?.url}/live${query}`, { agent: false }, resolve).on("error", reject);
  });
  response.setEncoding("utf8");
  const chunks = response[Symbol.asyncIterator]();
  let text = "";
  const next = async (): Promise<any> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end < 0) {
        const { done, value } = await chunks.next();
        if (done) return undefined;
        text += value;
        continue;
      }
      const [event = "", data] = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      if (data === undefined) return event;
      assert.equal(event, "event: batches");
      return JSON.parse(data.slice("data: ".length));
    }
  };
  assert.equal(await next(), ": here");
  return { response, next };
}

test("batches come as they happen, in one event each tenth of a second, with those that fail", async (t) => {
  const world = await open(t);
  const { clock, runtime } = world;
  const { response, next } = await read(world);
  assert.equal(response.headers["content-type"], "text/event-stream; charset=utf-8");
  for (const id of ["a", "b"]) await runtime.send("shop/carts", id, "hi");
  await clock.settle();
  await clock.advance(100);
  const { batches, skipped } = await next();
  assert.deepEqual(
    batches.map(({ function: name, id, code, recorded }: any) => [name, id, code, recorded]),
    [
      ["shop/carts", "a", null, true],
      ["shop/carts", "b", null, true],
    ],
  );
  assert.equal(skipped, 0);
  await runtime.send("shop/other", "c", "hi");
  await runtime.send("shop/carts", "d", "bug");
  await clock.settle();
  await clock.advance(100);
  const codes = (await next()).batches.map(({ id, code }: any) => [id, code]);
  assert.deepEqual(codes, [
    ["c", null],
    ["d", "HANDLER_FAILED"],
  ]);
});

test("a stream has the batches that its query chooses", async (t) => {
  const world = await open(t);
  const { clock, runtime } = world;
  const readers = {
    "?function=shop/other": ["c"],
    "?id=a": ["a"],
    "?idPrefix=a": ["a", "ab"],
    "?code=HANDLER_FAILED": ["bug"],
    [`?typename=${Types.string.typename}&function=shop/carts&idPrefix=b`]: ["bug"],
  };
  const opened = await Promise.all(Object.keys(readers).map((query) => read(world, query)));
  for (const id of ["a", "ab"]) await runtime.send("shop/carts", id, "hi");
  await runtime.send("shop/other", "c", "hi");
  await runtime.send("shop/carts", "bug", "bug");
  await clock.settle();
  await clock.advance(100);
  for (const [index, expected] of Object.values(readers).entries()) {
    const { batches } = await (opened[index] as (typeof opened)[number]).next();
    assert.deepEqual(
      batches.map(({ id }: any) => id),
      expected,
    );
  }
});

test("an event has at most 200 batches, says how many were skipped, and shows more batches than are kept", async (t) => {
  const world = await open(t);
  const { clock, runtime } = world;
  const { next } = await read(world);
  await Promise.all(Array.from({ length: 300 }, (_, id) => runtime.send("shop/carts", `${id}`, "hi")));
  await clock.settle();
  await clock.advance(100);
  const { batches, skipped } = await next();
  assert.deepEqual([batches.length, batches.length + skipped], [200, 300]);
  assert.ok(batches.some(({ recorded }: any) => !recorded));
});

test("a quiet stream says every 15 seconds that it is there, and ends when the runtime closes", async (t) => {
  const world = await open(t);
  const { clock, runtime } = world;
  const { next } = await read(world);
  await clock.advance(15_000);
  assert.equal(await next(), ": here");
  const closed = runtime.close({ grace: { minutes: 1 } });
  assert.equal(await next(), undefined);
  await closed;
});

test("a reader that does not read skips batches, and nobody keeps them for it", async () => {
  const clock = new ManualClock();
  const watch = new Watch({ clock });
  const written: string[] = [];
  const response = Object.assign(new EventEmitter(), {
    writableNeedDrain: false,
    writableEnded: false,
    writeHead() {},
    write: (text: string) => written.push(text),
  });
  const stream = new LiveStream(watch, batchFilterOf(new Map()), response as unknown as ServerResponse);
  const fire = () => clock.advance(100);
  const batch = () => stream.take(new Recording(1, at("f/a"), true, 0));
  const dataOf = (text: string | undefined) => JSON.parse(text?.split("data: ")[1] ?? "null");
  batch();
  await fire();
  assert.deepEqual([dataOf(written.pop()).batches.length, written.length], [1, 1]);
  response.writableNeedDrain = true;
  for (let event = 0; event < 3; event++) {
    for (let count = 0; count < 250; count++) batch();
    assert.equal(stream.wants(at("f/a")), false);
    await fire();
  }
  await clock.advance(15_000);
  assert.equal(written.length, 1, "nothing more is written, not even that the stream is there");
  assert.equal(response.listenerCount("drain"), 1, "a reader that never reads takes no more and more memory");
  response.writableNeedDrain = false;
  response.emit("drain");
  batch();
  await fire();
  const { batches, skipped } = dataOf(written.pop());
  assert.deepEqual([batches.length, skipped], [1, 753]);
});

test("a reader that leaves is forgotten", async (t) => {
  const world = await open(t);
  const { clock } = world;
  const timers = clock.timers;
  const { response } = await read(world);
  assert.equal(clock.timers, timers + 1);
  response.destroy();
  await clock.settle();
  while (clock.timers > timers) await new Promise((resolve) => setImmediate(resolve));
});
