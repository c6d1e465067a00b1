// Simulations of workflows: what a run does once is there once, and a run that takes two ways is found, with the line.

import assert from "node:assert/strict";
import { test } from "node:test";
import { json, StatefulFunction, StatefulFunctions, Types, Workflow, type WorkflowContext } from "statefun-ts";
import { type SimulationError, type SimulationView, send, simulate } from "statefun-ts/testing";

const Order = json<{ readonly pieces: number }>("shop/order");

type Place = (flow: WorkflowContext, pieces: number) => Promise<unknown>;

function functionsOf(place: Place): StatefulFunctions {
  @StatefulFunction("shop/orders")
  class Orders {
    @Workflow(Order)
    async place({ pieces }: { readonly pieces: number }, flow: WorkflowContext) {
      await place(flow, pieces);
    }
  }
  return new StatefulFunctions(Orders).register("shop/stock", (pieces) => Types.int.pack(pieces * 2), {
    handles: [Types.int],
  });
}

/** `npm run test:simulation` takes more. */
const runs = Number(process.env.STATEFUN_WORKFLOW_SIMULATIONS ?? 20);

const commands = [send("shop/orders", "a", Order.pack({ pieces: 2 }))];

async function findingOf(place: Place): Promise<SimulationError> {
  let found: unknown;
  await simulate({ functions: functionsOf(place) }, { runs: 30, seed: 1, commands }).catch((error) => {
    found = error;
  });
  assert.equal((found as SimulationError | undefined)?.code, "SIMULATION_FAILED");
  return found as SimulationError;
}

test("a run that goes on after waits, crashes and lost answers does everything once", async () => {
  const functions = functionsOf(async (flow, pieces) => {
    const doubled = await flow.call("shop/stock", "tea", Types.int.pack(pieces), { answer: Types.int });
    await flow.sleep({ hours: 1 });
    const tripled = await flow.step("triple", () => pieces * 3);
    flow.sendEgress("shop/receipts", Types.int.pack(doubled + tripled));
  });
  const atEnd = {
    "there is one receipt": (app: SimulationView) => assert.deepEqual(app.egress("shop/receipts"), [10]),
    "no run is left": (app: SimulationView) =>
      assert.deepEqual(
        app.runs("shop/orders", "a").map(({ status, waitsFor }) => [status, waitsFor]),
        [["completed", []]],
      ),
    "nothing is delayed": (app: SimulationView) => assert.deepEqual(app.delayed(), []),
  };
  await simulate({ functions }, { runs, seed: 1, commands, atEnd });
});

test("a run that asks for another operation than before is found, with both lines", async () => {
  let passes = 0;
  const { invariant, message } = await findingOf(async (flow) => {
    passes += 1;
    if (passes % 2 === 0) await flow.step("even", () => {});
    else await flow.step("odd", () => {});
    await flow.sleep({ hours: 1 });
  });
  assert.equal(invariant, "handlers are deterministic");
  assert.match(message, /^shop\/orders\/a: The workflow is not deterministic/);
  assert.match(message, /(first|then): +step:odd at \S*workflows\.test\.[jt]s:\d+\n/);
  assert.match(message, /(first|then): +step:even at \S*workflows\.test\.[jt]s:\d+\n/);
});

test("a run that asks for the same with another input is found", async () => {
  const { message } = await findingOf(async (flow) => {
    await flow.sleep({ hours: 1 });
    flow.send("shop/stock", "tea", Types.int.pack(Math.floor(Math.random() * 1e9)));
    await flow.sleep({ hours: 1 });
  });
  assert.match(
    message,
    /send:shop\/stock\/tea:io\.statefun\.types\/int io\.statefun\.types\/int \d+ at \S*workflows\.test/,
  );
});

test("a run that takes its chances from the context takes one way", async () => {
  const functions = functionsOf(async (flow) => {
    for (let count = 0; count < 3; count++) {
      if (flow.random() < 0.5) await flow.step(flow.uuid(), () => {});
      await flow.sleep({ hours: 1 });
      flow.send("shop/stock", flow.uuid(), Types.int.pack(flow.now() % 1000));
    }
  });
  await simulate({ functions }, { runs, seed: 1, commands });
});
