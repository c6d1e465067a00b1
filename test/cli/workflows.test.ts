// The commands about runs as processes, against a runtime that `statefun start` runs, with workflows that wait.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { transformSync } from "esbuild";
import { Built } from "./built.js";
import { type Ended, Running, run } from "./run.js";

const built = new Built();
const functions = `
  import { Handles, json, State, StatefulFunction, StatefulFunctions, Types, Workflow } from "statefun-ts";
  const Order = json("shop.types/order");
  const Approval = json("shop.types/approval");

  @StatefulFunction("shop/checkout")
  class Checkout {
    @State("status", Types.string) status = "new";

    @Workflow(Order)
    async place(order, flow) {
      await flow.step("charge", () => {
        this.status = "charged";
        return { id: "c-" + order.total };
      });
      return flow.receive(Approval, { timeout: { days: 3 } });
    }

    @Workflow(Types.int)
    async flaky(value, flow) {
      await flow.step("pay", () => { throw new Error("the bank is closed"); });
    }
  }
  export const functions = new StatefulFunctions(Checkout);
`;
const project = built.project({
  "package.json": '{ "type": "module" }',
  "functions.js": transformSync(functions, { loader: "ts", target: "node20" }).code,
});

let runtime: Running;
let env: Record<string, string>;

const statefun = (...args: string[]): Promise<Ended> => run(built.main, args, { env });

async function jsonOf(...args: string[]): Promise<any> {
  const { code, stdout, stderr } = await statefun(...args, "--json");
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

function assertFailed({ code, stdout, stderr }: Ended, exitCode: number, errorCode: string): void {
  assert.equal(code, exitCode, stderr);
  assert.match(stderr, new RegExp(`^${errorCode}: .`));
  assert.equal(stdout, "");
}

/** Asks for the runs of an address until one of them is as it is to be. */
async function seen(id: string, wanted: (run: any) => boolean): Promise<any> {
  for (let tries = 0; tries < 50; tries++) {
    const { runs } = await jsonOf("run", "shop/checkout", id);
    const found = runs.find(wanted);
    if (found !== undefined) return found;
  }
  return assert.fail(`No run of ${id} is as it is to be.`);
}

/** Begins a run, and waits until it is seen with this status. */
async function begun(id: string, type: string, message: string, status = "waiting"): Promise<any> {
  await statefun("send", "shop/checkout", id, message, "--type", type);
  return seen(id, (run) => run.status === status);
}

before(async () => {
  const ports = ["--port", "0", "--admin-port", "0", "--admin-bearer-token", "secret"];
  runtime = new Running(built.main, ["start", "functions.js", "--memory", ...ports, "--json"], { cwd: project });
  const [text] = await runtime.saw(/\{[\s\S]*\n\}\n/);
  const { ingress, admin } = JSON.parse(text);
  env = { STATEFUN_URL: ingress, STATEFUN_ADMIN_URL: admin, STATEFUN_ADMIN_BEARER_TOKEN: "secret" };
});

after(async () => {
  assert.equal((await runtime.stop()).code, 0);
});

test("runs lists what waits, for what, until when, and what has failed", async () => {
  const { run: waiting } = await begun("o 17", "shop.types/order", '{"total":5}');
  const { run: failing } = await begun("f-1", "io.statefun.types/int", "1");
  const { stdout } = await statefun("runs", "shop/checkout");
  const [head = "", first = "", second = ""] = stdout.split("\n");
  assert.match(head, /^ID +RUN +WORKFLOW +STATUS +SINCE +WAITS FOR +UNTIL +FAILED TRIES +LAST ERROR$/);
  assert.match(
    first,
    new RegExp(
      `^f-1 +${failing} +io.statefun.types/int +waiting +20\\S+ +step:pay +20\\S+ +[1-9] +.*the bank is closed`,
    ),
  );
  assert.match(
    second,
    new RegExp(`^o 17 +${waiting} +shop.types/order +waiting +20\\S+ +receive:shop.types/approval +20\\S+$`),
  );
  const { runs, next } = await jsonOf("runs", "shop/checkout", "--workflow", "shop.types/order", "--limit", "10");
  assert.deepEqual([runs.map((one: any) => one.run), next], [[waiting], null]);
  assert.deepEqual((await jsonOf("runs", "shop/checkout", "--waiting-longer-than", "1h")).runs, []);
  assert.match(
    (await statefun("runs", "shop/checkout", "--status", "ended")).stdout,
    /^No run of shop\/checkout is chosen\.\n$/,
  );
  assertFailed(await statefun("runs", "shop/checkout", "--status", "slow"), 2, "OPTION_INVALID");
  assertFailed(await statefun("runs", "shop/nobody"), 4, "FUNCTION_UNKNOWN");
});

test("run shows what a run has done, and show names the runs of an address but not the state that holds them", async () => {
  const { run: id } = await begun("o-18", "shop.types/order", '{"total":6}');
  const { stdout } = await statefun("run", "shop/checkout", "o-18");
  assert.match(stdout, new RegExp(`^shop/checkout/o-18, run ${id} of shop.types/order\\nWaiting, began at 20`));
  assert.match(stdout, /\n20\S+ +step:charge +done +20\S+ +\{"id":"c-6"\}\n/);
  assert.match(stdout, /\n20\S+ +receive:shop.types\/approval +waiting +20\S+\n/);
  assert.equal((await statefun("run", "shop/checkout", "o-18", id)).stdout, stdout);
  assert.equal((await jsonOf("run", "shop/checkout", "o-18", id)).operations.length, 2);
  const shown = await statefun("show", "shop/checkout", "o-18");
  assert.match(shown.stdout, new RegExp(`\\no-18 +${id} +shop.types/order +waiting`));
  assert.doesNotMatch(shown.stdout, /journal/);
  assert.doesNotMatch((await statefun("state", "shop/checkout", "o-18")).stdout, /journal/);
  assert.match((await statefun("run", "shop/checkout", "nobody")).stdout, /has no run\.\n$/);
  assertFailed(await statefun("run", "shop/checkout", "o-18", "nobody"), 4, "RUN_NOT_FOUND");
});

test("nobody writes or deletes the state that holds the runs", async () => {
  await begun("o-19", "shop.types/order", '{"total":7}');
  const state = ["state", "shop/checkout", "o-19", "statefun.workflow/journal"];
  assertFailed(await statefun(...state, "--set", '"AA=="'), 1, "STATE_NAME_INVALID");
  assertFailed(await statefun(...state, "--delete"), 1, "STATE_NAME_INVALID");
  assert.equal((await jsonOf("run", "shop/checkout", "o-19")).runs.length, 1);
});

test("cancel-run cancels one run, or all of an address, and cancel still withdraws delayed messages", async () => {
  const { run: id } = await begun("o-20", "shop.types/order", '{"total":8}');
  await begun("o-20", "shop.types/order", '{"total":9}', "queued");
  assert.match(
    (await statefun("cancel-run", "shop/checkout", "o-20", id, "--reason", "sold out")).stdout,
    /^Cancelled 1 run\./,
  );
  const { error } = await seen("o-20", (run) => run.run === id && run.status === "cancelled");
  assert.equal(error.code, "RUN_CANCELLED");
  assert.match(error.message, /sold out/);
  // The run that has waited for its turn has its turn by now, or will.
  const { cancelled } = await jsonOf("cancel-run", "shop/checkout", "o-20");
  assert.equal(cancelled.length, 1);
  await seen("o-20", (run) => run.run === cancelled[0] && run.status === "cancelled");
  assert.match((await statefun("cancel-run", "shop/checkout", "o-20")).stdout, /^No run of this address/);
  const gone = await statefun("cancel-run", "shop/checkout", "o-20", "nobody");
  assertFailed(gone, 4, "RUN_NOT_FOUND");
  assert.match(gone.stderr, /\nstatefun run shows the runs of an address\./);
  assertFailed(await statefun("cancel", "o-20"), 4, "NOT_FOUND");
  assertFailed(await statefun("run", "functions.ts"), 2, "OPTION_INVALID");
});

test("the help shows examples", async () => {
  const { stdout } = await statefun("help", "cancel-run");
  assert.match(stdout, /\n\nExamples:\n {2}statefun cancel-run shop\/checkout order-17\n/);
});
