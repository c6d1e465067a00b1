// Answers that are not what a function server should send: refused as a whole, and they hurt only their address.

import assert from "node:assert/strict";
import { test } from "node:test";
import { delimited, tag } from "../../src/bytes/reader.js";
import { WireWriter } from "../../src/bytes/writer.js";
import { at } from "./functions.js";
import { open, type Setup, Taker } from "./support.js";

/** A value whose bytes end too early: it says that it has a name of 100 bytes. */
const torn = Uint8Array.of(10, 100, 65);

/** An answer with a torn value as a message to, or in an egress record. */
function answer(kind: "message" | "delayed" | "egress" | "state", target = at("g/a")): Uint8Array {
  const writer = new WireWriter();
  const result = writer.begin(tag(100, delimited));
  const state = writer.begin(tag(1, delimited));
  writer.uint32(tag(1, 0));
  writer.uint32(1);
  writer.string(tag(2, delimited), "kept");
  writer.bytes(tag(3, delimited), kind === "state" ? torn : Buffer.from("\n\ttest/text\u0010\u0001\u001a\u0001x"));
  writer.end(state);
  const entry = writer.begin(tag(kind === "message" ? 2 : kind === "delayed" ? 3 : 4, delimited));
  if (kind === "egress" || kind === "state") {
    writer.string(tag(1, delimited), "out");
    writer.string(tag(2, delimited), "all");
  } else {
    const address = writer.begin(tag(kind === "message" ? 1 : 2, delimited));
    writer.string(tag(1, delimited), target.namespace);
    writer.string(tag(2, delimited), target.name);
    writer.string(tag(3, delimited), target.id);
    writer.end(address);
  }
  writer.bytes(tag(kind === "message" ? 2 : 3, delimited), torn);
  writer.end(entry);
  writer.end(result);
  return writer.finish();
}

const setup = (input: () => Uint8Array, seen: string[]): Setup => ({
  policy: { retry: { attempts: 2 } },
  functions: {
    raw: {
      states: ["kept"],
      handle(batch) {
        batch.raw = input();
      },
    },
    // Another generation: what it gets has to be converted.
    g: {
      generation: "v2",
      handle({ messages }) {
        seen.push(...messages);
      },
    },
    h({ messages }) {
      seen.push(...messages);
    },
  },
});

for (const kind of ["message", "delayed", "egress", "state"] as const) {
  test(`a torn value as ${kind} parks its sender and changes nothing`, async (t) => {
    const seen: string[] = [];
    const running = await open(
      t,
      setup(() => answer(kind), seen),
    );
    const taker = new Taker();
    running.engine.attach("out/all", taker);
    await running.send("raw/a", "x");
    await running.clock.advance(1000);
    assert.deepEqual(
      (await running.engine.parked({ limit: 1 })).map(({ address }) => address.name),
      ["raw"],
    );
    assert.equal(await running.state("raw/a", "kept"), undefined);
    assert.equal(running.engine.trouble, undefined);
    await running.send("h/a", "goes on");
    await running.reopen();
    running.engine.attach("out/all", taker);
    await running.clock.advance(1000);
    assert.deepEqual(taker.values, []);
    assert.deepEqual(seen, ["goes on"]);
  });
}

test("a torn answer to a client is refused, and the client gets the error", async (t) => {
  const seen: string[] = [];
  let client = at("h/a");
  const running = await open(t, {
    policy: { retry: { attempts: 2 } },
    functions: {
      raw(batch) {
        client = batch.callers[0] as typeof client;
        batch.raw = answer("message", client);
      },
      h({ messages }) {
        seen.push(...messages);
      },
    },
  });
  const told = assert.rejects(running.call("raw/a", "x", { idempotencyKey: "key" }), { code: "STATE_UNDECLARED" });
  await running.clock.advance(1000);
  await told;
  assert.equal(running.engine.trouble, undefined);
});

for (const [name, bytes] of [
  ["garbage", Uint8Array.of(255, 255, 255)],
  ["text", Buffer.from("<html>")],
] as const) {
  test(`an answer of ${name} is a failure of its address`, async (t) => {
    const running = await open(
      t,
      setup(() => bytes, []),
    );
    await running.send("raw/a", "x");
    await running.clock.advance(1000);
    assert.equal((await running.engine.parked({ limit: 1 }))[0]?.code, "RESPONSE_MALFORMED");
  });
}
