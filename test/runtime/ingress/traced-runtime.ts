// A runtime in a process of its own that traces its garbage collector on demand, for promoted-bytes.test.ts:
// `node --expose-gc traced-runtime.ts <data folder>`. It answers each message of its parent.

import { setFlagsFromString } from "node:v8";
import { StatefulFunctions, Types } from "../../../src/index.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";

const functions = new StatefulFunctions().register(
  "example/counter",
  (amount, _, state) => {
    state.count += amount;
    return state.count;
  },
  { handles: [Types.int], state: { count: { type: Types.int, default: 0 } } },
);
const runtime = await StatefunRuntime.open({
  functions,
  dir: process.argv[2] as string,
  ingress: { port: 0 },
  admin: false,
});

const commands = {
  /** Makes everything old that is there now. */
  age: () => globalThis.gc?.(),
  trace: () => setFlagsFromString("--trace-gc-nvp"),
  async stop() {
    setFlagsFromString("--no-trace-gc-nvp");
    await runtime.close();
    process.disconnect();
  },
};
process.on("message", async (command: keyof typeof commands) => {
  if (command !== "stop") process.send?.("done");
  await commands[command]();
});
process.send?.(runtime.ingress?.port);
