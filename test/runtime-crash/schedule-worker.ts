// A process for the crash test of schedules: it keeps schedules in a folder, says when it is open, and kills itself when it is told
// to. The last one says what its function has got.

import { Address, StatefulFunctions, type TypedValue, Types } from "../../src/index.js";
import { StatefunRuntime, schedule } from "../../src/runtime/entry.js";
import { json } from "../../src/types/json.js";

const [dir, role, after] = process.argv.slice(2) as [string, "life" | "last", string];
/** After which message of this life the process kills itself, and how: while the handler runs, or in a later turn. */
const [lastMessage, turns] = after.split(",").map(Number) as [number, number];

const lines = json<string[]>("test/lines");
let messages = 0;

function killAfter(turns: number): void {
  if (turns === 0) process.kill(process.pid, "SIGKILL");
  else setImmediate(() => killAfter(turns - 1));
}

const functions = new StatefulFunctions().register(
  "test/sink",
  (_message: TypedValue, { metadata }, state) => {
    state.got.push(`${metadata.getText("statefun-schedule")} ${metadata.getText("statefun-schedule-due")}`);
    messages += 1;
    if (messages === lastMessage) killAfter(turns);
  },
  { state: { got: { type: lines, default: () => [] as string[] } } },
);

const common = { target: "test/sink", id: "all", message: Types.string.pack("go"), ifMissed: "all" } as const;
const runtime = await StatefunRuntime.open({
  functions,
  dir,
  ingress: false,
  admin: false,
  schedules: [
    schedule({ ...common, name: "each", cron: "* * * * * *" }),
    schedule({ ...common, name: "other", cron: "*/2 * * * * *" }),
  ],
});
process.stdout.write("open\n");

if (role === "last") {
  // What is owed for the time before is on its way; the schedules say when it has arrived.
  const began = Date.now();
  for (;;) {
    const listed = await runtime.schedules.list();
    if (listed.every(({ last }) => last !== undefined && last.due > began)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await runtime.close();
  const again = await StatefunRuntime.open({ functions, dir, ingress: false, admin: false });
  const state = await again.engine.state(Address.of("test/sink", "all"), "got");
  process.stdout.write(`${JSON.stringify(lines.unpack(state as TypedValue<string[]>))}\n`);
  process.kill(process.pid, "SIGKILL");
}
