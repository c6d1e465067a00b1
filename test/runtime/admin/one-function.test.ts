// One function, as the admin server shows it.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Engine } from "../../../src/engine/engine.js";
import {
  Address,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
  Workflow,
} from "../../../src/index.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { send } from "../../support/http.js";
import { world } from "./world.js";

const schema = { type: "object", properties: { pieces: { type: "integer" } }, required: ["pieces"] };
const Order = json<{ pieces: number }>("one-function/order", {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value: unknown) => ({ value: value as { pieces: number } }),
    jsonSchema: { input: () => schema },
  } as any,
});

@StatefulFunction("shop/stock", {
  retry: { attempts: 3, window: { minutes: 1 } },
  onFailure: "deadLetter",
  concurrency: 5,
})
class Stock {
  @State("pieces", Types.int, { expireAfterWrite: { hours: 1 } }) pieces = 7;
  @State("order", Order) order?: { pieces: number };

  @Handles(Order)
  add({ pieces }: { pieces: number }) {
    this.pieces += pieces;
  }

  @Handles(Types.int, Types.long)
  take(_pieces: number | bigint) {}

  @Handles(Types.string, { readOnly: true })
  look(_text: string) {
    return this.pieces;
  }

  @Workflow(Types.bool)
  async refill(_all: boolean) {}
}

const unreachable = {
  endpoint: { call: () => new Promise<never>(() => {}), close: async () => {} },
  generation: "v3",
  maxBatch: 1,
  states: undefined,
  label: "http://nowhere",
} as any;

async function opened(t: TestContext, functions: StatefulFunctions) {
  const runtime = await StatefunRuntime.open({ functions, dir: false, ingress: false, admin: { port: 0 } });
  t.after(() => runtime.close());
  return async (path: string) => {
    const { status, text } = await send(runtime.admin?.port as number, path, { method: "GET", headers: {} });
    return { status, json: JSON.parse(text) };
  };
}

test("a function is shown with its types, its states and its policy before anybody has called it", async (t) => {
  const get = await opened(t, new StatefulFunctions(Stock));
  const { status, json } = await get("/functions/shop/stock");
  assert.equal(status, 200);
  const { handlers, states, ...rest } = json;
  assert.deepEqual(
    handlers.map(({ method, typename, kind, chosenByMethod, readOnly }: any) => [
      method,
      typename,
      kind,
      chosenByMethod,
      readOnly,
    ]),
    [
      ["add", "one-function/order", "json", true, false],
      ["take", "io.statefun.types/int", "primitive", false, false],
      ["take", "io.statefun.types/long", "primitive", false, false],
      ["look", "io.statefun.types/string", "primitive", true, true],
      ["refill", "io.statefun.types/bool", "primitive", true, false],
    ],
  );
  assert.deepEqual([handlers[0].schema, handlers[0].example], [schema, { pieces: 0 }]);
  assert.deepEqual(states, [
    {
      name: "pieces",
      typename: "io.statefun.types/int",
      kind: "primitive",
      schema: { type: "integer", minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
      example: 0,
      expireMode: "after-write",
      expireAfterMs: 3_600_000,
      default: { typename: "io.statefun.types/int", value: 7 },
    },
    {
      name: "order",
      typename: "one-function/order",
      kind: "json",
      schema,
      example: { pieces: 0 },
      expireMode: "none",
      expireAfterMs: 0,
      default: null,
    },
  ]);
  assert.deepEqual(rest, {
    function: "shop/stock",
    endpoint: "in this process",
    typesKnown: true,
    takesAll: true,
    workflows: [{ method: "refill", typename: "io.statefun.types/bool" }],
    policy: {
      retry: { attempts: 3, firstDelayMs: 100, longestDelayMs: 30_000, windowMs: 60_000 },
      onFailure: "deadLetter",
      deadLetterEgress: "statefun.dead-letters/all",
      maxBatch: 1000,
      concurrency: 5,
    },
    addresses: 0,
    more: false,
    waiting: 0,
    parked: 0,
    failing: 0,
    inFlight: 0,
    oldestCall: null,
  });
});

test("a function whose types are not known here is shown with the states that it has registered", async (t) => {
  const { ask, tell } = await world(t);
  await tell("bob", "hello");
  const { json } = await ask("GET /functions/shop/counter");
  assert.deepEqual([json.typesKnown, json.handlers, json.takesAll, json.addresses], [false, [], null, 1]);
  const states = Object.fromEntries(json.states.map((state: any) => [state.name, [state.kind, state.default]]));
  assert.deepEqual(states, { count: ["primitive", null], cart: ["json", null], opaque: ["unknown", null] });
});

test("a function that nothing serves has no policy, and an unknown one is 404", async (t) => {
  const store = new MemoryStore();
  const address = new Address("shop", "gone", "bob");
  const before = await Engine.open({ store, findRoute: () => unreachable, logger: { warn() {}, error() {} } });
  await before.park(address, "for the test");
  await before.send(address, Types.string.pack("waits"));
  await before.close(0);
  const { ask } = await world(t, {}, {}, store);
  const { json } = await ask("GET /functions/shop/gone");
  assert.deepEqual([json.endpoint, json.policy, json.parked], ["served by nothing", null, 1]);
  assert.equal((await ask("GET /functions/shop/never")).status, 404);
});

test("a class whose instances its user makes is not made to look at its defaults", async (t) => {
  let made = 0;
  const functions = new StatefulFunctions().bind(Stock, {
    create(stock) {
      made += 1;
      return new stock();
    },
  });
  const get = await opened(t, functions);
  const { json } = await get("/functions/shop/stock");
  assert.deepEqual([made, json.states.map((state: any) => state.default)], [0, [null, null]]);
});

test("a default that its type refuses is not shown", async (t) => {
  const functions = new StatefulFunctions().register("shop/odd", () => {}, {
    handles: [Types.string],
    state: { count: { type: Types.int, default: () => 0.5 } },
  });
  const get = await opened(t, functions);
  assert.equal((await get("/functions/shop/odd")).json.states[0].default, null);
});
