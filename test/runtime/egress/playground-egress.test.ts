// The playground's egress: records are taken off a topic one by one, and kept until then.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import type { EgressRecord } from "../../../src/engine/engine-api.js";
import { TypedValue } from "../../../src/model/typed-value.js";
import { PlaygroundEgress, playgroundEgress } from "../../../src/runtime/egress/playground-egress.js";
import { send } from "../../support/http.js";
import { Lines } from "./records.js";

let next = 0;
const record = (json: unknown, typename = "io.statefun.playground/EgressRecord"): EgressRecord => ({
  id: String(++next).padStart(9, "0"),
  egress: playgroundEgress,
  value: new TypedValue(typename, Buffer.from(typeof json === "string" ? json : JSON.stringify(json))),
});

async function withEgress(run: (egress: PlaygroundEgress, lines: Lines) => Promise<void>): Promise<void> {
  const lines = new Lines();
  const egress = await PlaygroundEgress.open({ port: 0, topics: ["greets", "other"], logger: lines });
  try {
    await run(egress, lines);
  } finally {
    await egress.close();
  }
}

const take = (egress: PlaygroundEgress, topic: string) =>
  send(egress.port, `/${topic}`, { method: "GET", headers: {} });

test("each GET takes the next record of its topic; then it is acknowledged", () =>
  withEgress(async (egress) => {
    const first = egress.receive(record({ topic: "greets", payload: "Hello Bob é" }));
    const second = egress.receive(record({ topic: "greets", payload: "Hello Eve" }));
    let acknowledged = false;
    second.then(() => {
      acknowledged = true;
    });
    const received = await take(egress, "greets");
    assert.equal(received.status, 200);
    assert.equal(received.text, "Hello Bob é");
    await first;
    assert.equal(acknowledged, false);
    assert.equal((await take(egress, "greets")).text, "Hello Eve");
    await second;
  }));

test("an empty topic is 404, one that is not declared 405, and so is another method", () =>
  withEgress(async (egress) => {
    assert.equal((await take(egress, "greets")).status, 404);
    assert.equal((await take(egress, "nowhere")).status, 405);
    assert.equal((await take(egress, "")).status, 405);
    assert.equal((await send(egress.port, "/greets", { method: "POST", headers: {} })).status, 405);
  }));

test("a record of an undeclared topic is kept and logged; a value that is no record is dropped and logged", () =>
  withEgress(async (egress, lines) => {
    let kept = true;
    const waiting = egress.receive(record({ topic: "nowhere", payload: "x" }));
    waiting.then(
      () => {
        kept = false;
      },
      () => {},
    );
    for (const bad of ["no JSON", { topic: 5, payload: "x" }, { topic: "greets" }, "null"]) {
      await egress.receive(record(bad));
    }
    await egress.receive(record({ topic: "greets", payload: "x" }, "other/type"));
    assert.equal(lines.lines.length, 6);
    assert.equal((await take(egress, "greets")).status, 404);
    assert.equal(kept, true);
    await egress.close();
    await assert.rejects(waiting, { code: "SHUTTING_DOWN" });
  }));

test("ten thousand records that nobody takes do not hide those of another topic", () =>
  withEgress(async (egress) => {
    assert.ok(egress.window > 50_000);
    for (let count = 0; count < 10_001; count++) {
      egress.receive(record({ topic: "greets", payload: "x" })).catch(() => {});
    }
    const other = egress.receive(record({ topic: "other", payload: "seen" }));
    assert.equal((await take(egress, "other")).text, "seen");
    await other;
  }));

test("the topic that fills the window is told", async () => {
  const lines = new Lines();
  const egress = await PlaygroundEgress.open({ port: 0, topics: ["greets", "other"], window: 3, logger: lines });
  egress.receive(record({ topic: "other", payload: "x" })).catch(() => {});
  egress.receive(record({ topic: "greets", payload: "x" })).catch(() => {});
  assert.deepEqual(lines.lines, []);
  egress.receive(record({ topic: "greets", payload: "x" })).catch(() => {});
  assert.equal(lines.lines.length, 1);
  assert.match(String(lines.lines[0]), /GET \/greets/);
  await egress.close();
});

test("closing acknowledges nothing that was not taken", async () => {
  const egress = await PlaygroundEgress.open({ port: 0, topics: ["greets"], logger: new Lines() });
  const waiting = egress.receive(record({ topic: "greets", payload: "x" }));
  await Promise.all([assert.rejects(waiting, { code: "SHUTTING_DOWN" }), egress.close()]);
  await assert.rejects(egress.receive(record({ topic: "greets", payload: "y" })), { code: "SHUTTING_DOWN" });
});

test("a record whose answer did not leave goes to the next request", { timeout: 60_000 }, () =>
  withEgress(async (egress) => {
    // Larger than what the machine buffers for a client that reads nothing.
    const payload = "x".repeat(16 * 1024 * 1024);
    const waiting = egress.receive(record({ topic: "greets", payload }));
    const socket = connect(egress.port, "127.0.0.1");
    socket.write("GET /greets HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await new Promise((resolve) => socket.once("readable", resolve));
    socket.destroy();
    let received = await take(egress, "greets");
    while (received.status === 404) received = await take(egress, "greets"); // until the server has seen it leave
    assert.equal(received.text.length, payload.length);
    await waiting;
  }),
);
