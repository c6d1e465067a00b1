// Delayed messages over the admin server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { Cart, world } from "./world.js";

const hour = 3_600_000;
const of = (id: string) => new Address("shop", "counter", id);

test("delayed messages are listed in the order in which they are due, of one function and one id too", async (t) => {
  const { ask, engine } = await world(t);
  await engine.send(of("late"), Types.string.pack("late"), { delayMs: 2 * hour });
  await engine.send(of("early"), Types.string.pack("early"), { delayMs: hour, cancellationToken: "t1" });
  await engine.send(new Address("shop/deep", "other", "late"), Types.string.pack("other"), { delayMs: 3 * hour });
  const { json } = await ask("GET /delayed?limit=2");
  assert.equal(json.total, 3);
  const [early, late] = json.delayed;
  const { key, dueAt, ...rest } = early;
  assert.deepEqual(rest, {
    function: "shop/counter",
    id: "early",
    caller: null,
    cancellationToken: "t1",
    own: false,
    typename: "io.statefun.types/string",
    value: "early",
  });
  assert.ok(Math.abs(Date.parse(dueAt) - Date.now() - hour) < 60_000);
  assert.equal(late.value, "late");
  assert.equal(json.next, late.key);
  const values = async (query: string) =>
    (await ask(`GET /delayed?${query}`)).json.delayed.map(({ value }: any) => value);
  assert.deepEqual(await values(`after=${json.next}`), ["other"]);
  assert.deepEqual(await values("function=shop/counter"), ["early", "late"]);
  assert.deepEqual(await values("id=late"), ["late", "other"]);
  assert.deepEqual(await values("id=late&function=shop/deep/other"), ["other"]);
  assert.deepEqual((await ask(`GET /delayed/${key}`)).json, early);
  const { delayed, nextDelayed } = (await ask("GET /addresses/shop/counter/early")).json;
  assert.deepEqual([delayed, nextDelayed], [[early], null]);
  const listed = (await ask("GET /functions/shop/counter/addresses?filter=delayed&limit=1")).json;
  assert.deepEqual([listed.addresses[0].id, listed.addresses[0].delayed, listed.next], ["early", 1, key]);
  const behind = (await ask(`GET /functions/shop/counter/addresses?filter=delayed&after=${listed.next}`)).json;
  assert.deepEqual([behind.addresses.map(({ id }: any) => id), behind.next], [["late"], null]);
});

test("a delayed message is postponed, delivered and cancelled", async (t) => {
  const { ask, engine } = await world(t);
  await engine.send(of("bob"), Types.string.pack("hello"), { delayMs: hour, cancellationToken: "t1" });
  await engine.send(of("eve"), Types.string.pack("hello"), { delayMs: hour });
  const [first, second] = (await ask("GET /delayed")).json.delayed;
  const later = (await ask(`POST /delayed/${first.key}/postpone?by=30m`)).json;
  assert.deepEqual([later.status, Date.parse(later.dueAt) - Date.parse(first.dueAt)], ["postponed", hour / 2]);
  const gone = await ask(`POST /delayed/${first.key}/deliver`);
  assert.deepEqual([gone.status, gone.json.code], [404, "NOT_FOUND"]);
  const fixed = (await ask(`POST /delayed/${later.key}/postpone?at=2999-01-01T00:00:00Z`)).json;
  assert.equal(fixed.dueAt, "2999-01-01T00:00:00.000Z");
  assert.equal((await ask(`GET /delayed/${fixed.key}`)).json.cancellationToken, "t1");
  assert.deepEqual((await ask(`POST /delayed/${fixed.key}/deliver`)).json, { status: "delivered" });
  assert.equal(await engine.call(of("bob"), Types.string.pack("x")).then(() => "answered"), "answered");
  const { states } = (await ask("GET /addresses/shop/counter/bob")).json;
  assert.equal(states.find(({ name }: any) => name === "count").value, 2);
  assert.deepEqual((await ask(`DELETE /delayed/${second.key}`)).json, { status: "cancelled" });
  assert.deepEqual((await ask("GET /delayed")).json, { delayed: [], total: 0, next: null });
});

test("many delayed messages are delivered or cancelled, and those that come later stay", async (t) => {
  const { ask, engine } = await world(t);
  const send = (id: string) => engine.send(of(id), Types.string.pack("hello"), { delayMs: hour });
  for (let id = 0; id < 5; id += 1) await send(`${id}`);
  const first = (await ask("POST /delayed/deliver?limit=2")).json;
  assert.equal(first.delivered, 2);
  await send("late");
  const { next, through } = first;
  const second = (await ask(`POST /delayed/cancel?after=${next}&through=${through}&function=shop/counter`)).json;
  assert.deepEqual(second, { cancelled: 3, through, next: null });
  const { json } = await ask("GET /delayed");
  assert.deepEqual([json.total, json.delayed[0].id], [1, "late"]);
  assert.equal((await ask("POST /delayed/cancel?id=late")).json.cancelled, 1);
});

test("what can't be read as a filter, a page or a time is refused", async (t) => {
  const { ask, engine } = await world(t);
  await engine.send(of("bob"), Types.string.pack("hello"), { delayMs: hour });
  const [{ key }] = (await ask("GET /delayed")).json.delayed;
  const refused: [string, number, string][] = [
    ["GET /delayed?function=odd", 400, "TYPE_NAME_INVALID"],
    ["GET /delayed?limit=0", 400, "OPTION_INVALID"],
    ["POST /delayed/deliver?limit=1001", 400, "OPTION_INVALID"],
    [`POST /delayed/${key}/postpone`, 400, "OPTION_INVALID"],
    [`POST /delayed/${key}/postpone?by=1h&at=2999-01-01T00:00:00Z`, 400, "OPTION_INVALID"],
    [`POST /delayed/${key}/postpone?at=later`, 400, "OPTION_INVALID"],
    [`POST /delayed/${key}/postpone?by=later`, 400, "DURATION_INVALID"],
    ["POST /delayed/odd/postpone?by=1h", 404, "NOT_FOUND"],
    ["GET /delayed/000000000000000000", 404, "NOT_FOUND"],
    ["DELETE /delayed/%00", 404, "NOT_FOUND"],
    ["GET /functions/shop/counter/addresses?filter=odd", 400, "OPTION_INVALID"],
    ["GET /functions/shop/counter/addresses?columns=statefun.workflow/journal", 400, "STATE_NAME_INVALID"],
    [
      `GET /functions/shop/counter/addresses?columns=${Array.from({ length: 21 }, (_, i) => `s${i}`)}`,
      400,
      "OPTION_INVALID",
    ],
  ];
  for (const [line, status, code] of refused) {
    const answer = await ask(line);
    assert.deepEqual([answer.status, answer.json.code], [status, code], line);
  }
});

test("a list of addresses shows the values of columns, and the head of a large one", async (t) => {
  const { ask, tell, engine } = await world(t);
  await tell("bob", "hello");
  await engine.setState(of("eve"), "cart", Cart.pack({ items: ["x".repeat(5000)] }));
  const { json } = await ask("GET /functions/shop/counter/addresses?columns=count,cart,odd&prefix=");
  assert.deepEqual(json.addresses[0].columns, {
    count: { typename: "io.statefun.types/int", value: 1 },
    cart: null,
    odd: null,
  });
  const { count, cart } = json.addresses[1].columns;
  assert.equal(count, null);
  assert.deepEqual([cart.typename, cart.headIs, cart.head.length], ["shop.types/cart", "text", 4096]);
  assert.ok(cart.bytes > 5000);
});
