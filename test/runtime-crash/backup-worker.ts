// A process for the crash test of backups: it moves money between accounts without an end, and makes one backup after the other.

import { type Context, json, StatefulFunctions, Types } from "../../src/index.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";

const [dir, backups] = process.argv.slice(2) as [string, string];

const functions = new StatefulFunctions().register(
  "bank/account",
  (amount: number, context: Context, state) => {
    state.balance -= 1;
    context.send("bank/account", String((Number(context.address.id) + 1) % 20), Types.int.pack(1));
    state.balance += amount;
    state.padding = "x".repeat(20_000 + (state.balance % 2)); // so that a copy takes some time
  },
  {
    handles: [Types.int],
    state: {
      balance: { type: Types.int, default: () => 0 },
      padding: { type: json<string>("bank/padding"), default: () => "" },
    },
  },
);

const runtime = await StatefunRuntime.open({ functions, dir, ingress: false, admin: false });
for (let id = 0; id < 20; id += 1) {
  // Each life sends them again: twenty come in all.
  await runtime.send("bank/account", String(id), Types.int.pack(1), { idempotencyKey: `first ${id}` });
}
process.stdout.write("open\n");
for (let number = 0; ; number += 1) {
  await runtime.backup(`${backups}/${process.pid}-${number}`);
  process.stdout.write(`${number}\n`);
}
