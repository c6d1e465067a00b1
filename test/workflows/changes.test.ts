// Runs sleep in a folder while the code of their workflow is changed: whatever the rules allow goes on, and nothing is lost.
// STATEFUN_SLEEPING_RUNS says how many.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
  Workflow,
  type WorkflowContext,
  type WorkflowOptions,
} from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { ManualClock } from "../support/manual-clock.js";
import { RecordingLogger } from "../support/recording-logger.js";

const many = Number(process.env.STATEFUN_SLEEPING_RUNS ?? 8);
const day = 86_400_000;
const started = Date.UTC(2026, 0, 1);

const Order = json<{ readonly number: number }>("shop/Order");
const Nod = json<{ readonly yes: boolean }>("shop/Nod");
interface Receipt {
  readonly number: number;
  readonly way: readonly unknown[];
}
const Receipt = json<Receipt>("shop/Receipt");

/** What a version of the code lets each step say, and how often its steps have run. */
class Version {
  readonly name: string;
  readonly ran = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  readonly step = (flow: WorkflowContext, name: string): Promise<string> =>
    flow.step(name, () => {
      this.ran.set(name, (this.ran.get(name) ?? 0) + 1);
      return `${name} of ${this.name}`;
    });
}

type Place = (flow: WorkflowContext, step: (name: string) => Promise<string>) => Promise<readonly unknown[]>;

function functionsOf(version: Version, place: Place, options: WorkflowOptions = {}): StatefulFunctions {
  @StatefulFunction("shop/orders")
  class Orders {
    @State("count", Types.int) count = 0;

    @Workflow(Order, options)
    async place({ number }: { readonly number: number }, flow: WorkflowContext) {
      const way = await place(flow, (name) => version.step(flow, name));
      await flow.step("count", () => {
        this.count += 1;
      });
      flow.sendEgress("shop/receipts", Receipt.pack({ number, way }));
    }
  }
  return new StatefulFunctions(Orders).register("shop/stock", (number) => Types.int.pack(number * 2), {
    handles: [Types.int],
  });
}

/** A process with the functions, and the receipts that its runs have sent. */
class Life {
  /** The receipts by the ids of their records. */
  readonly receipts = new Map<string, Receipt>();
  readonly logger = new RecordingLogger();
  readonly clock: ManualClock;
  runtime!: StatefunRuntime;

  private constructor(now: number) {
    this.clock = new ManualClock(now);
  }

  static async open(dir: string, functions: StatefulFunctions, now: number): Promise<Life> {
    const life = new Life(now);
    const { clock, logger, receipts } = life;
    const take = (receipt: Receipt, { id }: { readonly id: string }) => void receipts.set(id, receipt);
    const egresses = { "shop/receipts": take };
    life.runtime = await StatefunRuntime.open({
      functions,
      dir,
      ingress: false,
      admin: false,
      clock,
      logger,
      egresses,
    });
    return life;
  }

  /** Waits until something holds, while nothing but the time of the machine passes. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let turns = 0; !(await holds()); turns++) {
      assert.ok(turns < 20_000, `it does not come to an end: ${this.logger.lines.slice(-3).join("\n")}`);
      await this.clock.settle();
    }
  }

  /** Lets the time pass until so many receipts have come. */
  async untilReceipts(count: number, stepMs: number): Promise<void> {
    for (let steps = 0; this.receipts.size < count && steps < 100; steps++) {
      await this.clock.advance(stepMs);
      await this.until(async () => this.runtime.engine.metrics.mailboxMessages === 0);
    }
    await this.until(() => this.receipts.size >= count);
  }

  /** Starts a run at each of many addresses, and waits until all of them have something to wait for. */
  async start(count = many): Promise<void> {
    const { runtime } = this;
    const numbers = Array.from({ length: count }, (_, number) => number);
    await Promise.all(numbers.map((number) => runtime.send("shop/orders", `order-${number}`, Order.pack({ number }))));
    await this.until(() => runtime.engine.metrics.mailboxMessages === 0);
  }
}

/** What each run says at its end, the same for all runs. */
function assertWays({ receipts }: Life, way: readonly unknown[]): void {
  const numbers = [...receipts.values()].map(({ number }) => number);
  assert.deepEqual(
    numbers.toSorted((a, b) => a - b),
    Array.from({ length: many }, (_, number) => number),
    "each run has ended once",
  );
  for (const receipt of receipts.values()) assert.deepEqual(receipt.way, way, `run ${receipt.number}`);
}

/** Two steps, with a day between them. */
const sleeping: Place = async (flow, step) => {
  const first = await step("first");
  await flow.sleep({ days: 1 });
  return [first, await step("second")];
};

/** A message that may come for a day. */
const receiving: Place = async (flow, step) => {
  const first = await step("first");
  const nod = await flow.receive(Nod, { timeout: { days: 1 } });
  return [first, nod?.yes ?? "nobody", await step("second")];
};

interface Change {
  readonly title: string;
  readonly before?: Place;
  readonly after: Place;
  /** What each run says at its end. */
  readonly way: readonly unknown[];
  /** The steps that the new code has run, each once in every run. */
  readonly ran: readonly string[];
}

const changes: readonly Change[] = [
  {
    title: "the same code goes on",
    after: sleeping,
    way: ["first of 1", "second of 2"],
    ran: ["second"],
  },
  {
    title: "a step that is added before the wait runs when the run goes on",
    after: async (flow, step) => [await step("first"), await step("added"), await rest(flow, step)],
    way: ["first of 1", "added of 2", "second of 2"],
    ran: ["added", "second"],
  },
  {
    title: "a step that is added after the wait runs in its turn",
    after: async (flow, step) => [...(await sleeping(flow, step)), await step("added")],
    way: ["first of 1", "second of 2", "added of 2"],
    ran: ["second", "added"],
  },
  {
    title: "a step that is gone is ignored",
    after: async (flow, step) => [await rest(flow, step)],
    way: ["second of 2"],
    ran: ["second"],
  },
  {
    title: "steps in another order keep their results by their names",
    after: async (flow, step) => {
      const second = await step("second");
      await flow.sleep({ days: 1 });
      return [second, await step("first")];
    },
    way: ["second of 2", "first of 1"],
    ran: ["second"],
  },
  {
    title: "a step with another name is another step",
    after: async (flow, step) => [await step("renamed"), await rest(flow, step)],
    way: ["renamed of 2", "second of 2"],
    ran: ["renamed", "second"],
  },
  {
    title: "a call that is added is made when the run goes on",
    after: async (flow, step) => {
      const first = await step("first");
      const doubled = await flow.call("shop/stock", "tea", Types.int.pack(21), { answer: Types.int });
      return [first, doubled, await rest(flow, step)];
    },
    way: ["first of 1", 42, "second of 2"],
    ran: ["second"],
  },
  {
    title: "a sleep that is gone lets the run go on when it is woken",
    after: async (_flow, step) => [await step("first"), await step("second")],
    way: ["first of 1", "second of 2"],
    ran: ["second"],
  },
  {
    title: "a sleep that has begun keeps its end when the code has a longer one",
    after: async (flow, step) => {
      const first = await step("first");
      await flow.sleep({ days: 30 });
      return [first, flow.now() < started + 2 * day, await step("second")];
    },
    way: ["first of 1", true, "second of 2"],
    ran: ["second"],
  },
  {
    title: "a wait for a message that has begun keeps its end when the code has a longer one",
    before: receiving,
    after: async (flow, step) => {
      const first = await step("first");
      const nod = await flow.receive(Nod, { timeout: { days: 30 } });
      return [first, nod?.yes ?? "nobody", flow.now() < started + 2 * day, await step("second")];
    },
    way: ["first of 1", "nobody", true, "second of 2"],
    ran: ["second"],
  },
  {
    title: "a wait for a message becomes a race of the message with a sleep",
    before: receiving,
    after: async (flow, step) => {
      const first = await step("first");
      const nod = flow.receive(Nod, { timeout: { days: 1 } }).then((got) => got?.yes ?? "nobody");
      const won = await Promise.race([nod, flow.sleep({ days: 50 }).then(() => "late")]);
      return [first, won, await step("second")];
    },
    way: ["first of 1", "nobody", "second of 2"],
    ran: ["second"],
  },
];

/** The sleep and the second step. */
async function rest(flow: WorkflowContext, step: (name: string) => Promise<string>): Promise<string> {
  await flow.sleep({ days: 1 });
  return step("second");
}

describe(`${many} runs sleep while their code is changed`, () => {
  /** The folders in which the runs sleep, by the code that has begun them. */
  const folders = new Map<Place, string>();
  const parent = mkdtempSync(join(tmpdir(), "statefun-changes-"));
  after(() => rmSync(parent, { recursive: true, force: true }));

  before(async () => {
    for (const place of [sleeping, receiving]) {
      const dir = join(parent, `before-${folders.size}`);
      const version = new Version("1");
      const life = await Life.open(dir, functionsOf(version, place), started);
      await life.start();
      await life.runtime.close();
      assert.equal(version.ran.get("first"), many);
      assert.equal(life.receipts.size, 0);
      folders.set(place, dir);
    }
  });

  for (const { title, before = sleeping, after, way, ran } of changes) {
    test(title, async () => {
      const dir = join(parent, title.replaceAll(" ", "-"));
      cpSync(folders.get(before) as string, dir, { recursive: true });
      const version = new Version("2");
      const life = await Life.open(dir, functionsOf(version, after), started + day / 2);
      await life.untilReceipts(many, day);
      const lines = [...life.logger.lines];
      await life.runtime.close();
      assertWays(life, way);
      assert.deepEqual(Object.fromEntries(version.ran), Object.fromEntries(ran.map((name) => [name, many])));
      assert.deepEqual(lines, []);
    });
  }

  test("a workflow that is gone is named, and its runs go on when it is there again", async () => {
    const dir = join(parent, "gone");
    cpSync(folders.get(sleeping) as string, dir, { recursive: true });
    @StatefulFunction("shop/orders")
    class Renamed {
      @Workflow(Nod)
      async nod(_: { readonly yes: boolean }, flow: WorkflowContext) {
        await flow.sleep(1);
      }
    }
    const without = await Life.open(dir, new StatefulFunctions(Renamed), started + day / 2);
    const { engine } = without.runtime;
    for (let steps = 0; engine.metrics.parked < many && steps < 100; steps++) await without.clock.advance(day / 24);
    const [parked] = await engine.parked({ limit: 1 });
    await without.runtime.close();
    assert.equal(parked?.code, "WORKFLOW_UNKNOWN");
    const life = await Life.open(dir, functionsOf(new Version("2"), sleeping), started + 2 * day);
    const { done } = await life.runtime.engine.retryAll();
    assert.equal(done, many);
    await life.untilReceipts(many, day);
    await life.runtime.close();
    assertWays(life, ["first of 1", "second of 2"]);
  });

  test("a function that has no workflow any more stops at the wakes of its runs, also one that takes every message", async () => {
    for (const handles of [[], [Nod]]) {
      const dir = join(parent, `without-${handles.length}`);
      cpSync(folders.get(sleeping) as string, dir, { recursive: true });
      const taken: unknown[] = [];
      const functions = new StatefulFunctions().register("shop/orders", (message) => void taken.push(message), {
        handles,
      });
      const life = await Life.open(dir, functions, started + day / 2);
      const { engine } = life.runtime;
      for (let steps = 0; engine.metrics.parked < many && steps < 100; steps++) await life.clock.advance(day / 24);
      const [parked] = await engine.parked({ limit: 1 });
      await life.runtime.close();
      assert.deepEqual([parked?.code, taken], ["MESSAGE_UNHANDLED", []]);
    }
  });

  for (const [from, to] of [
    ["queue", "parallel"],
    ["parallel", "queue"],
  ] as const) {
    test(`runs of a workflow that was "${from}" end when it becomes "${to}"`, async () => {
      const dir = join(parent, from);
      const first = await Life.open(dir, functionsOf(new Version("1"), sleeping, { concurrency: from }), started);
      const send = (life: Life, number: number) => life.runtime.send("shop/orders", "one", Order.pack({ number }));
      for (let number = 0; number < 3; number++) await send(first, number);
      await first.until(() => first.runtime.engine.metrics.mailboxMessages === 0);
      await first.runtime.close();
      const second = await Life.open(dir, functionsOf(new Version("2"), sleeping, { concurrency: to }), started);
      await send(second, 3);
      await second.untilReceipts(4, day);
      const { runs } = await second.runtime.runs("shop/orders", "one");
      await second.runtime.close();
      assert.deepEqual([...second.receipts.values()].map(({ number }) => number).toSorted(), [0, 1, 2, 3]);
      assert.deepEqual(
        runs.map(({ status }) => status),
        ["completed"],
      );
    });
  }
});
