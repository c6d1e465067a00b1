// One message to one function instance, without an engine.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import {
  Address,
  type Context,
  StatefulFunctions as Functions,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  TypedValue,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { invoke } from "../../src/testing/entry.js";
import { rejectsCode } from "../support/expect-code.js";

const Order = json<{ item: string; pieces: number }>("test/order");

class SoldOut extends Error {}

@StatefulFunction("test/shop")
class Shop {
  @State("stock", Types.int) pieces = 10;
  @State("last", Order) last?: { item: string; pieces: number };
  @State("buyer", example.User) buyer?: example.User;

  @Handles(Order)
  buy(order: { item: string; pieces: number }, context: Context) {
    if (order.pieces > this.pieces) throw new SoldOut(order.item);
    if (order.pieces < 0) throw new TerminalError("no", { code: "NEGATIVE" });
    this.pieces -= order.pieces;
    this.last = order;
    context.send("test/bill", context.address.id, Order.pack(order), { metadata: { trace: "abc" } });
    context.sendAfter({ minutes: 5 }, Shop, "later", Order.pack(order), { cancellationToken: "reminder" });
    context.cancelDelayedMessage("earlier");
    context.sendEgress("test/receipts", example.User.create({ name: order.item }));
    return this.pieces;
  }

  @Handles(example.User)
  async greet(user: example.User, context: Context) {
    await null;
    this.buyer = user;
    if (context.caller !== undefined) context.reply(`${context.now} ${context.address.id} ${user.name}`);
  }
}

const tea = (pieces: number) => Order.pack({ item: "tea", pieces });

test("the result has everything that the message did, as plain values", async () => {
  const result = await invoke(Shop, { id: "bob", state: { pieces: 7 }, message: tea(2) });
  assert.deepEqual(result, {
    state: { pieces: 5, last: { item: "tea", pieces: 2 } },
    sent: [{ to: "test/bill/bob", message: { item: "tea", pieces: 2 }, metadata: { trace: "abc" } }],
    delayed: [
      { to: "test/shop/later", message: { item: "tea", pieces: 2 }, delay: 300_000, cancellationToken: "reminder" },
    ],
    cancelled: ["earlier"],
    egress: [{ to: "test/receipts", message: { userId: "", name: "tea" } }],
    waitsFor: [],
    answer: 5,
    error: undefined,
  });
});

test("the error is the thrown one itself, and the message did nothing else", async () => {
  const result = await invoke(Shop, { state: { pieces: 1 }, message: tea(2) });
  assert.ok(result.error instanceof SoldOut);
  assert.deepEqual(
    { ...result, error: undefined },
    {
      state: { pieces: 1 },
      sent: [],
      delayed: [],
      cancelled: [],
      egress: [],
      waitsFor: [],
      answer: undefined,
      error: undefined,
    },
  );
  const { error } = await invoke(Shop, { message: tea(-1) });
  assert.equal((error as TerminalError).code, "NEGATIVE");
});

test("a state can be set and is shown as the fields of its message", async () => {
  const { state } = await invoke(Shop, { state: { buyer: { name: "Ann" } }, message: tea(1) });
  assert.deepEqual(state.buyer, { userId: "", name: "Ann" });
});

test("a reply answers a client, and is a message to a function", async () => {
  const user = example.User.create({ name: "Ann" });
  const now = new Date(5);
  assert.equal((await invoke(Shop, { message: user, now })).answer, "5 test Ann");
  const asked = await invoke(Shop, { message: user, now, caller: Address.of("test/door", "front") });
  assert.deepEqual([asked.answer, asked.sent], [undefined, [{ to: "test/door/front", message: "5 test Ann" }]]);
  assert.deepEqual((await invoke(Shop, { message: user, caller: null })).sent, []);
});

test("a function that no class declares is invoked by its name", async () => {
  const functions = new Functions().register("test/plain", (value: TypedValue) => value.as(Types.int) + 1);
  assert.equal((await invoke("test/plain", { functions, message: Types.int.pack(1) })).answer, 2);
});

test("a class whose constructor has parameters is invoked where it is bound", async () => {
  @StatefulFunction("test/made")
  class Made {
    readonly #by: string;

    constructor(by: string) {
      this.#by = by;
    }

    @Handles(Types.string)
    hello(name: string) {
      return `${name} by ${this.#by}`;
    }
  }
  const functions = new StatefulFunctions().bind(Made, { create: () => new Made("hand") });
  assert.equal((await invoke(Made, { functions, message: "ann" })).answer, "ann by hand");
});

test("a message that no handler takes is the error of the result", async () => {
  const { error } = await invoke(Shop, { message: new TypedValue("test/strange") });
  assert.equal((error as { code: string }).code, "MESSAGE_UNHANDLED");
});

test("what the test itself passes wrongly is refused", async () => {
  await rejectsCode(invoke("test/shop", { message: "x" }), "OPTION_INVALID");
  await rejectsCode(invoke(Shop, { message: tea(1), state: { piece: 1 } as object }), "OPTION_INVALID");
  await rejectsCode(invoke(Shop, { message: tea(1), functions: new StatefulFunctions() }), "FUNCTION_UNKNOWN");
  await rejectsCode(invoke(Shop, { message: tea(1), ids: "x" } as never), "OPTION_INVALID");
  await rejectsCode(invoke(Shop, { message: 5 as never }), "VALUE_UNTYPED");
  await rejectsCode(invoke(Shop, { message: tea(1), state: { pieces: 1.5 } }), "VALUE_INVALID");
});

const Trip = json<{ readonly days: number }>("test/trip");

@StatefulFunction("test/trips")
class Trips {
  @State("status", Types.string) status = "new";

  @Workflow(Trip)
  async plan({ days }: { readonly days: number }, flow: WorkflowContext) {
    await flow.step("book", async () => {
      this.status = "booked";
    });
    const fits = await flow.step("check", async () => days < 10);
    if (!fits) throw new TerminalError("That is too long.", { code: "TOO_LONG" });
    if (days === 0) return "stays";
    await Promise.all([flow.call("test/hotel", "h", Types.int.pack(days)), flow.sleep({ days })]);
    return "back";
  }
}

test("a workflow runs until it waits, over as many steps as there are, and the result says for what", async () => {
  const { state, sent, delayed, waitsFor, answer, error } = await invoke(Trips, { message: Trip.pack({ days: 3 }) });
  assert.deepEqual(state, { status: "booked" });
  assert.deepEqual(
    sent.map(({ to, message }) => [to, message]),
    [["test/hotel/h", 3]],
  );
  assert.deepEqual(waitsFor, ["call:test/hotel/h:io.statefun.types/int", "sleep"]);
  assert.deepEqual([delayed, answer, error], [[], undefined, undefined]);
});

test("a workflow that ends answers, or fails and keeps what its steps did", async () => {
  const ended = await invoke(Trips, { message: Trip.pack({ days: 0 }) });
  assert.deepEqual([ended.answer, ended.waitsFor], ["stays", []]);
  const failed = await invoke(Trips, { message: Trip.pack({ days: 20 }) });
  assert.deepEqual([failed.answer, failed.state], [undefined, { status: "booked" }]);
  assert.equal((failed.error as TerminalError).code, "TOO_LONG");
});
