// What it costs that a run which goes on runs its method from the top: by CPU time, of which only the least of several counts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { StatefulFunction, StatefulFunctions, Types, Workflow, type WorkflowContext } from "../../src/index.js";
import { Address } from "../../src/model/address.js";
import { answerMetadata, callMetadata } from "../../src/model/correlation.js";
import type { Invocation, PartTaker } from "../../src/model/invocation.js";
import { Metadata } from "../../src/model/metadata.js";
import { TypedValue } from "../../src/model/typed-value.js";
import { journalName } from "../../src/workflows/journal/names.js";

/** Gets so many results, calls another function, and does one step more when the answer is there. */
@StatefulFunction("bench/long")
class Long {
  @Workflow(Types.int)
  async run(results: number, flow: WorkflowContext) {
    let total = 0;
    for (let index = 0; index < results; index++) total += await flow.step(`step ${index}`, () => 1);
    total += await flow.call("bench/other", "1", "hello", { answer: Types.int });
    return total + (await flow.step("last", () => 1));
  }
}

const target = Address.of("bench/long", "1");
const engine: PartTaker = {
  over: false,
  onGivenUp: undefined,
  target() {},
  egress() {},
  token() {},
  part() {
    throw new Error("no message takes a turn of the event loop");
  },
};

/** Runs the workflow up to its call. The returned function resumes it there, always from the same journal. */
async function waiting(results: number): Promise<() => Promise<void>> {
  const local = new LocalFunctions(new StatefulFunctions(Long));
  const handle = async (journal: TypedValue | undefined, message: Invocation) => {
    const state = [{ name: journalName, value: journal }];
    const batch = { generation: "v3", target, state, invocations: [message], partsOffered: true } as const;
    const answer = await local.run(batch, engine);
    assert.ok("part" in answer);
    assert.equal(answer.stopped, undefined);
    return answer.part.effects;
  };
  const begun = await handle(undefined, { caller: undefined, argument: Types.int.pack(results) });
  const journal = begun.mutations[0]?.value as TypedValue;
  const token = begun.messages[0]?.argument.metadata.getText(callMetadata) as string;
  const argument = Types.int.pack(5).withMetadata(new Metadata([[answerMetadata, token]]));
  return async () => {
    const stored = new TypedValue(journal.typename, journal.value);
    const { mutations, messages } = await handle(stored, { caller: Address.of("bench/other", "1"), argument });
    assert.equal(mutations.length, 1);
    assert.equal(messages.length, 0);
  };
}

/** The CPU time of one resumed run, in microseconds. */
async function cost(resume: () => Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 20; run++) {
    const before = process.cpuUsage();
    for (let again = 0; again < 3; again++) await resume();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 3);
  }
  return least;
}

test("a resumed run with 100 results takes less than 1 ms more than its last step", async () => {
  const [short, long] = [await waiting(0), await waiting(100)];
  for (let run = 0; run < 200; run++) await long(); // compiled before it is measured
  const more = (await cost(long)) - (await cost(short));
  assert.ok(more < 1_000, `it takes ${more.toFixed()} µs more`);
});

test("the cost of a resumed run is linear in its results", async () => {
  const [small, large] = [await waiting(90), await waiting(900)];
  for (let run = 0; run < 50; run++) await small();
  const ratio = (await cost(large)) / Math.max(1, await cost(small));
  assert.ok(ratio < 30, `ten times as many results cost ${ratio.toFixed(1)} times as much`);
});
