// Simulations: what they explore, what they find, and what they print.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import {
  type Context,
  Handles,
  json,
  type Named,
  type StandardSchema,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
} from "statefun-ts";
import {
  type Command,
  call,
  type FaultKind,
  type SimulateOptions,
  SimulationError,
  type SimulationView,
  send,
  simulate,
} from "statefun-ts/testing";
import { rejectsCode } from "../../support/expect-code.js";
import { Add, Counter, functions } from "./counters.js";

const app = { functions };
const add = (id: string, amount: number, rest: Partial<Add> = {}) => send(Counter, id, Add.pack({ amount, ...rest }));

async function findingOf(options: SimulateOptions, of = app): Promise<SimulationError> {
  const error = await simulate(of, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof SimulationError, `found ${error}`);
  return error;
}

/** Each commands is carried out exactly once: the totals, the records, and nothing left. */
const exactlyOnce: SimulateOptions["atEnd"] = {
  "everything is done once": (view: SimulationView) => {
    assert.deepEqual(view.state(Counter, "a"), { total: 3 });
    assert.deepEqual(view.state(Counter, "b"), { total: 3 });
    assert.deepEqual([...view.egress("test/log")].sort(), ["a 1", "a 2", "b 1", "b 2"]);
    assert.deepEqual(view.delayed(), []);
  },
};
const chain = [add("a", 1, { then: "b" }), add("a", 2, { then: "b", minutes: 5 })];

for (const fault of ["crash", "fullDisk", "lostAnswer", "failingHandler", "slowHandler", "egressDown"] as FaultKind[]) {
  test(`what is done once is done once with the fault ${fault} too`, async () => {
    const seen = new Set<number>();
    const invariants = { looks: (view: SimulationView) => seen.add(view.state(Counter, "b").total) };
    await simulate(app, { runs: 60, seed: 3, faults: [fault], commands: chain, invariants, atEnd: exactlyOnce });
    for (const total of [0, 1, 3]) assert.ok(seen.has(total), `a commit after which b has ${total}`);
  });
}

test("the same seed makes the same runs, and another one does not", async () => {
  const commands: SimulateOptions["commands"] = (random) => [add("a", random.below(100)), add("b", random.below(100))];
  const totals = async (seed: number) => {
    const seen: unknown[] = [];
    const invariants = { looks: (view: SimulationView) => seen.push(view.state(Counter, "a").total) };
    const summary = await simulate(app, { runs: 20, seed, commands, invariants });
    return { seen, summary };
  };
  const first = await totals(7);
  assert.deepEqual(await totals(7), first);
  assert.notDeepEqual(await totals(8), first);
});

test("an invariant sees the state after each commit, also one that is asynchronous", async () => {
  const error = await findingOf({
    seed: 1,
    commands: [add("a", 1, { then: "b" })],
    invariants: {
      "both or neither": async (view) => {
        await Promise.resolve();
        return view.state(Counter, "a").total === view.state(Counter, "b").total;
      },
    },
  });
  assert.equal(error.code, "SIMULATION_FAILED");
  assert.equal(error.invariant, "both or neither");
});

test("what must hold at the end is not asked of the states before", async () => {
  const atEnd = { "both or neither": (view: SimulationView) => view.states(Counter).size === 2 };
  await simulate(app, { runs: 30, seed: 1, commands: [add("a", 1, { then: "b", minutes: 90 })], atEnd });
});

test("what is delayed for longer than the horizon is not awaited", async () => {
  const delayed = { "it still waits": (view: SimulationView) => view.delayed()[0]?.to === "test/counter/b" };
  const commands = [add("a", 1, { then: "b", minutes: 90 })];
  await simulate(app, { runs: 10, seed: 1, faults: [], commands, horizon: { hours: 1 }, atEnd: delayed });
});

test("commands wait, call, are delayed and are cancelled", async () => {
  const commands: Command[] = [
    call(Counter, "a", Add.pack({ amount: 1 })),
    send(Counter, "b", Add.pack({ amount: 5 }), { delay: { hours: 1 }, cancellationToken: "later" }),
    send(Counter, "c", Add.pack({ amount: 7 }), { delay: { minutes: 1 } }),
    { wait: { minutes: 10 } },
    { cancel: "later" },
  ];
  const atEnd = {
    "only b is cancelled": (view: SimulationView) => {
      assert.deepEqual(
        [...view.states(Counter)],
        [
          ["a", { total: 1 }],
          ["c", { total: 7 }],
        ],
      );
      assert.ok(view.now >= Date.UTC(2026, 0, 1, 0, 10));
    },
  };
  await simulate(app, { runs: 1, faults: [], replay: { commands }, atEnd });
});

test("a call that only looks is answered, and is no difference between two runs", async () => {
  const looked = new StatefulFunctions().register(
    "test/looked",
    (name: string, context) => context.reply(`seen ${name}`),
    {
      handles: [Types.string],
      readOnly: [Types.string],
    },
  );
  await simulate({ functions: looked }, { runs: 30, seed: 1, commands: [call("test/looked", "a", "bob")] });
});

test("the setup is carried out before anything goes wrong, and never made smaller", async () => {
  const error = await findingOf({
    seed: 1,
    setup: [add("a", 10)],
    commands: [add("a", 1), add("a", 2), add("a", 3)],
    invariants: { "a is at most 12": (view) => view.state(Counter, "a").total <= 12 },
  });
  assert.equal(error.replay.setup.length, 1);
  assert.equal(error.replay.commands.length, 1);
  assert.deepEqual([error.replay.faults, error.replay.order], [[], []]);
});

test("after the setup, the time is that of its commands", async () => {
  const minutes: number[] = [];
  await simulate(app, {
    runs: 1,
    seed: 1,
    setup: [add("a", 1, { then: "b", minutes: 30 }), { wait: { minutes: 10 } }, add("a", 1)],
    invariants: { looks: (view) => minutes.push((view.now - Date.UTC(2026, 0, 1)) / 60_000) },
    atEnd: { "b has got it": (view) => view.state(Counter, "b").total === 1 },
    replay: { commands: [add("c", 5)] },
  });
  assert.ok(minutes.includes(10) && minutes.includes(30));
  assert.equal(minutes.filter((minute) => minute === 10).length > 3, true);
});

test("a fault stays when nothing else shows the failure, as early as it may come", async () => {
  const error = await findingOf({
    runs: 50,
    seed: 1,
    faults: ["failingHandler"],
    commands: [add("a", 1), add("b", 1), add("c", 1)],
    invariants: { "no time passes": (view) => view.now === Date.UTC(2026, 0, 1) },
  });
  assert.deepEqual(error.replay.faults, [{ fault: "failingHandler", at: 0 }]);
  assert.equal(error.replay.commands.length, 1);
  assert.match(error.history, /the handler of test\/counter\/\w fails/);
});

test("a handler that is not deterministic is found, with its name and its state", async () => {
  @StatefulFunction("test/dice")
  class Dice {
    @State("eyes", Types.double) eyes = 0;

    @Handles(Types.string)
    roll(_player: string, context: Context) {
      this.eyes = context.address.id === "loaded" ? 6 : Math.random();
    }
  }
  const dice = { functions: new StatefulFunctions(Dice) };
  await simulate(dice, { runs: 5, seed: 1, commands: [send(Dice, "loaded", "bob")] });
  const error = await findingOf({ runs: 5, seed: 1, commands: [send(Dice, "fair", "bob")] }, dice);
  assert.equal(error.invariant, "handlers are deterministic");
  assert.match(error.message, /test\/dice, roll at test\/dice\/fair/);
  assert.match(error.message, /state eyes = /);
});

test("a run that a handler makes another one becomes smaller, with its faults and its order", async () => {
  let calls = 0;
  const counted = new StatefulFunctions().register(
    "test/counted",
    (_name: string, _context, state) => {
      state.calls = ++calls;
    },
    { handles: [Types.string], state: { calls: { type: Types.int, default: 0 } } },
  );
  const commands = ["a", "b", "c"].map((id) => send("test/counted", id, "bob"));
  const { invariant, replay } = await findingOf({ runs: 5, seed: 1, commands }, { functions: counted });
  assert.equal(invariant, "handlers are deterministic");
  assert.deepEqual(replay.faults, []);
  assert.deepEqual(replay.order, []);
  assert.equal(replay.commands.length, 1);
});

test("metadata that is not the same twice is found", async () => {
  const traced = new StatefulFunctions().register(
    "test/traced",
    (name: string, context) => {
      if (name === "go") context.send("test/traced", "b", "on", { metadata: { trace: `${Math.random()}` } });
    },
    { handles: [Types.string] },
  );
  const error = await findingOf(
    { runs: 5, seed: 1, commands: [send("test/traced", "a", "go")] },
    { functions: traced },
  );
  assert.equal(error.invariant, "handlers are deterministic");
  assert.match(error.message, /test\/traced\/a.*\n.*send to test\/traced\/b.*trace/);
});

test("options that would let a simulation see nothing are refused", async () => {
  const wrong: Record<string, unknown>[] = [
    { commands: 5 },
    { commands: [{ to: "a" }] },
    { commands: () => add("a", 1) },
    { commands: () => undefined },
    { setup: add("a", 1) },
    { faults: "crash" },
    { invariants: () => false },
    { invariants: { never: false } },
    { atEnd: 1 },
    { replay: 1 },
    { replay: { commands: 1 } },
  ];
  for (const options of wrong) await rejectsCode(simulate(app, { runs: 1, ...options }), "OPTION_INVALID");
});

test("a finding is printed once, and has its parts", async () => {
  const never = { never: () => false };
  const error = await findingOf({ runs: 1, seed: 4, commands: [add("a", 1)], invariants: never });
  assert.deepEqual([error.seed, error.invariant, error.replay.setup], [4, "never", []]);
  for (const part of [error.history, error.test]) assert.ok(error.message.includes(part));
  assert.equal(inspect(error).split("replay").length, 2);
});

test("an invariant is found that looks at what outlasts a run", async () => {
  let charged = 0;
  const paid = new StatefulFunctions().register(
    "test/paid",
    (amount: number, _context, state) => {
      charged += amount;
      state.paid += amount;
    },
    { handles: [Types.int], state: { paid: { type: Types.int, default: 0 } } },
  );
  const atEnd = { "what is charged is paid": (view: SimulationView) => view.state("test/paid", "a").paid === charged };
  const commands = [send("test/paid", "a", Types.int.pack(1))];
  const error = await findingOf({ runs: 5, seed: 1, faults: [], commands, atEnd }, { functions: paid });
  assert.equal(error.invariant, "runs are repeatable");
  assert.match(error.message, /what is charged is paid: it does not hold/);
});

test("a message that fails at every try is found, unless addresses may be parked", async () => {
  const failing = {
    functions: new StatefulFunctions().register(
      "test/failing",
      () => {
        throw new TypeError("It never works.");
      },
      { handles: [Types.string] },
    ),
  };
  const commands = [send("test/failing", "x", "go")];
  const error = await findingOf({ seed: 1, commands }, failing);
  assert.equal(error.invariant, "no address is parked");
  assert.match(error.message, /test\/failing\/x is parked: HANDLER_FAILED: .*It never works/);
  await simulate(failing, { runs: 20, seed: 1, commands, allowParked: true });
});

test("a run without an end is found, and a shorter horizon ends it", async () => {
  const ticking = {
    functions: new StatefulFunctions().register(
      "test/clock",
      (_tick, context) => context.sendAfter({ minutes: 1 }, context.address, "tick"),
      { handles: [Types.string] },
    ),
  };
  const options = { seed: 1, commands: [send("test/clock", "x", "tick")], steps: 200 };
  assert.equal((await findingOf(options, ticking)).invariant, "the run becomes quiet");
  await simulate(ticking, { ...options, runs: 10, horizon: { minutes: 20 } });
});

test("a handler that waits for real time is found", async () => {
  const waiting = {
    functions: new StatefulFunctions().register("test/waiting", () => new Promise(() => {}), {
      handles: [Types.string],
    }),
    patience: 20,
  };
  const error = await findingOf({ seed: 1, commands: [send("test/waiting", "x", "go")] }, waiting);
  assert.equal(error.invariant, "handlers end");
  assert.match(error.message, /test\/waiting/);
});

test("commands come from an arbitrary of fast-check", async () => {
  const commands = fc.array(
    fc.integer({ min: 1, max: 9 }).map((amount) => add("a", amount)),
    { maxLength: 5 },
  );
  const error = await findingOf({
    seed: 1,
    commands,
    invariants: { "a is less than 7": (view) => view.state(Counter, "a").total < 7 },
  });
  assert.ok(error.replay.commands.length <= 2);
});

test("commands are made from the types of the handlers, and from arbitraries for types without a schema", async () => {
  const schema = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value: unknown) => {
        const { pieces, tags } = value as Order;
        const fits = Number.isInteger(pieces) && pieces >= 1 && pieces <= 9 && tags.length <= 2;
        return fits ? { value: value as Order } : { issues: [{ message: "It does not fit." }] };
      },
      jsonSchema: {
        input: () => ({
          type: "object",
          properties: {
            pieces: { type: "integer", minimum: 1, maximum: 9 },
            tags: { type: "array", items: { enum: ["gift", "fast"] }, maxItems: 2 },
            note: { anyOf: [{ type: "string" }, { type: "null" }] },
          },
          required: ["pieces", "tags"],
        }),
      },
    },
  } as const;
  interface Order extends Named<"test/order"> {
    readonly pieces: number;
    readonly tags: readonly string[];
    readonly note?: string | null;
  }
  const Order = json<Order>("test/order", schema as StandardSchema<Order>);
  const orders: Order[] = [];
  const seen = new Set<string>();
  const shop = {
    functions: new StatefulFunctions()
      .register("test/shop", (order) => void orders.push(order), { handles: [Order] })
      .register("test/till", (value) => void seen.add(typeof value), {
        handles: [Types.int, Types.string, Types.bool, Types.long, Types.double, Types.float],
      }),
  };
  await simulate(shop, { runs: 60, seed: 1, commands: { to: ["test/shop", "test/till"], ids: ["a", "b"] } });
  assert.ok(orders.length > 20);
  assert.ok(new Set(orders.map(({ pieces }) => pieces)).size > 4);
  assert.deepEqual([...seen].sort(), ["bigint", "boolean", "number", "string"]);
  await rejectsCode(simulate(app, { commands: { to: [Counter], ids: ["a"] } }), "OPTION_INVALID", "test/add");
  const messages = { "test/add": fc.record({ amount: fc.integer({ min: 1, max: 9 }) }) };
  const { commits } = await simulate(app, { runs: 5, seed: 1, commands: { to: [Counter], ids: ["a"], messages } });
  assert.ok(commits > 5);
});

test("the order of messages of one sender is kept, and that of several is not", async () => {
  const log = (view: SimulationView) =>
    view
      .egress("test/log")
      .filter((line) => line.startsWith("z"))
      .join();
  const commands = [add("a", 1, { then: "z" }), add("b", 2, { then: "z" }), add("a", 3, { then: "z" })];
  const seen = new Set<string>();
  await simulate(app, {
    runs: 150,
    seed: 1,
    commands,
    atEnd: {
      "1 comes before 3": (view) => {
        seen.add(log(view));
        return log(view).indexOf("z 1") < log(view).indexOf("z 3");
      },
    },
  });
  assert.deepEqual([...seen].sort(), ["z 1,z 2,z 3", "z 1,z 3,z 2", "z 2,z 1,z 3"]);
});

test("options that are no options are refused", async () => {
  await rejectsCode(simulate(app, { runs: 0 }), "OPTION_INVALID");
  await rejectsCode(simulate(app, { faults: ["earthquake" as FaultKind] }), "OPTION_INVALID");
  await rejectsCode(simulate(app, { commands: [{ ...add("a", 1), typename: "no/type" }], runs: 1 }), "OPTION_INVALID");
});
