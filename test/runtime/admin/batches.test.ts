// The recorded batches over HTTP, on a runtime whose functions send to each other.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { json, StatefulFunctions, TerminalError, Types } from "../../../src/index.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { send } from "../../support/http.js";
import { ManualClock } from "../../support/manual-clock.js";

const Order = json<{ item: string; secret?: string }>("shop.types/order");

/** An order goes to the stock, which reminds itself later, and to an egress. */
const functions = new StatefulFunctions()
  .register(
    "shop/orders",
    (order, context, state) => {
      if (order.item === "nothing") throw new TerminalError("There is no such item.", { code: "NO_ITEM" });
      if (order.item === "bug") throw new Error("a bug");
      state.count += 1;
      context.send("shop/stock", order.item, "take");
      context.sendEgress("shop/mails", order.item);
      return order.item;
    },
    { handles: [Order], state: { count: { type: Types.int, default: 0 } } },
  )
  .register(
    "shop/stock",
    (text, context) => {
      if (text === "take") context.sendAfter({ seconds: 5 }, "shop/stock", context.address.id, "count");
    },
    { handles: [Types.string] },
  );

async function open(t: TestContext) {
  const clock = new ManualClock();
  const runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ingress: false,
    admin: { port: 0 },
    egresses: { "shop/mails": () => {} },
    retry: { attempts: 1 },
    logger: { warn() {}, error() {} },
    clock,
  });
  t.after(() => runtime.close({ grace: 0 }));
  const { port } = runtime.admin as { port: number };
  const get = async (path: string) => {
    const { status, text } = await send(port, path, { method: "GET", headers: {} });
    return { status, json: JSON.parse(text) };
  };
  const order = (item: string, metadata?: Record<string, string>) =>
    runtime.call("shop/orders", "bob", Order.pack({ item }), metadata === undefined ? {} : { metadata });
  return { runtime, clock, get, order };
}

const trace = "0af7651916cd43dd8448eb211c80319c";

test("a batch is shown with its messages, what it sent, and its states before and after", async (t) => {
  const { clock, get, order } = await open(t);
  await order("tea", { traceparent: `00-${trace}-b7ad6b7169203331-01` });
  await order("milk");
  await clock.settle();
  const { batches, next } = (await get("/batches?function=shop%2Forders")).json;
  assert.equal(next, null);
  const [milk, tea] = batches;
  assert.deepEqual(
    [tea.id, tea.messages, tea.typenames, tea.sent, tea.egressRecords, tea.states, tea.code, tea.trace, tea.recorded],
    ["bob", 1, [Order.typename], 2, 1, ["count"], null, trace, true],
  );
  assert.equal(milk.trace, null);
  const { json: shown } = await get(`/batches/${tea.batch}`);
  assert.deepEqual([shown.function, shown.id, shown.error, shown.trace], ["shop/orders", "bob", null, trace]);
  const [message] = shown.messages;
  assert.deepEqual(
    [message.value, message.end, message.error, message.causedBy],
    [{ item: "tea" }, "handled", null, null],
  );
  assert.deepEqual(message.metadata, [{ name: "traceparent", value: `00-${trace}-b7ad6b7169203331-01` }]);
  assert.deepEqual(shown.egressRecords, [{ egress: "shop/mails", typename: Types.string.typename }]);
  const [count] = (await get(`/batches/${milk.batch}`)).json.states;
  assert.deepEqual([count.name, count.before.value, count.after.value], ["count", 1, 2]);
  assert.deepEqual([shown.states[0].before, shown.states[0].after.value], [null, 1]);
});

test("what a batch caused is found by the numbers of messages, over a delayed message too", async (t) => {
  const { clock, get, order } = await open(t);
  await order("tea");
  await clock.settle();
  const [{ batch }] = (await get("/batches?function=shop/orders")).json.batches;
  const before = (await get(`/batches/${batch}/caused`)).json;
  assert.deepEqual([before.causes, before.more, before.tree.caused.length], [[], false, 1]);
  assert.deepEqual([before.tree.caused[0].unseen, before.tree.caused[0].caused], [1, []], "the delayed message waits");
  await clock.advance(5_000);
  const { tree } = (await get(`/batches/${batch}/caused`)).json;
  const [stock] = tree.caused;
  const [later] = stock.caused;
  assert.deepEqual(
    [tree.function, stock.function, later.function, later.caused, stock.unseen],
    ["shop/orders", "shop/stock", "shop/stock", [], 0],
  );
  const shown = (await get(`/batches/${later.batch}`)).json;
  assert.equal(shown.messages[0].causedBy, stock.batch);
  assert.deepEqual((await get(`/batches/${later.batch}/caused`)).json.causes, [stock.batch, batch]);
  const sent = (await get(`/batches/${batch}`)).json.sent;
  const toStock = sent.find(({ target }: { target: string }) => target === "shop/stock/tea");
  assert.deepEqual([toStock.batch, stock.through], [stock.batch, [toStock.message]]);
  const answer = sent.find(({ target }: { target: string }) => target.startsWith("statefun.client/"));
  assert.deepEqual([answer.message, answer.batch], [null, null]);
  const delayed = (await get(`/batches/${stock.batch}`)).json.sent[0];
  assert.deepEqual([Date.parse(delayed.delayed) - Date.parse(stock.at) >= 5_000, delayed.batch], [true, later.batch]);
  const found = (await get(`/batches?message=${toStock.message}`)).json.batches;
  assert.deepEqual(
    found.map((each: { batch: string }) => each.batch),
    [stock.batch, batch],
  );
});

test("a refused message and a failed one are shown with their errors", async (t) => {
  const { get, order, clock } = await open(t);
  await assert.rejects(order("nothing"), { code: "NO_ITEM" });
  await assert.rejects(order("bug"));
  await clock.settle();
  const [bug, nothing] = (await get("/batches")).json.batches;
  assert.deepEqual([bug.code, nothing.code], ["HANDLER_FAILED", "NO_ITEM"]);
  const failed = (await get(`/batches/${bug.batch}`)).json;
  assert.deepEqual(
    [failed.error.code, failed.messages[0].end, failed.messages[0].value],
    ["HANDLER_FAILED", "failed", { item: "bug" }],
  );
  assert.match(failed.error.stack, /batches\.test/);
  const refused = (await get(`/batches/${nothing.batch}`)).json;
  assert.deepEqual([refused.error, refused.messages[0].end], [null, "refused"]);
  assert.deepEqual(
    [refused.messages[0].error.code, refused.messages[0].error.message],
    ["NO_ITEM", "There is no such item."],
  );
  const byCode = (await get("/batches?code=NO_ITEM")).json.batches;
  assert.deepEqual([byCode.length, byCode[0].batch], [1, nothing.batch]);
});

test("batches are listed in pages, and chosen by what they are", async (t) => {
  const { get, order, clock } = await open(t);
  for (const item of ["a", "b", "c"]) await order(item, { traceparent: `00-${trace}-b7ad6b7169203331-01` });
  await clock.settle();
  const seen: string[] = [];
  for (let after = ""; ; ) {
    const { batches, next } = (await get(`/batches?function=shop/orders&limit=2${after}`)).json;
    seen.push(...batches.map(({ at, batch }: { at: string; batch: string }) => `${at} ${batch}`));
    if (next === null) break;
    after = `&after=${next}`;
  }
  assert.equal(new Set(seen).size, 3);
  const count = async (query: string) => (await get(`/batches?${query}`)).json.batches.length;
  assert.deepEqual([await count(`trace=${trace}`), await count("trace=other")], [3, 0]);
  assert.deepEqual([await count("idPrefix=bo"), await count("id=bo"), await count("id=a")], [3, 0, 1]);
  assert.deepEqual([await count(`typename=${Order.typename}`), await count("message=none")], [3, 0]);
  assert.equal((await get("/batches?limit=0")).status, 400);
});

test("a batch that is not recorded is not found, whatever its name", async (t) => {
  const { get, order } = await open(t);
  await order("tea");
  const [{ batch }] = (await get("/batches")).json.batches;
  for (const name of ["1", "x.1", `${batch}0`, batch.replace(/\d+$/, "x"), "a.b.c"]) {
    const { status, json } = await get(`/batches/${name}`);
    assert.deepEqual([status, json.code], [404, "NOT_FOUND"], name);
  }
  assert.equal((await get(`/batches/${batch}/caused`)).status, 200);
});

test("of a large value only the head is kept and shown", async (t) => {
  const { get, runtime, clock } = await open(t);
  await runtime.call("shop/orders", "bob", Order.pack({ item: "x".repeat(300_000) }));
  await clock.settle();
  const [{ batch }] = (await get("/batches?function=shop/orders")).json.batches;
  const [message] = (await get(`/batches/${batch}`)).json.messages;
  assert.deepEqual([message.headIs, message.head.length, message.value], ["text", 4096, undefined]);
  assert.ok(message.bytes > 300_000);
});

test("the graph counts who sends what to whom", async (t) => {
  const { get, order, clock } = await open(t);
  await order("tea");
  await order("milk");
  await clock.settle();
  const { nodes, edges, since } = (await get("/graph")).json;
  assert.deepEqual(nodes.map(({ node }: { node: string }) => node).sort(), [
    "egress:shop/mails",
    "function:shop/orders",
    "function:shop/stock",
    "outside",
  ]);
  const counted = edges.map((edge: any) => [edge.from, edge.to, edge.typename, edge.messages]);
  const text = Types.string.typename;
  assert.deepEqual(counted.sort(), [
    ["function:shop/orders", "egress:shop/mails", text, 2],
    ["function:shop/orders", "function:shop/stock", text, 2],
    ["function:shop/orders", "outside", text, 2],
    ["function:shop/stock", "function:shop/stock", text, 2],
    ["outside", "function:shop/orders", Order.typename, 2],
  ]);
  assert.ok(edges.every(({ lastAt }: { lastAt: string }) => lastAt >= since));
});
