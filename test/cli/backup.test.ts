// `statefun backup` as a user runs it: a copy of a runtime at work, the runtime that starts on the copy, and what it refuses.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { transformSync } from "esbuild";
import { Built } from "./built.js";
import { type Ended, run, running } from "./run.js";

const built = new Built();
const functions = `
  import { existsSync } from "node:fs";
  import { Handles, json, State, StatefulFunction, StatefulFunctions, Types, Workflow } from "statefun-ts";
  const Order = json("shop.types/order");
  const Approval = json("shop.types/approval");

  @StatefulFunction("shop/counter")
  class Counter {
    @State("count", Types.int) count = 0;

    @Handles(Types.string)
    add(text) {
      this.count += 1;
      return text + " " + this.count;
    }
  }

  @StatefulFunction("shop/checkout")
  class Checkout {
    @Workflow(Order)
    async place(order, flow) {
      const { by } = await flow.receive(Approval);
      return by + " pays " + order.total;
    }
  }

  const pay = (text, context, state) => {
    if (!existsSync("open")) throw new Error("the bank is closed");
    state.paid += 1;
  };
  const paying = { handles: [Types.string], state: { paid: { type: Types.int, default: 0 } }, retry: { attempts: 1 } };
  export const functions = new StatefulFunctions(Counter, Checkout)
    .register("shop/parks", pay, paying)
    .register("shop/letters", pay, { ...paying, onFailure: "deadLetter" });
`;
const files = {
  "package.json": '{ "type": "module" }',
  "functions.js": transformSync(functions, { loader: "ts", target: "node20" }).code,
};

/** Starts a runtime on a folder of a project. */
async function start(t: TestContext, cwd: string, dir: string) {
  const ports = ["--port", "0", "--admin-port", "0"];
  const runtime = running(t, built.main, ["start", "functions.js", "--dir", dir, ...ports, "--json"], { cwd });
  const [text] = await runtime.saw(/\{[\s\S]*\n\}\n/);
  const { ingress, admin } = JSON.parse(text);
  const env = { STATEFUN_URL: ingress, STATEFUN_ADMIN_URL: admin };
  const statefun = (...args: string[]): Promise<Ended> => run(built.main, args, { env, cwd });
  const printed = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await statefun(...args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const shown = async (path: string): Promise<any> => (await fetch(`${admin}${path}`)).json();
  /** Asks until the answer is as it is to be: what it waits for is under way by itself. */
  const seen = async (path: string, wanted: (answer: any) => boolean): Promise<any> => {
    for (let tries = 0; tries < 2_000; tries += 1) {
      const answer = await shown(path);
      if (wanted(answer)) return answer;
    }
    return assert.fail(`GET ${path} is not as it is to be: ${JSON.stringify(await shown(path))}`);
  };
  /** Calls the counter with an idempotency key, always the same one. */
  const keyed = async (text: string): Promise<unknown> => {
    const headers = { "content-type": "application/json", "idempotency-key": "once" };
    const answer = await fetch(`${ingress}/call/shop/counter/bob`, {
      method: "POST",
      headers,
      body: JSON.stringify(text),
    });
    return answer.json();
  };
  return { keyed, runtime, statefun, printed, shown, seen };
}

const runs = "/addresses/shop/checkout/o-1/runs";

test("a runtime that starts on the copy goes on where the other one stood", async (t) => {
  const cwd = built.project(files);
  const first = await start(t, cwd, "data");
  assert.equal(await first.keyed("a"), "a 1");
  assert.equal(await first.printed("call", "shop/counter", "bob", '"b"'), '"b 2"\n');
  await first.printed("send", "shop/counter", "late", '"c"', "--delay", "1h");
  await first.printed("send", "shop/checkout", "o-1", '{"total":5}', "--type", "shop.types/order");
  await first.printed("send", "shop/parks", "p", '"rent"');
  await first.printed("send", "shop/letters", "l", '"rent"');
  await first.seen(runs, (answer) => answer.runs[0]?.status === "waiting");
  await first.seen("/parked", ({ parked }) => parked.length === 1);
  await first.seen("/dead-letters", ({ letters }) => letters.length === 1);
  // The path is one of this process, not of the runtime's.
  assert.match(
    await first.printed("backup", "--to", "copies/monday"),
    /^\S+\/copies\/monday holds \d+ entries \(\d+ bytes\), copied in \d+ ms\.\n$/,
  );
  assert.equal(await first.printed("call", "shop/counter", "bob", '"after"'), '"after 3"\n');
  await first.printed("send", "shop/checkout", "o-1", '{"by":"eve"}', "--type", "shop.types/approval");
  await first.seen(runs, (answer) => answer.runs[0]?.status === "completed");
  assert.equal((await first.runtime.stop()).code, 0);

  writeFileSync(join(cwd, "open"), ""); // the bank
  const second = await start(t, cwd, "copies/monday");
  assert.equal(await second.keyed("a"), "a 1");
  assert.equal(await second.printed("call", "shop/counter", "bob", '"d"'), '"d 3"\n');
  const { delayed } = await second.shown("/delayed");
  assert.deepEqual(
    delayed.map(({ function: name, id }: any) => [name, id]),
    [["shop/counter", "late"]],
  );
  assert.equal((await second.shown(runs)).runs[0].status, "waiting");
  await second.printed("send", "shop/checkout", "o-1", '{"by":"ann"}', "--type", "shop.types/approval");
  await second.seen(runs, (answer) => answer.runs[0]?.status === "completed");
  await second.printed("retry", "shop/parks", "p");
  await second.printed("dead-letters", "resend", "--all");
  for (const at of ["parks/p", "letters/l"]) {
    await second.seen(`/addresses/shop/${at}`, ({ states }) => states[0]?.value === 1);
  }
  assert.equal((await second.runtime.stop()).code, 0);
});

test("a backup that can't be written is refused with its code, and the runtime goes on", async (t) => {
  const cwd = built.project(files);
  const { runtime, statefun, printed } = await start(t, cwd, "data");
  await printed("call", "shop/counter", "bob", '"a"');
  for (const to of ["functions.js", "data", "data/backup", "."]) {
    const { code, stderr } = await statefun("backup", "--to", to);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^OPTION_INVALID: /);
  }
  const limit = (bytes: string) =>
    execFileSync("prlimit", ["--pid", `${runtime.process.pid}`, `--fsize=${bytes}:unlimited`]);
  limit("5");
  const { code, stderr, stdout } = await statefun("backup", "--to", "copy");
  limit("unlimited");
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(
    stderr,
    /^BACKUP_FAILED: The backup \S+\/copy can't be written: the disk is full \(.*\)\. Nothing of it/,
  );
  assert.deepEqual(
    readdirSync(cwd).filter((name) => name.includes("copy")),
    [],
  );
  assert.equal(await printed("call", "shop/counter", "bob", '"b"'), '"b 2"\n');
  await printed("backup", "--to", "copy");
  assert.ok(existsSync(join(cwd, "copy", "FORMAT")));
});
