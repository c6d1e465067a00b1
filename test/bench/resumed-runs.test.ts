// What it costs that a run which goes on runs its method from the top: by CPU time, of which only the least of several counts.
// Alone in its process: it counts CPU time, and other tests would have shaped the compiled code.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { StatefulFunction, StatefulFunctions, Types, Workflow, type WorkflowContext } from "../../src/index.js";
import { Address } from "../../src/model/address.js";
import { answerMetadata, callMetadata } from "../../src/model/correlation.js";
import type { Invocation, PartTaker, SideEffects } from "../../src/model/invocation.js";
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

const local = new LocalFunctions(new StatefulFunctions(Long));

async function handle(journal: TypedValue | undefined, message: Invocation): Promise<SideEffects> {
  const state = [{ name: journalName, value: journal }];
  const batch = { generation: "v3", target, state, invocations: [message], partsOffered: true } as const;
  const answer = await local.run(batch, engine);
  assert.ok("part" in answer);
  assert.equal(answer.stopped, undefined);
  return answer.part.effects;
}

/** Runs the workflow up to its call. */
const begin = (results: number) => handle(undefined, { caller: undefined, argument: Types.int.pack(results) });

/** Runs the workflow up to its call. The returned function resumes it there, always from the same journal. */
async function waiting(results: number): Promise<() => Promise<void>> {
  const begun = await begin(results);
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

/** The CPU time of one run, in microseconds. */
async function cost(run: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < 20; tried++) {
    const before = process.cpuUsage();
    for (let again = 0; again < 3; again++) await run();
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

test("the cost of steps that do not wait is linear in their number", async () => {
  for (let run = 0; run < 50; run++) await begin(90);
  const ratio = (await cost(() => begin(900))) / Math.max(1, await cost(() => begin(90)));
  assert.ok(ratio < 30, `ten times as many steps cost ${ratio.toFixed(1)} times as much`);
});
