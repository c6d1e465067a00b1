// A program that calls its own functions: by `runtime.ref`, and by the typed client over the ingress of the same runtime. It
// prints the figures of all rounds as JSON: `node same-process-program.js <data folder> <rounds> <seconds>`. See prepare.ts.

import { Handles, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { connect } from "statefun-ts/client";
import { StatefunRuntime } from "statefun-ts/runtime";

@StatefulFunction("example/counter")
class Counter {
  @State("count", Types.int) count = 0;

  @Handles(Types.int)
  add(amount: number) {
    this.count += amount;
    return this.count;
  }
}

const [, , dir, rounds, seconds] = process.argv;
const ids = 1_000;
const functions = new StatefulFunctions(Counter);
const runtime = await StatefunRuntime.open({ functions, dir: dir as string, ingress: { port: 0 }, admin: false });
const client = connect(runtime.ingress?.url as string);
const alone = connect(runtime.ingress?.url as string, { batchCalls: false });
const ways = {
  ref: (id: string) => runtime.ref(Counter, id).add(1),
  client: (id: string) => client.ref<Counter>("example/counter", id).add(1),
  alone: (id: string) => alone.ref<Counter>("example/counter", id).add(1),
};

/** How many calls were answered, and how often each id must have been called. */
const expected = new Map<string, number>();

/** Calls for so many seconds, with so many calls at a time. */
async function measure(call: (id: string) => Promise<number>, atOnce: number, length: number) {
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  const end = begun + length * 1000;
  let calls = 0;
  const caller = async () => {
    while (performance.now() < end) {
      const id = String(Math.floor(Math.random() * ids));
      const count = await call(id);
      calls += 1;
      expected.set(id, Math.max(expected.get(id) ?? 0, count));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  const { user, system } = process.cpuUsage(cpuBefore);
  made += calls;
  return { perSecond: (calls * 1000) / (performance.now() - begun), cpu: (user + system) / calls };
}

let made = 0;
const found: object[] = [];
const rows = Object.entries(ways).flatMap(([way, call]) => [1, 128].map((atOnce) => ({ way, call, atOnce })));
// A round that warms up comes before the others. Each round begins with another row.
for (let round = -1; round < Number(rounds); round++) {
  for (let index = 0; index < rows.length; index++) {
    const { way, call, atOnce } = rows[(index + Math.max(0, round)) % rows.length]!;
    const figures = await measure(call, atOnce, Number(seconds));
    if (round >= 0) found.push({ way, atOnce, ...figures });
  }
}
// Each call adds 1 once: the last counts of all ids are the number of calls.
const counted = [...expected.values()].reduce((sum, count) => sum + count, 0);
if (counted !== made) throw new Error(`${made} calls were answered, and the counts come to ${counted}`);
await runtime.close();
console.log(JSON.stringify(found));
