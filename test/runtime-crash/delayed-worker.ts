// A process for the crash test of delayed messages: it changes them by hand while its clock delivers them, says what was
// acknowledged, and is killed. The last one waits until nothing is delayed any more, and says how often each message came.

import { randomInt } from "node:crypto";
import { Address, StatefulFunctions, Types } from "../../src/index.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";

const [dir, role, first, count] = process.argv.slice(2) as [string, "life" | "last", string, string];
const say = (line: string) => process.stdout.write(`${line}\n`);
const of = (id: number) => Address.of("test/sink", `${id}`);

const functions = new StatefulFunctions().register(
  "test/sink",
  (_message, _context, state) => {
    state.count += 1;
  },
  { handles: [Types.int], state: { count: { type: Types.int, default: 0 } } },
);
const runtime = await StatefunRuntime.open({ functions, dir, ingress: false, admin: false });
const { engine } = runtime;
say("open");

if (role === "last") {
  while (engine.metrics.delayedPending > 0 || engine.metrics.mailboxMessages > 0 || engine.metrics.inFlight > 0)
    await new Promise((resolve) => setImmediate(resolve));
  const counts: number[] = [];
  for (let id = 0; id < Number(first); id += 1) {
    const state = await engine.state(of(id), "count");
    counts.push(state === undefined ? 0 : Types.int.unpack(state));
  }
  say(JSON.stringify(counts));
  await runtime.close();
} else {
  const sent = Array.from({ length: Number(count) }, async (_, index) => {
    const id = Number(first) + index;
    await runtime.send("test/sink", `${id}`, Types.int.pack(id), { delay: 50 + randomInt(1500) });
    say(`sent ${id}`);
  });
  await Promise.all(sent);
  for (;;) {
    const { messages } = await engine.delayed.list({}, { limit: 20 });
    const { key, target } = messages[randomInt(Math.max(1, messages.length))] ?? {};
    // Nothing is left to be changed: the kill comes now.
    if (key === undefined || target === undefined) {
      process.kill(process.pid, "SIGKILL");
      break;
    }
    const change = (["deliver", "postpone", "cancel"] as const)[randomInt(3)] as "deliver" | "postpone" | "cancel";
    say(`begin ${change} ${target.id}`);
    const made =
      change === "postpone" ? engine.delayed.postpone(key, Date.now() + randomInt(1000)) : engine.delayed[change](key);
    await made.then(
      () => say(`done ${change} ${target.id}`),
      (error) => say(`${error.code} ${change} ${target.id}`),
    );
  }
}
