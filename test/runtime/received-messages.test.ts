import assert from "node:assert/strict";
import { test } from "node:test";
import { json, StatefulFunction, StatefulFunctions, Types, Workflow, type WorkflowContext } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";

const Approval = json<{ by: string }>("test/approval");

@StatefulFunction("test/order")
class Order {
  @Workflow(Types.string)
  async place(sku: string, flow: WorkflowContext<{ by: string }>) {
    return `${sku}, approved by ${(await flow.receive(Approval)).by}`;
  }
}

test("the ingress takes a message that only a run receives, as JSON of its type", async (t) => {
  const functions = new StatefulFunctions(Order);
  const runtime = await StatefunRuntime.open({ functions, dir: false, ingress: { port: 0 }, admin: false });
  t.after(() => runtime.close());
  const post = (path: string, value: unknown) =>
    fetch(`${runtime.ingress?.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(value),
    });
  const early = await post("/call/test/order/1?type=test/approval", { by: "Ann" });
  const messageOf = async (path: string) => ((await (await post(path, {})).json()) as { message: string }).message;
  assert.match(await messageOf("/send/test/order/1?type=test/aproval"), /Did you mean "test\/approval"\?/);
  assert.match(
    await messageOf("/send/test/order/1?handler=approve"),
    /takes io.statefun.types\/string, and other types/,
  );
  assert.deepEqual([early.status, ((await early.json()) as { code: string }).code], [404, "RUN_NOT_FOUND"]);
  assert.equal((await post("/send/test/order/1?handler=place", "tea")).status, 202);
  assert.equal((await post("/call/test/order/1?type=test/approval", { by: "Ann" })).status, 204);
  const [run] = (await runtime.runs("test/order", "1")).runs;
  assert.equal(run?.status, "completed");
});
