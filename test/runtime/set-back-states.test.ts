// An address whose states are set back to their defaults: what people and queries see of it, expirations, steps, and a later
// version of its class.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  Address,
  type Context,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { TestRuntime } from "statefun-ts/testing";

const Bag = json<{ items: string[] }>("set-back/bag");
const Order = json<{ fail: boolean }>("set-back/order");

@StatefulFunction("set-back/cart")
class Cart {
  @State("pieces", Types.int) pieces = 0;
  @State("bag", Bag) bag: { items: string[] } = { items: [] };
  @State("token", Types.string, { expireAfterWrite: { hours: 1 } }) token = "";
  @State("limit", Types.int) limit = 100;

  @Handles(Types.string)
  put(item: string) {
    this.pieces += 1;
    this.bag.items.push(item);
    this.token = item;
  }

  @Handles(Types.bool)
  empty(_all: boolean) {
    this.pieces = 0;
    this.bag.items.pop();
    this.token = "";
  }

  @Handles(Types.int)
  keep(pieces: number, context: Context) {
    context.state.set("pieces", Types.int.pack(pieces));
  }

  @Workflow(Order)
  async order({ fail }: { fail: boolean }, flow: WorkflowContext) {
    await flow.step("empty", () => {
      this.empty(true);
      if (fail) throw new TerminalError("not now");
    });
    return [this.pieces, this.bag.items.length];
  }
}

const functions = new StatefulFunctions(Cart);
const closed = { ingress: false, admin: false } as const;
const untouched = { pieces: 0, bag: { items: [] }, token: "", limit: 100 };

async function opened(t: TestContext) {
  const runtime = await StatefunRuntime.open({ functions, dir: false, ...closed, logger: { warn() {}, error() {} } });
  t.after(() => runtime.close());
  const ids = async () => {
    const { addresses } = await runtime.engine.addresses("set-back/cart", { limit: 10 });
    return addresses.map(({ id }) => id);
  };
  const found = async () => {
    const rows: string[] = [];
    for await (const { id } of runtime.query("set-back/cart", { where: "pieces == 0" })) rows.push(id);
    return rows;
  };
  /** The names of the states that are stored, but for those that the package itself keeps. */
  const stored = async () => {
    const { states } = await runtime.engine.inspect(Address.of("set-back/cart", "bob"));
    return states.map(({ name }) => name).filter((name) => !name.startsWith("statefun."));
  };
  return { cart: runtime.ref(Cart, "bob"), ids, found, stored };
}

test("an address whose states are all back at empty defaults is in no list and no query, as one that no message has reached", async (t) => {
  const { cart, ids, found } = await opened(t);
  await cart.put("tea");
  assert.deepEqual([await ids(), await found()], [["bob"], []]);
  await cart.empty(true);
  assert.deepEqual([await ids(), await found()], [[], []]);
});

test("a default that is written by name keeps its address in lists and queries", async (t) => {
  const { cart, ids, found } = await opened(t);
  await cart.keep(0);
  assert.deepEqual([await ids(), await found()], [["bob"], ["bob"]]);
  await cart.put("tea");
  await cart.empty(true);
  assert.deepEqual(await ids(), []);
});

test("a state that was set back has no expiration left, and a later value has a whole one", async (t) => {
  const app = await TestRuntime.open({ functions });
  t.after(() => app.close());
  await app.send(Cart, "bob", "tea");
  await app.settle();
  await app.advance({ minutes: 50 });
  await app.send(Cart, "bob", Types.bool.pack(true));
  await app.settle();
  assert.deepEqual(await app.state(Cart, "bob"), untouched);
  await app.send(Cart, "bob", "milk");
  await app.settle();
  await app.advance({ minutes: 50 });
  assert.equal((await app.state(Cart, "bob")).token, "milk");
  await app.advance({ minutes: 11 });
  assert.equal((await app.state(Cart, "bob")).token, "");
});

for (const fail of [false, true]) {
  test(`a step ${fail ? "that fails sets nothing back" : "sets states back"}`, async (t) => {
    const { cart, stored } = await opened(t);
    await cart.put("tea");
    const ordered = cart.order({ fail });
    if (fail) await assert.rejects(ordered, { message: /not now/ });
    else assert.deepEqual(await ordered, [0, 0]);
    assert.deepEqual(await stored(), fail ? ["bag", "pieces", "token"] : []);
  });
}

test("a later version of the class with another default shows it at addresses that were set back, and not where it was written by name", async (t) => {
  @StatefulFunction("set-back/cart")
  class Later {
    @State("pieces", Types.int) pieces = 9;
    @State("bag", Bag) bag: { items: string[] } = { items: ["gift"] };
    @State("token", Types.string, { expireAfterWrite: { hours: 1 } }) token = "";
    @State("limit", Types.int) limit = 200;

    @Handles(Types.string)
    look(_what: string) {
      return [this.pieces, this.bag.items, this.limit];
    }
  }
  const dir = mkdtempSync(join(tmpdir(), "statefun-set-back-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const first = await StatefunRuntime.open({ functions, dir, ...closed });
  const [bob, eve] = [first.ref(Cart, "bob"), first.ref(Cart, "eve")];
  for (const cart of [bob, eve]) {
    await cart.put("tea");
    await cart.empty(true);
  }
  await eve.keep(0);
  await first.close();
  const later = await StatefunRuntime.open({ functions: new StatefulFunctions(Later), dir, ...closed });
  t.after(() => later.close());
  assert.deepEqual(await later.ref(Later, "bob").look(""), [9, ["gift"], 200]);
  assert.deepEqual(await later.ref(Later, "eve").look(""), [0, ["gift"], 200]);
});
