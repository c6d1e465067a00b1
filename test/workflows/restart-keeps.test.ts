// Messages that came before a run started anew, and that the run has not received, are there for the run that goes on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { json, StatefulFunction, StatefulFunctions, Types, Workflow, type WorkflowContext } from "statefun-ts";
import { TestRuntime } from "statefun-ts/testing";

const Round = json<{ readonly round: number }>("keep/round");

@StatefulFunction("keep/run")
class Keeping {
  @Workflow(Round)
  async run({ round }: { readonly round: number }, flow: WorkflowContext<string>) {
    await flow.sleep({ hours: 1 });
    if (round === 0) return flow.restart({ round: 1 });
    return Types.string.pack(await flow.receive(Types.string));
  }
}

test("a message that came before flow.restart is received after it", async () => {
  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Keeping) });
  const answer = app.call(Keeping, "a", Round.pack({ round: 0 }), { timeout: { days: 1 } });
  await app.settle();
  await app.send("keep/run", "a", "early");
  await app.advance({ hours: 2 });
  assert.equal(await answer, "early");
});
