// Addresses that fail and addresses that are parked, over HTTP.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { world } from "./world.js";

test("an address that fails is shown from the first failure on, and listed", async (t) => {
  const policy = { retry: { attempts: 5, firstMs: 3_600_000, longestMs: 3_600_000 } };
  const { engine, ask } = await world(t, {}, {}, new MemoryStore(), policy);
  assert.deepEqual((await ask("GET /failing")).json, { failing: [], total: 0 });
  for (const id of ["bob", "eve"]) await engine.send(new Address("shop", "counter", id), Types.string.pack("fail"));
  while ((await engine.failing({ limit: 2 })).total < 2) await new Promise((resolve) => setImmediate(resolve));
  const { failing, parked, inFlight } = (await ask("GET /addresses/shop/counter/bob")).json;
  assert.deepEqual([failing.attempts, failing.code, parked, inFlight], [1, "HANDLER_FAILED", null, null]);
  assert.equal(failing.firstFailedAt, failing.lastFailedAt);
  assert.ok(Date.parse(failing.nextTryAt) - Date.parse(failing.lastFailedAt) >= 3_600_000);
  const listed = (await ask("GET /failing?limit=1&function=shop/counter")).json;
  assert.deepEqual([listed.failing.length, listed.total, listed.failing[0].id], [1, 2, "bob"]);
  assert.deepEqual(
    { ...listed.failing[0], function: undefined, id: undefined },
    { ...failing, function: undefined, id: undefined },
  );
  assert.deepEqual((await ask("GET /failing?function=shop/deep/other")).json, { failing: [], total: 0 });
  const [counter] = (await ask("GET /functions")).json.functions;
  assert.deepEqual([counter.failing, counter.inFlight, counter.oldestCall], [2, 0, null]);
});

test("parked addresses that the query chooses are retried or dropped together, a request at a time", async (t) => {
  const { engine, ask } = await world(t);
  for (const id of ["a", "b", "c", "d"]) {
    for (let count = 0; count < 2; count++)
      await engine.send(new Address("shop", "counter", id), Types.string.pack("fail"));
  }
  while (engine.metrics.parked < 4) await new Promise((resolve) => setImmediate(resolve));
  const parked = async (query = "") => (await ask(`GET /parked${query}`)).json.parked.map((one: any) => one.id);
  assert.deepEqual(await parked("?function=shop/deep/other"), []);
  assert.deepEqual(await parked("?function=shop/counter&code=HANDLER_FAILED&id=b"), ["b"]);
  assert.equal((await ask("POST /parked/retry?code=ADDRESS_PARKED")).json.retried, 0);
  const first = (await ask("POST /parked/drop?which=all&limit=1")).json;
  assert.deepEqual([first.addresses, first.dropped, await parked()], [1, 2, ["b", "c", "d"]]);
  const rest = `after=${first.next}&through=${first.through}`;
  const second = (await ask(`POST /parked/drop?limit=1&${rest}`)).json;
  assert.deepEqual([second.addresses, second.dropped, second.through], [1, 1, first.through]);
  const third = (await ask(`POST /parked/retry?id=d`)).json;
  assert.deepEqual([third.retried, third.next], [1, null]);
  for (const query of ["which=some", "through=soon", "after=nowhere", "limit=0"]) {
    assert.equal((await ask(`POST /parked/drop?${query}`)).json.code, "OPTION_INVALID", query);
  }
  assert.equal((await ask("POST /parked/drop?olderThan=soon")).json.code, "DURATION_INVALID");
  assert.equal((await ask("POST /parked/retry?function=shop")).json.code, "TYPE_NAME_INVALID");
});
