// The bench's workflows on the embedded runtime, as a user's program: `node workflow-program.js <data folder>`. See prepare.ts.
// They do what the services in ../peers/restate do: two steps and a call, five times.

import { Handles, json, StatefulFunction, StatefulFunctions, Types, Workflow, type WorkflowContext } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";

interface Order {
  readonly amount: number;
}
const order = json<Order>("bench/Order");
const quote = json<Order>("bench/Quote");

@StatefulFunction("bench/prices")
class Prices {
  @Handles(quote)
  quote({ amount }: Order) {
    return amount * 3;
  }
}

/** Its steps wait, as steps do that ask something outside: each is on disk before the next one begins. */
@StatefulFunction("bench/orders")
class Orders {
  @Workflow(order)
  async place({ amount }: Order, flow: WorkflowContext) {
    let total = 0;
    for (let part = 0; part < 5; part++) {
      total += await flow.step(`pick ${part}`, async () => amount + part);
      total += await flow.step(`pack ${part}`, async () => amount * part);
      total += await flow.call(Prices, `${flow.address.id}-${part}`, quote.pack({ amount }));
    }
    return total;
  }
}

/** Its steps do not wait, so two of them in a row are kept together. */
@StatefulFunction("bench/quick-orders")
class QuickOrders {
  @Workflow(order)
  async place({ amount }: Order, flow: WorkflowContext) {
    let total = 0;
    for (let part = 0; part < 5; part++) {
      total += await flow.step(`pick ${part}`, () => amount + part);
      total += await flow.step(`pack ${part}`, () => amount * part);
      total += await flow.call(Prices, `${flow.address.id}-${part}`, quote.pack({ amount }));
    }
    return total;
  }
}

interface Long {
  readonly results: number;
  readonly calls: number;
}
const long = json<Long>("bench/Long");

/** Has many results before its calls. Each answer of a call resumes the run, from the top. */
@StatefulFunction("bench/long")
class LongRun {
  @Workflow(long)
  async run({ results, calls }: Long, flow: WorkflowContext) {
    let total = 0;
    for (let index = 0; index < results; index++) total += await flow.step(`step ${index}`, () => 1);
    for (let index = 0; index < calls; index++) total += await flow.call(Prices, "any", quote.pack({ amount: 1 }));
    return total;
  }
}

const functions = new StatefulFunctions(Prices, Orders, QuickOrders, LongRun);
const [, , dir] = process.argv;
const runtime = await StatefunRuntime.open({ functions, dir: dir as string, ingress: { port: 0 }, admin: false });
let runs = 0;

/** The CPU time of a run, in microseconds. */
async function cpuOfRun(results: number, calls: number): Promise<number> {
  const before = process.cpuUsage();
  const total = (await runtime.call("bench/long", `${runs++}`, long.pack({ results, calls })))?.as(Types.double);
  const { user, system } = process.cpuUsage(before);
  if (total !== results + 3 * calls) throw new Error(`a run has ended with ${total}`);
  return user + system;
}

const commands = {
  /** The CPU time of a call by a run that has so many results before its calls, in microseconds: the mean of 50 calls. */
  async cpuOfCall(results: number) {
    const one = await cpuOfRun(results, 1);
    return ((await cpuOfRun(results, 51)) - one) / 50;
  },
  stop: () => runtime.close(),
};

interface Question {
  readonly id: number;
  readonly command: keyof typeof commands;
  readonly args: readonly number[];
}

process.on("message", async ({ id, command, args }: Question) => {
  try {
    const result = await (commands[command] as (...args: readonly number[]) => Promise<unknown>)(...args);
    process.send?.({ id, result });
    if (command === "stop") process.disconnect();
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
});
process.on("disconnect", () => process.exit());
process.send?.({ id: 0, result: runtime.ingress?.port });
