// Runs of workflows in the metrics: of functions in the process, and of a server that the runtime calls over HTTP.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  Handles,
  json,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { serve } from "../../src/serve/hosts/node.js";

const Order = json<{ end: string }>("shop.types/order");
const Stop = json<Record<string, never>>("shop.types/stop");

@StatefulFunction("shop/checkout")
class Checkout {
  @Workflow(Order)
  async place({ end }: { end: string }, flow: WorkflowContext) {
    if (end === "fails") throw new TerminalError("sold out");
    if (end === "restarts") return flow.restart({ end: "completes" });
    if (end === "waits") await flow.receive(Stop);
    return { done: true };
  }

  @Handles(Types.string)
  echo(text: string) {
    return text;
  }
}

const functions = new StatefulFunctions().bind(Checkout);
const inProcess = () => ({ functions });
const overHttp = async (t: TestContext) => {
  const server = await serve(functions, { port: 0 });
  const folder = mkdtempSync(join(tmpdir(), "statefun-run-metrics-"));
  t.after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const module = join(folder, "module.yaml");
  const url = `http://127.0.0.1:${server.port}/statefun`;
  writeFileSync(module, `kind: io.statefun.endpoints.v2/http\nspec:\n  functions: shop/*\n  urlPathTemplate: ${url}\n`);
  return { module };
};

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of runs of workflows, without the function that each of them names. */
async function runsOf(runtime: StatefunRuntime): Promise<Record<string, number>> {
  const answer = await fetch(`${runtime.admin?.url}/metrics?format=json`);
  const { metrics } = (await answer.json()) as { metrics: { samples: Sample[] }[] };
  const samples = metrics.flatMap(({ samples }) => samples);
  return Object.fromEntries(
    samples
      .filter(({ name }) => name.startsWith("statefun_workflow_runs_"))
      .map(({ name, labels: { function: typeName, outcome }, value }) => {
        assert.equal(typeName, "shop/checkout");
        return [outcome ?? name.replace(/^statefun_workflow_runs_|_total$/g, ""), value];
      }),
  );
}

for (const [where, place] of Object.entries({ "in the process": inProcess, "over HTTP": overHttp })) {
  test(`runs of functions ${where} count when they begin, and by their outcome when they end`, async (t) => {
    const runtime = await StatefunRuntime.open({ ...(await place(t)), dir: false, ingress: false, admin: { port: 0 } });
    t.after(() => runtime.close({ grace: { seconds: 0 } }));
    const order = (id: string, end: string) => runtime.call("shop/checkout", id, Order.pack({ end }));
    assert.deepEqual(await runsOf(runtime), {}, "a function without runs has no samples");
    await order("a", "completes");
    await order("a", "completes");
    await assert.rejects(order("b", "fails"));
    await order("c", "restarts");
    // A call of the same address is answered after the messages before it.
    const settled = () => runtime.call("shop/checkout", "d", Types.string.pack("?"));
    await runtime.send("shop/checkout", "d", Order.pack({ end: "waits" }));
    await settled();
    const before = { taken: 6, completed: 3, failed: 1, cancelled: 0, restarted: 1 };
    assert.deepEqual(await runsOf(runtime), before, "the run that waits has not ended");
    await runtime.cancelRuns("shop/checkout", "d");
    await settled();
    assert.deepEqual(await runsOf(runtime), { ...before, cancelled: 1 });
  });
}
