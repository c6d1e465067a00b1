import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../../../src/engine/engine.js";
import { Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { rejectsCode } from "../../support/expect-code.js";
import { octetStream } from "../../support/http.js";
import { Cart, world } from "./world.js";

const bob = new Address("shop", "counter", "bob");
const asJson = (value: unknown, headers: Record<string, string> = {}) => ({
  headers: { "content-type": "application/json", ...headers },
  body: Buffer.from(JSON.stringify(value)),
});

test("it is healthy while the engine takes messages, and says why it is not", async (t) => {
  const { ask, engine } = await world(t);
  assert.deepEqual((await ask("GET /health")).json, { status: "ok" });
  await engine.close(0);
  const { status, json } = await ask("GET /health");
  assert.equal(status, 503);
  assert.equal(json.status, "trouble");
  assert.equal(json.code, "SHUTTING_DOWN");
});

test("it is not healthy while too much waits for a message to be taken, and what waits can be mended then", async (t) => {
  const { ask, engine } = await world(t, {}, { totalBytes: 1000 });
  await engine.park(bob, "for the test");
  await engine.send(bob, Types.string.pack("x".repeat(1000)));
  await rejectsCode(engine.send(bob, Types.string.pack("one more")), "OVERLOADED");
  const { status, json } = await ask("GET /health");
  assert.deepEqual([status, json.status, json.code], [503, "trouble", "OVERLOADED"]);
  assert.match((await ask("GET /metrics")).text, /^statefun_healthy 0$/m);
  assert.deepEqual((await ask("POST /addresses/shop/counter/bob/drop")).json, { dropped: 1 });
  assert.deepEqual((await ask("GET /health")).json, { status: "ok" });
});

test("functions are listed with what they hold", async (t) => {
  const { ask, tell } = await world(t);
  await tell("bob", "hello");
  await tell("eve", "hello");
  await rejectsCode(tell("eve", "fail"), "ADDRESS_PARKED");
  const { json } = await ask("GET /functions");
  const [counter] = json.functions.filter((shown: any) => shown.function === "shop/counter");
  assert.equal(counter.endpoint, "in this process");
  assert.deepEqual(counter.states.map((state: any) => [state.name, state.typename]).sort(), [
    ["cart", "shop.types/cart"],
    ["count", "io.statefun.types/int"],
    ["opaque", "shop.types/opaque"],
  ]);
  assert.deepEqual([counter.addresses, counter.waiting, counter.parked, counter.more], [2, 1, 1, false]);
});

test("functions of this process are listed before their first message", async (t) => {
  const { ask } = await world(t);
  const { json } = await ask("GET /functions");
  assert.deepEqual(json.functions.map((shown: any) => shown.function).sort(), ["shop/counter", "shop/deep/other"]);
  const [counter] = json.functions.filter((shown: any) => shown.function === "shop/counter");
  assert.deepEqual(counter, {
    function: "shop/counter",
    endpoint: "in this process",
    states: [],
    addresses: 0,
    waiting: 0,
    more: false,
    parked: 0,
    failing: 0,
    inFlight: 0,
    oldestCall: null,
  });
});

test("addresses are paged in the order of their ids", async (t) => {
  const { ask, tell } = await world(t);
  for (const id of ["c", "a", "b/ü", "d"]) await tell(id, "hello");
  const quiet = { waiting: 0, parked: null, failing: null, delayed: null, columns: {} };
  const first = (await ask("GET /functions/shop/counter/addresses?limit=2")).json;
  assert.deepEqual(first, {
    addresses: [
      { id: "a", ...quiet },
      { id: "b/ü", ...quiet },
    ],
    next: "b/ü",
  });
  const after = encodeURIComponent(first.next);
  const second = (await ask(`GET /functions/shop/counter/addresses?limit=2&after=${after}`)).json;
  assert.deepEqual(second, {
    addresses: [
      { id: "c", ...quiet },
      { id: "d", ...quiet },
    ],
    next: null,
  });
});

test("a page has 1 to 1000 addresses", async (t) => {
  const { ask } = await world(t);
  for (const limit of ["0", "1001", "-1", "1e2", "ten", ""]) {
    const { status, json } = await ask(`GET /functions/shop/counter/addresses?limit=${limit}`);
    assert.deepEqual([status, json.code], [400, "OPTION_INVALID"], limit);
  }
  assert.equal((await ask("GET /functions/shop/counter/addresses?limit=1000")).status, 200);
});

test("an address shows its states, decoded where their type is JSON", async (t) => {
  const { ask, tell, engine } = await world(t);
  await tell("bob", "opaque");
  await engine.setState(bob, "cart", Cart.pack({ items: ["tea"] }));
  const { json } = await ask("GET /addresses/shop/counter/bob");
  assert.equal(json.function, "shop/counter");
  assert.equal(json.id, "bob");
  const byName = Object.fromEntries(json.states.map((state: any) => [state.name, state]));
  assert.deepEqual(byName.count.value, 1);
  assert.equal(byName.count.typename, "io.statefun.types/int");
  assert.ok(!Number.isNaN(Date.parse(byName.count.writtenAt)));
  assert.deepEqual(byName.cart.value, { items: ["tea"] });
  assert.equal(Buffer.from(byName.opaque.base64, "base64").toString(), "secret");
  assert.equal("value" in byName.opaque, false);
  assert.deepEqual([json.waiting, json.mailbox, json.delayed, json.parked, json.inFlight], [0, [], [], null, null]);
});

test("an address shows its waiting and delayed messages and why it is parked", async (t) => {
  const { ask, tell, engine } = await world(t);
  await rejectsCode(tell("bob", "fail"), "ADDRESS_PARKED");
  await engine.send(bob, Types.string.pack("later"), { delayMs: 3_600_000, cancellationToken: "t1" });
  const { json } = await ask("GET /addresses/shop/counter/bob");
  assert.equal(json.waiting, 1);
  const [message] = json.mailbox;
  assert.equal(message.value, "fail");
  assert.match(message.caller, /^statefun\.client\/call\//);
  const [delayed] = json.delayed;
  assert.deepEqual([delayed.value, delayed.cancellationToken, delayed.caller], ["later", "t1", null]);
  assert.ok(Date.parse(delayed.dueAt) > Date.now());
  assert.equal(json.parked.code, "HANDLER_FAILED");
  assert.equal(json.parked.attempts, 1);
  assert.ok(json.parked.reason.length > 0);
});

test("an address that holds nothing is empty, one of a function that is not there is not found", async (t) => {
  const { ask } = await world(t);
  const empty = await ask("GET /addresses/shop/counter/nobody");
  assert.deepEqual([empty.status, empty.json.states, empty.json.waiting], [200, [], 0]);
  for (const line of [
    "GET /addresses/shop/nothing/bob",
    "GET /functions/shop/nothing/addresses",
    "POST /addresses/shop/nothing/bob/retry",
    "DELETE /addresses/shop/nothing/bob/states/count",
  ]) {
    const { status, json } = await ask(line);
    assert.deepEqual([status, json.code], [404, "FUNCTION_UNKNOWN"], line);
  }
});

test("path parts are percent-decoded: a namespace and an id may hold slashes", async (t) => {
  const { ask, engine } = await world(t);
  await engine.setState(new Address("shop", "counter", "a/b ü"), "count", Types.int.pack(7));
  const { json } = await ask("GET /addresses/shop/counter/a%2Fb%20%C3%BC");
  assert.equal(json.id, "a/b ü");
  assert.equal(json.states[0].value, 7);
  assert.equal((await ask("GET /addresses/shop%2Fdeep/other/bob")).json.function, "shop/deep/other");
  assert.equal((await ask("GET /addresses/shop/deep/other/bob")).status, 404);
  assert.equal((await ask("GET /addresses/shop/counter/%FF")).json.code, "VALUE_INVALID");
});

test("a state is written as JSON of the type that its function declares", async (t) => {
  const { ask, tell } = await world(t);
  assert.deepEqual((await ask("PUT /addresses/shop/counter/bob/states/count", asJson(41))).json, { status: "written" });
  await tell("bob", "hello");
  const { json } = await ask("GET /addresses/shop/counter/bob");
  assert.equal(json.states.find((state: any) => state.name === "count").value, 42);
});

test("a state of a type without JSON is written as bytes, named or not", async (t) => {
  const { ask } = await world(t);
  const path = "/addresses/shop/counter/bob/states/opaque";
  const bytes = Buffer.from("new");
  assert.equal((await ask(`PUT ${path}`, { headers: octetStream, body: bytes })).status, 200);
  const named = { headers: { ...octetStream, "statefun-type": "shop.types/opaque" }, body: bytes };
  assert.equal((await ask(`PUT ${path}`, named)).status, 200);
  const [state] = (await ask("GET /addresses/shop/counter/bob")).json.states;
  assert.deepEqual([state.typename, Buffer.from(state.base64, "base64").toString()], ["shop.types/opaque", "new"]);
  const refused = await ask(`PUT ${path}`, asJson("new"));
  assert.deepEqual([refused.status, refused.json.code], [415, "MEDIA_TYPE_UNSUPPORTED"]);
});

test("a state of a function elsewhere has the type that it has now, or the one that is named", async (t) => {
  const { ask, engine } = await world(t);
  const path = "/addresses/shop%2Fdeep/other/bob/states/total";
  const untyped = await ask(`PUT ${path}`, asJson(1));
  assert.deepEqual([untyped.status, untyped.json.code], [400, "VALUE_UNTYPED"]);
  assert.equal((await ask(`PUT ${path}`, asJson("1", { "statefun-type": "io.statefun.types/string" }))).status, 200);
  assert.equal((await ask(`PUT ${path}`, asJson("2"))).status, 200);
  const { states } = await engine.inspect(new Address("shop/deep", "other", "bob"));
  assert.equal(states[0]?.value.as(Types.string), "2");
});

test("what does not fit the state is refused, and the state stays", async (t) => {
  const { ask, tell } = await world(t);
  await tell("bob", "hello");
  const path = "/addresses/shop/counter/bob/states/count";
  assert.equal((await ask(`PUT ${path}`, asJson("many"))).json.code, "VALUE_INVALID");
  assert.equal((await ask(`PUT ${path}`, { headers: { "content-type": "application/json" } })).status, 400);
  assert.equal((await ask(`PUT ${path}?type=io.statefun.types/string`, asJson("x"))).status, 409);
  assert.equal((await ask("GET /addresses/shop/counter/bob")).json.states[0].value, 1);
});

test("a state that its function has not asked for yet is not given another type than it declares", async (t) => {
  const { ask, tell } = await world(t);
  const path = "PUT /addresses/shop/counter/bob/states/count";
  const { status, json } = await ask(`${path}?type=io.statefun.types/string`, asJson("x"));
  assert.deepEqual([status, json.code], [409, "STATE_TYPENAME_CHANGED"]);
  await tell("bob", "hello");
  assert.equal((await ask("GET /addresses/shop/counter/bob")).json.states[0].value, 1);
});

test("a state that nobody declares is not written, and deleting a missing state is an error", async (t) => {
  const { ask, tell } = await world(t);
  await tell("bob", "hello");
  const path = "/addresses/shop/counter/bob/states";
  const named = asJson("1", { "statefun-type": "io.statefun.types/string" });
  const misspelt = await ask(`PUT ${path}/cont`, named);
  assert.deepEqual([misspelt.status, misspelt.json.code], [404, "NOT_FOUND"]);
  assert.match(misspelt.json.message, /Did you mean "count"/);
  assert.equal((await ask(`DELETE ${path}/cont`)).status, 404);
  assert.equal((await ask(`DELETE ${path}/cart`)).status, 404);
  const { json } = await ask("GET /addresses/shop/counter/bob");
  assert.deepEqual(
    json.states.map(({ name }: any) => name),
    ["count"],
  );
});

test("a state is deleted", async (t) => {
  const { ask, tell } = await world(t);
  await tell("bob", "hello");
  assert.deepEqual((await ask("DELETE /addresses/shop/counter/bob/states/count")).json, { status: "deleted" });
  assert.deepEqual((await ask("GET /addresses/shop/counter/bob")).json.states, []);
});

test("an address is parked with a reason, listed, and let go on", async (t) => {
  const { ask, engine } = await world(t);
  await ask("POST /addresses/shop/counter/bob/park?reason=looking%20into%20it");
  await engine.send(bob, Types.string.pack("hello"));
  const { json } = await ask("GET /parked");
  assert.equal(json.total, 1);
  const [parked] = json.parked;
  assert.deepEqual(
    [parked.function, parked.id, parked.code, parked.reason],
    ["shop/counter", "bob", "ADDRESS_PARKED", "looking into it"],
  );
  assert.equal((await ask("GET /addresses/shop/counter/bob")).json.waiting, 1);
  assert.deepEqual((await ask("POST /addresses/shop/counter/bob/retry")).json, { status: "retried" });
  assert.deepEqual((await ask("GET /parked")).json, { parked: [], total: 0, next: null });
  assert.equal((await engine.call(bob, Types.string.pack("next")))?.as(Types.string), "next");
});

test("parked addresses are paged, and counted", async (t) => {
  const { ask } = await world(t);
  for (const id of ["a", "b/ü", "c"]) await ask(`POST /addresses/shop/counter/${encodeURIComponent(id)}/park`);
  const { json } = await ask("GET /parked?limit=2");
  assert.deepEqual(
    json.parked.map(({ id }: { id: string }) => id),
    ["a", "b/ü"],
  );
  assert.equal(json.total, 3);
  const second = (await ask(`GET /parked?limit=2&after=${json.next}`)).json;
  assert.deepEqual([second.parked.map(({ id }: { id: string }) => id), second.next], [["c"], null]);
  for (const after of ["bob", "", "WyJhIl0"]) {
    const { status, json: refused } = await ask(`GET /parked?after=${after}`);
    assert.deepEqual([status, refused.code], [400, "OPTION_INVALID"], after);
  }
});

test("functions are paged in the order of their names, with those of this process that nobody has called", async (t) => {
  const { ask, tell } = await world(t);
  await tell("bob", "hello");
  const first = (await ask("GET /functions?limit=1")).json;
  assert.deepEqual(
    [first.functions.map((shown: any) => shown.function), first.next],
    [["shop/counter"], "shop/counter"],
  );
  const second = (await ask(`GET /functions?limit=1&after=${encodeURIComponent(first.next)}`)).json;
  assert.deepEqual([second.functions.map((shown: any) => shown.function), second.next], [["shop/deep/other"], null]);
  const behind = (await ask("GET /functions?after=shop%2Fdeep%2Fother")).json;
  assert.deepEqual(behind, { functions: [], next: null });
  assert.equal((await ask("GET /functions?after=nothing")).json.code, "TYPE_NAME_INVALID");
});

test("many states of an address are shown a page at a time, and each is found alone", async (t) => {
  const { ask, engine } = await world(t);
  const large = "x".repeat(250_000);
  const names = Array.from({ length: 36 }, (_, index) => `s${index + 10}`);
  for (const name of names) await engine.setState(bob, name, Types.string.pack(large));
  const seen: string[] = [];
  for (let query = ""; ; ) {
    const { json } = await ask(`GET /addresses/shop/counter/bob${query}`);
    seen.push(...json.states.map(({ name }: { name: string }) => name));
    assert.ok(json.states.length <= 17);
    if (json.nextState === null) break;
    query = `?afterState=${json.nextState}`;
  }
  assert.deepEqual(seen, names);
  assert.equal((await ask("DELETE /addresses/shop/counter/bob/states/s45")).status, 200);
  assert.equal((await ask("DELETE /addresses/shop/counter/bob/states/s45")).status, 404);
});

test("of a large state only the head is shown, and the states beside it whole", async (t) => {
  const { ask, engine } = await world(t);
  await engine.setState(bob, "a", Types.string.pack("first"));
  await engine.setState(bob, "b", Types.string.pack("ü".repeat(500_000)));
  await engine.setState(bob, "c", Types.bytes.pack(new Uint8Array(400_000)));
  await engine.setState(bob, "d", Types.string.pack("last"));
  const { states } = (await ask("GET /addresses/shop/counter/bob")).json;
  assert.deepEqual(
    states.map(({ name, bytes, headIs }: Record<string, unknown>) => [name, bytes, headIs]),
    [
      ["a", undefined, undefined],
      ["b", 1_000_004, "text"],
      ["c", 400_004, "base64"],
      ["d", undefined, undefined],
    ],
  );
  assert.equal(states[1].head, "ü".repeat(2048));
  assert.equal(Buffer.from(states[2].head, "base64").length, 4096);
  assert.equal(states[3].value, "last");
  await engine.setState(bob, "b", Types.string.pack("short"));
  assert.equal((await ask("GET /addresses/shop/counter/bob")).json.states[1].value, "short");
});

test("the first message is dropped, or all", async (t) => {
  const { ask, tell, engine } = await world(t);
  const park = () => ask("POST /addresses/shop/counter/bob/park");
  await park();
  for (const text of ["fail", "one", "two"]) await engine.send(bob, Types.string.pack(text));
  assert.deepEqual((await ask("POST /addresses/shop/counter/bob/drop")).json, { dropped: 1 });
  await tell("bob", "three");
  assert.equal((await ask("GET /addresses/shop/counter/bob")).json.states[0].value, 3);
  await park();
  for (const text of ["one", "two"]) await engine.send(bob, Types.string.pack(text));
  assert.deepEqual((await ask("POST /addresses/shop/counter/bob/drop?which=all")).json, { dropped: 2 });
  assert.deepEqual((await ask("POST /addresses/shop/counter/bob/drop?which=all")).json, { dropped: 0 });
  assert.equal((await ask("POST /addresses/shop/counter/bob/drop?which=some")).json.code, "OPTION_INVALID");
});

test("a path, a query or a name that does not exist is refused with its reason", async (t) => {
  const { ask } = await world(t);
  const told = async (line: string) => {
    const { status, json } = await ask(line);
    return [status, json.code];
  };
  assert.deepEqual(await told("GET /nothing"), [404, "NOT_FOUND"]);
  assert.deepEqual(await told("GET /addresses/shop/counter"), [404, "NOT_FOUND"]);
  assert.deepEqual(await told("GET /addresses/shop/counter/"), [404, "NOT_FOUND"]);
  assert.deepEqual(await told("GET /functions?most=1"), [400, "OPTION_INVALID"]);
  assert.deepEqual(await told("POST /parked"), [405, "METHOD_NOT_ALLOWED"]);
  const { headers } = await ask("POST /addresses/shop/counter/bob/states/count");
  assert.equal(headers.allow, "GET, PUT, DELETE");
});

test("what waits for a function that nothing serves any more is listed, shown and dropped", async (t) => {
  const store = new MemoryStore();
  const endpoint = { call: () => Promise.reject(new Error("no")), close: async () => {} };
  const before = await Engine.open({
    store,
    findRoute: () => ({ endpoint, generation: "v3", maxBatch: 1, states: undefined, label: "elsewhere" }),
    policy: { retry: { attempts: 1 } },
    logger: { warn() {}, error() {} },
  });
  await before.park(new Address("shop", "gone", "bob"), "for the test");
  await before.send(new Address("shop", "gone", "bob"), Types.string.pack("hello"));
  await before.close(0);
  await before.settle();
  const { ask } = await world(t, {}, {}, store);
  const gone = async () =>
    (await ask("GET /functions")).json.functions.find((shown: any) => shown.function === "shop/gone");
  const { endpoint: where, waiting, parked } = await gone();
  assert.deepEqual([where, waiting, parked], ["served by nothing", 1, 1]);
  assert.equal((await ask("GET /functions/shop/gone/addresses")).json.addresses.length, 1);
  assert.equal((await ask("GET /addresses/shop/gone/bob")).json.waiting, 1);
  assert.equal((await ask("POST /addresses/shop/gone/bob/park")).json.code, "FUNCTION_UNKNOWN");
  assert.deepEqual((await ask("POST /addresses/shop/gone/bob/drop?which=all")).json, { dropped: 1 });
  assert.equal(await gone(), undefined);
  assert.equal((await ask("GET /addresses/shop/gone/bob")).json.code, "FUNCTION_UNKNOWN");
});
