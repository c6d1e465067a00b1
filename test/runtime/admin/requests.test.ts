// Sends and calls through the admin server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Address, Types } from "../../../src/index.js";
import { world } from "./world.js";

const asJson = (value: unknown, headers: Record<string, string> = {}) => ({
  headers: { "content-type": "application/json", ...headers },
  body: Buffer.from(JSON.stringify(value)),
});

test("a call is answered with the value that the function answers, and its type", async (t) => {
  const { ask } = await world(t);
  const { status, headers, json } = await ask("POST /addresses/shop/counter/bob/call", asJson("hello"));
  assert.deepEqual([status, headers["statefun-type"], json], [200, "io.statefun.types/string", "hello"]);
  assert.equal((await ask("POST /addresses/shop/counter/bob/call", asJson("fail"))).json.code, "ADDRESS_PARKED");
});

test("a sent message is delivered, once for each idempotency key", async (t) => {
  const { ask, engine } = await world(t);
  const once = { "idempotency-key": "k1" };
  for (let repeat = 0; repeat < 2; repeat++) {
    const { status, json } = await ask("POST /addresses/shop/counter/bob/send", asJson("hello", once));
    assert.deepEqual([status, json], [202, { status: "accepted" }]);
  }
  await ask("POST /addresses/shop/counter/bob/call", asJson("after"));
  const count = await engine.state(new Address("shop", "counter", "bob"), "count");
  assert.equal(count?.as(Types.int), 2);
});

test("a message is sent later, with its token and its metadata", async (t) => {
  const { ask } = await world(t);
  const sent = asJson("later", { "statefun-metadata-trace": "t1" });
  const path = "/addresses/shop/counter/bob/send?delay=1h&cancellationToken=c1";
  assert.equal((await ask(`POST ${path}`, sent)).status, 202);
  const [delayed] = (await ask("GET /addresses/shop/counter/bob")).json.delayed;
  assert.deepEqual([delayed.cancellationToken, delayed.value], ["c1", "later"]);
  assert.deepEqual(delayed.metadata, [{ name: "trace", value: "t1" }]);
});

test("what is wrong with a message is refused as the ingress refuses it", async (t) => {
  const { ask } = await world(t);
  const codeOf = async (path: string, sent = asJson("hello")) => (await ask(`POST ${path}`, sent)).json.code;
  assert.equal(await codeOf("/addresses/shop/never/bob/call"), "FUNCTION_UNKNOWN");
  assert.equal(await codeOf("/addresses/statefun.runtime/schedule/bob/send"), "FUNCTION_UNKNOWN");
  assert.equal(await codeOf("/addresses/shop/counter/bob/send", asJson(5)), "VALUE_INVALID");
  assert.equal(await codeOf("/addresses/shop/counter/bob/send?delay=soon"), "DELAY_INVALID");
  assert.equal(await codeOf("/addresses/shop/counter/bob/call?delay=1h"), "OPTION_INVALID");
});
