// One case as a simulation: what the workflow has done is compared with what the program must do.

import assert from "node:assert/strict";
import type { Command, SimulationView } from "statefun-ts/testing";
import { send } from "statefun-ts/testing";
import type { Plan } from "../../../src/testing/simulation/plan.js";
import { Setting } from "../../../src/testing/simulation/setting.js";
import { type RunResult, SimulatedRun } from "../../../src/testing/simulation/simulated-run.js";
import { type End, functionsOf, Note, type Try, type World } from "./app.js";
import type { Arrival } from "./interpret.js";
import { type Case, Program } from "./program.js";
import { type Expected, follow } from "./reference.js";

const id = "one";
const cancelTypename = "statefun.workflow/cancel";

export interface CaseResult extends RunResult {
  readonly world: World;
}

/** Runs a case once, with these faults and this order. The result has a violation when something is not as it must be. */
export async function runCase({ program, events }: Case, plan: Omit<Plan, "commands">): Promise<CaseResult> {
  const world: World = { tries: [], bodies: new Map() };
  const commands: Command[] = [send("model/caller", id, Program.pack(program))];
  for (const { afterMs, note } of events) {
    commands.push({ wait: afterMs });
    if (note === undefined) commands.push({ send: "model/run", id, typename: cancelTypename, base64: "" });
    else commands.push(send("model/run", id, Note.pack({ note })));
  }
  const calm = plan.faults.length === 0;
  const exact = plan.order.length === 0 && plan.faults.every(({ fault }) => fault === "crash");
  let refused = false;
  const warn = (line: string) => {
    refused ||= line.includes("RUN_NOT_FOUND");
  };
  const setting = new Setting({ functions: functionsOf(world), logger: { warn, error: warn } });
  const run = new SimulatedRun(
    setting,
    { ...plan, commands },
    {
      setup: [],
      invariants: {},
      atEnd: {
        "the run did what its program says": (view) =>
          compare({ program, events }, world, view, { exact, calm, refused }),
      },
      allowParked: false,
      horizonMs: 30 * 86_400_000,
      mostSteps: 20_000,
    },
  );
  return { ...(await run.run()), world };
}

interface Conditions {
  /** Nothing has delayed a result. */
  readonly exact: boolean;
  /** Nothing went wrong. */
  readonly calm: boolean;
  /** Notes were refused because no run lived. */
  readonly refused: boolean;
}

async function compare(
  { program, events }: Case,
  world: World,
  view: SimulationView,
  conditions: Conditions,
): Promise<void> {
  if (conditions.calm) assertSameWay(world.tries);
  const all: Expected[] = [];
  const received = new Map<number, string>();
  let end: End | undefined;
  const isCancelledBefore = events.some(({ note }) => note === undefined) && wasNeverBegun(view);
  for (let run = program.restarts; run >= 0; run--) {
    const last = world.tries.findLast((one) => one.run === run);
    if (isCancelledBefore && run < program.restarts) {
      // The run waited for its turn when it was cancelled. A try of it was lost in a crash, if there was one.
      end = { code: "RUN_CANCELLED" };
      break;
    }
    if (last === undefined) break;
    const { arrivals, startedAt } = last;
    const expected = await follow({ ...program, restarts: run }, events, arrivals, {
      ...conditions,
      startedAt,
      received,
    });
    assert.equal(
      last.ended,
      expected.outcome !== undefined,
      `whether run ${run} has ended: ${JSON.stringify(expected.outcome)}`,
    );
    all.push(expected);
    end = expected.outcome;
    if (end === undefined || "code" in end) break;
  }
  assert.deepEqual(view.state("model/caller", id).ends, end === undefined ? [] : [end], "what the caller was told");
  assertSent(all, view);
  assertRecords(all, world.tries, view);
  assertSteps(all, world, view, conditions);
}

/** Whether the run that has ended last was cancelled before it began. */
function wasNeverBegun(view: SimulationView): boolean {
  const last = view.runs("model/run", id).at(-1);
  return last?.status === "cancelled" && last.operations.length === 0;
}

/** Every try of a run takes the way of the one before, and goes on. */
function assertSameWay(tries: readonly Try[]): void {
  for (const [index, later] of tries.entries()) {
    const earlier = tries.slice(0, index).findLast(({ run }) => run === later.run);
    if (earlier !== undefined) assertBegins(later.arrivals, earlier.arrivals, "the try before");
  }
}

function assertBegins(arrivals: readonly Arrival[], first: readonly Arrival[], what: string): void {
  assert.deepEqual(arrivals.slice(0, first.length), first, `the results begin as ${what} had them`);
}

function assertSent(all: readonly Expected[], view: SimulationView): void {
  const expected = new Map(all.flatMap(({ sent }) => [...sent]));
  const counts = new Map([...view.states("model/sink")].map(([path, { count }]) => [path, count]));
  for (const [path, count] of counts) {
    assert.equal(count, 1, `${path} was sent ${count} times`);
    assert.ok(expected.has(path), `${path} was sent`);
  }
  for (const [path, must] of expected) if (must) assert.ok(counts.has(path), `${path} was not sent`);
}

function assertRecords(all: readonly Expected[], tries: readonly Try[], view: SimulationView): void {
  const expected = new Map(all.flatMap(({ records }) => [...records]));
  const seen = new Set<string>();
  for (const { path, arrivals } of view.egress("model/records")) {
    assert.ok(!seen.has(path), `the record ${path} came twice`);
    seen.add(path);
    assert.ok(expected.has(path), `the record ${path} came`);
    const last = tries.findLast(({ run }) => path.startsWith(`r${run}.`));
    assertBegins(JSON.parse(JSON.stringify(last?.arrivals)), arrivals, `the record ${path}`);
  }
  for (const [path, must] of expected) if (must) assert.ok(seen.has(path), `the record ${path} did not come`);
}

function assertSteps(all: readonly Expected[], { bodies }: World, view: SimulationView, { calm }: Conditions): void {
  const { done } = view.state("model/run", id);
  const steps = new Map(all.flatMap((expected) => [...expected.steps]));
  for (const [path, count] of Object.entries(done)) {
    assert.equal(count, 1, `the step ${path} has changed the state ${count} times`);
    assert.notEqual(steps.get(path) ?? "failed", "failed", `the step ${path} has changed the state`);
  }
  for (const [path, end] of steps) {
    if (end !== "ended") continue;
    assert.equal(done[path], 1, `the step ${path} has not changed the state`);
    assert.ok((bodies.get(path) ?? 0) >= 1, `the step ${path} did not run`);
  }
  if (!calm) return;
  for (const [path, count] of bodies) {
    const end = steps.get(path);
    const fails = all.map(({ tries }) => tries.get(path)).find((most) => most !== undefined) ?? 0;
    if (end === "ended" || end === "failed")
      assert.ok(count <= fails, `the step ${path} ran ${count} times, not ${fails}`);
    if (end === "ended") assert.equal(count, fails, `the step ${path} ran ${count} times`);
  }
}
