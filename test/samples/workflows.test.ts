// The samples with workflows, tested as their users would test them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TestRuntime } from "statefun-ts/testing";
import { Agent, Ask, functionsWith as agentFunctions, Decision } from "../../samples/agent/functions.ts";
import { modelAt, startModel } from "../../samples/agent/model.ts";
import {
  Approval,
  FlakyPayments,
  Order,
  functionsWith as orderFunctions,
  PlaceOrder,
  Stock,
} from "../../samples/order/functions.ts";
import { functions as report, Shop, Sold } from "../../samples/report/functions.ts";
import { Booked, Flights, Hotels, functions as saga, Trip } from "../../samples/saga/functions.ts";

const noon = new Date("2026-01-10T12:00:00Z");
const logger = { warn() {}, error() {} }; // services fail on purpose
const tea = { sku: "tea", pieces: 2, cents: 900 };

async function openOrders(payments = new FlakyPayments()) {
  const app = await TestRuntime.open({ functions: orderFunctions(payments), logger });
  return { app, payments };
}

test("order: what a person approves is charged once, over failures of the service and a crash", async () => {
  const { app, payments } = await openOrders();
  await app.send(Order, "1", PlaceOrder.pack(tea));
  await app.settle();
  assert.equal(payments.charges.size, 0, "the first try fails");
  await app.crash();
  await app.advance({ seconds: 5 });
  assert.equal(await app.ref(Order, "1").getStatus({}), "waits for an approval");
  await app.send(Order, "1", Approval.pack({ by: "Ann", yes: true }));
  await app.settle();
  assert.deepEqual(await app.state(Order, "1"), { status: "ordered" });
  assert.deepEqual(await app.state(Stock, "tea"), { pieces: 8, reserved: { 1: 2 } });
  assert.equal(payments.charges.size, 1);
  assert.deepEqual(app.egress("example/mails"), ["Your 2 pieces of tea are on their way."]);
  await app.close();
});

test("order: when nobody approves in three days, the money and the pieces go back", async () => {
  const { app, payments } = await openOrders();
  const placed = app.ref(Order, "1").place(tea, { timeout: { days: 4 } });
  const refused = assert.rejects(placed, { code: "NOT_APPROVED" });
  await app.advance({ days: 2 });
  assert.deepEqual(await app.state(Stock, "tea"), { pieces: 8, reserved: { 1: 2 } });
  await app.advance({ days: 2 });
  await refused;
  assert.equal(payments.charges.size, 0);
  assert.deepEqual(await app.state(Stock, "tea"), { pieces: 10, reserved: {} });
  assert.deepEqual(await app.state(Order, "1"), { status: "undone: Nobody approved in time." });
  await app.close();
});

test("order: what the stock does not have is refused with the stock's code, and nothing is charged", async () => {
  const { app, payments } = await openOrders();
  await assert.rejects(app.ref(Order, "1").place({ ...tea, pieces: 11 }), { code: "SOLD_OUT" });
  assert.equal(payments.requests, 0);
  assert.deepEqual(await app.state(Stock, "tea"), { pieces: 10, reserved: {} });
  await app.close();
});

test("agent: asks its model once for each turn, also over a crash, and a person before it refunds", async (t) => {
  const server = await startModel(0);
  t.after(() => server.close());
  const model = modelAt(server.url);
  await using app = await TestRuntime.open({ functions: agentFunctions(async () => model), logger });
  await app.send(Agent, "ann", Ask.pack({ question: "Can I have my money back?" }));
  await app.settle();
  await app.advance({ seconds: 5 }); // the model fails at its second request
  assert.deepEqual(app.egress("example/questions"), ["Turn 2: may the agent refund trip 7?"]);
  const before = server.requests();
  await app.crash();
  await app.send(Agent, "ann", Decision.pack({ turn: 2, yes: true }));
  await app.settle();
  assert.equal(server.requests(), before + 1, "only the last turn is asked after the crash");
});

test("agent: says what it could not do when nobody allows it", async (t) => {
  const server = await startModel(0);
  t.after(() => server.close());
  const model = modelAt(server.url);
  await using app = await TestRuntime.open({ functions: agentFunctions(async () => model), logger });
  const answer = app.ref(Agent, "ann").ask({ question: "Can I have my money back?" }, { timeout: { days: 1 } });
  await app.advance({ hours: 9 });
  assert.equal(await answer, "It is rainy in Hamburg. The refund was not allowed.");
});

async function openTrips() {
  const app = await TestRuntime.open({ functions: saga, logger });
  let rented = 0;
  const cars = app.fake("example/cars", ({ days }: { days?: number }) => {
    if (days === undefined) return Booked.pack({});
    return Booked.pack(days > 14 ? { refused: "too long" } : { number: `car ${++rented}` });
  });
  return { app, cars };
}

test("saga: a trip books a flight, a room and a car", async () => {
  const { app, cars } = await openTrips();
  assert.deepEqual(await app.ref(Trip, "7").plan({ town: "Rome", days: 3 }), ["flight 1", "room 1", "car 1"]);
  assert.deepEqual(cars.received, [{ id: "Rome", message: { trip: "7", days: 3 } }]);
  assert.deepEqual(await app.state(Trip, "7"), { bookings: ["flight 1", "room 1", "car 1"] });
  await app.close();
});

test("saga: without a car, the bookings are cancelled, the last one first", async () => {
  const { app, cars } = await openTrips();
  const cancelled: string[] = [];
  for (const target of [Flights, Hotels]) {
    app.fake(target, (message: { days?: number }, context) => {
      if (message.days !== undefined) return "booked";
      cancelled.push(context.address.typeName);
      return undefined;
    });
  }
  await assert.rejects(app.ref(Trip, "8").plan({ town: "Rome", days: 30 }), { code: "NO_CAR" });
  assert.deepEqual(cancelled, ["example/hotels", "example/flights"]);
  const [, cancel] = cars.received;
  assert.deepEqual(cancel?.message, { trip: "8" });
  await app.close();
});

test("saga: what a service of ours refuses goes to the caller with its code", async () => {
  const { app } = await openTrips();
  await assert.rejects(app.ref(Trip, "9").plan({ town: "Rome", days: 61 }), { code: "TOO_LONG" });
  assert.deepEqual(await app.state(Flights, "Rome"), { trips: [] });
  await app.close();
});

test("report: every night at three o'clock in Berlin, with what each shop has sold", async () => {
  await using app = await TestRuntime.open({ functions: report, logger, startAt: noon });
  await app.send(Shop, "north", Sold.pack({ cents: 450 }));
  await app.send(Shop, "harbour", Sold.pack({ cents: 900 }));
  await app.advance({ hours: 14 });
  const first = "Report of 2026-01-11\nnorth: 450 cents\nsouth: 0 cents\nharbour: 900 cents";
  assert.deepEqual(app.egress("example/reports"), [first]);
  await app.send(Shop, "south", Sold.pack({ cents: 100 }));
  await app.advance({ days: 1 });
  const second = "Report of 2026-01-12\nnorth: 0 cents\nsouth: 100 cents\nharbour: 0 cents";
  assert.deepEqual(app.egress("example/reports"), [first, second]);
});

test("report: a shop that does not answer is missing, and the report comes all the same", async () => {
  await using app = await TestRuntime.open({ functions: report, logger, startAt: noon });
  for (let failure = 0; failure < 10; failure++) app.failNext(Shop, "south");
  await app.advance({ hours: 14, minutes: 10 });
  assert.deepEqual(app.egress("example/reports"), [
    "Report of 2026-01-11\nnorth: 0 cents\nsouth: no answer\nharbour: 0 cents",
  ]);
});
