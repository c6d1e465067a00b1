// The runs of a function are found, page by page, and cancelled. What functions with workflows make of it: test/runtime/workflow-runs.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineApi } from "../../../src/engine/engine-api.js";
import { StatePages } from "../../../src/engine/state-pages.js";
import type { RunFilter, RunPage } from "../../../src/runtime/runs/run-info.js";
import { Runs } from "../../../src/runtime/runs/runs.js";
import { readCancellation } from "../../../src/workflows/journal/hidden-messages.js";
import type { Journal } from "../../../src/workflows/journal/journal.js";
import { Parts } from "../../engine/parts.js";
import { rejectsCode } from "../../support/expect-code.js";
import { address, at, ended, journal, operation, queued, run, storeOf } from "./journals.js";

/** Runs of an engine that holds these journals and has nothing else, two hours after the journals' time. */
async function setUp(journals: Readonly<Record<string, Journal | Uint8Array>>) {
  const parts = new Parts({ store: await storeOf(journals) });
  const pages = new StatePages(parts);
  const sent: { id: string; run: string; reason: string }[] = [];
  let reads = 0;
  const engine: Pick<EngineApi, "state" | "states" | "send"> = {
    state: async (of, name) => pages.value(of, name),
    states: (typeName, name, page) => {
      reads += 1;
      return pages.page(typeName, name, page);
    },
    send: async (to, value) => {
      sent.push({ id: to.id, ...readCancellation(value) });
    },
  };
  const clock = { now: () => at + 7_200_000, after: () => ({ cancel() {} }) };
  const runs = new Runs(engine, clock);
  const find = async (filter?: RunFilter, page?: RunPage) => {
    const { runs: found, next } = await runs.find("shop/counter", filter, page);
    return { found: found.map(({ address: { id }, run, status }) => `${id} ${run} ${status}`), next };
  };
  return { runs, find, sent, reads: () => reads };
}

const waits = (id: string) => run(id, [operation("receive:a", { kind: "receive" })]);

test("the runs that live or wait for their turn are listed, unless others are asked for", async () => {
  const { find } = await setUp({
    a: journal({ runs: [waits("a1"), run("a2", [])], waiting: [queued("a3")], lastEnded: ended("a0", "completed") }),
    b: journal({ lastEnded: ended("b0", "failed") }),
    c: journal({ lastEnded: ended("c0", "cancelled") }),
    d: journal({}),
    e: journal({ runs: [run("e1", [operation("send:x", { kind: "send" })])] }),
  });
  const live = ["a a1 waiting", "a a2 running", "a a3 queued", "e e1 running"];
  assert.deepEqual((await find()).found, live);
  for (const status of ["running", "waiting", "queued"] as const) {
    assert.deepEqual(
      (await find({ status })).found,
      live.filter((one) => one.endsWith(status)),
    );
  }
  const all = ["a a0 completed", "b b0 failed", "c c0 cancelled"];
  assert.deepEqual((await find({ status: "ended" })).found, all);
  assert.deepEqual((await find({ status: "failed" })).found, all.slice(1, 2));
  await rejectsCode(find({ status: "slow" as never }), "OPTION_INVALID");
});

test("runs are chosen by their workflow, and by how long they have waited", async () => {
  const long = operation("receive:a", { kind: "receive", requestedAt: at - 1 });
  const short = operation("sleep", { kind: "sleep", requestedAt: at + 3_600_000 });
  const { find } = await setUp({
    a: journal({ runs: [run("a1", [short, long], { workflow: "shop.types/other" })] }),
    b: journal({ runs: [run("b1", [short])], waiting: [queued("b2", { receivedAt: at - 5 })] }),
    c: journal({ runs: [run("c1", [{ ...long, seq: 1, endedAt: at }, short])] }),
    d: journal({ runs: [run("d1", [])], lastEnded: ended("d0", "failed") }),
  });
  assert.deepEqual((await find({ workflow: "shop.types/other" })).found, ["a a1 waiting"]);
  assert.deepEqual((await find({ waitingLongerThan: { hours: 2 } })).found, ["a a1 waiting", "b b2 queued"]);
  assert.deepEqual((await find({ waitingLongerThan: 7_200_000, status: "queued" })).found, ["b b2 queued"]);
  await rejectsCode(find({ waitingLongerThan: 0 }), "DURATION_INVALID");
});

test("a page ends at an address, and the next one goes on behind it", async () => {
  const { find } = await setUp({
    a: journal({ runs: [waits("a1"), waits("a2"), waits("a3")] }),
    b: journal({ lastEnded: ended("b0", "failed") }),
    c: journal({ runs: [waits("c1")] }),
  });
  const first = await find({}, { limit: 2 });
  assert.deepEqual(first, { found: ["a a1 waiting", "a a2 waiting", "a a3 waiting"], next: "a" });
  assert.deepEqual(await find({}, { limit: 2, after: "a" }), { found: ["c c1 waiting"], next: undefined });
  await rejectsCode(find({}, { limit: 0 }), "OPTION_INVALID");
});

test("a page looks at ten thousand addresses at most, and says where the next one begins", async () => {
  const last = journal({ lastEnded: ended("x0", "completed") });
  const ids = Array.from({ length: 10_500 }, (_, index) => String(index).padStart(5, "0"));
  const { find, reads } = await setUp({
    ...Object.fromEntries(ids.map((id) => [id, last])),
    z: journal({ runs: [waits("z1")] }),
  });
  assert.deepEqual(await find(), { found: [], next: "09999" });
  assert.equal(reads(), 100);
  assert.deepEqual(await find({}, { after: "09999" }), { found: ["z z1 waiting"], next: undefined });
});

test("a run is cancelled by its id, and all runs of an address at once", async () => {
  const journals = {
    a: journal({ runs: [waits("a1")], waiting: [queued("a2"), queued("a3")], lastEnded: ended("a0", "completed") }),
  };
  const { runs, sent } = await setUp(journals);
  assert.deepEqual(await runs.cancel(address("a"), "a2", { reason: "too late" }), ["a2"]);
  assert.deepEqual(await runs.cancel(address("a")), ["a1", "a2", "a3"]);
  assert.deepEqual(sent, [
    { id: "a", run: "a2", reason: "too late" },
    { id: "a", run: "", reason: "" },
  ]);
  assert.deepEqual(await runs.cancel(address("none")), []);
  for (const gone of ["a0", "nobody", ""]) await rejectsCode(runs.cancel(address("a"), gone), "RUN_NOT_FOUND");
  await rejectsCode(runs.cancel(address("none"), "a1"), "RUN_NOT_FOUND");
  assert.equal(sent.length, 2);
});

test("a repeated cancellation finds its run, and sends nothing again", async () => {
  const { runs, sent } = await setUp({
    a: journal({ runs: [run("a1", [], { cancelledAt: at })], lastEnded: ended("a0", "cancelled") }),
  });
  assert.deepEqual(await runs.cancel(address("a"), "a1"), ["a1"]);
  assert.deepEqual(await runs.cancel(address("a"), "a0"), ["a0"]);
  assert.deepEqual(await runs.cancel(address("a")), ["a1"]);
  assert.deepEqual(sent, []);
});

test("a journal that can't be read is named, and hides nothing else of its address", async () => {
  const { runs } = await setUp({
    a: Uint8Array.of(8, 99),
    b: journal({ runs: [waits("b1")] }),
    c: Uint8Array.of(255),
  });
  const { runs: found, unreadable, next } = await runs.find("shop/counter", { status: "waiting" });
  assert.deepEqual([found.map(({ run }) => run), unreadable, next], [["b1"], ["a", "c"], undefined]);
  const first = await runs.find("shop/counter", {}, { limit: 1 });
  assert.deepEqual([first.runs, first.unreadable, first.next], [[], ["a"], "a"]);
  await rejectsCode(runs.of(address("a")), "VALUE_UNREADABLE");
  assert.equal(await runs.readable(address("a")), undefined);
  assert.deepEqual(await runs.readable(address("none")), []);
});

test("operations are shown by what goes on in them", async () => {
  const operations = [
    operation("step:a", { seq: 1, endedAt: at + 1 }),
    operation("step:b", {
      seq: 2,
      endedAt: at + 1,
      error: { code: "X", message: "no", terminal: true, stack: "at …" },
    }),
    operation("step:c", { attempts: 2, dueAt: at + 9, error: { code: "Y", message: "not yet", terminal: false } }),
    operation("sleep", { kind: "sleep", dueAt: at + 9 }),
    operation("call:x", { kind: "call", callee: address("b") }),
    operation("receive:x", { kind: "receive" }),
    operation("send:x", { kind: "send", callee: address("b") }),
  ];
  const { runs } = await setUp({ a: journal({ runs: [run("a1", operations)] }) });
  const shown = await runs.one(address("a"), "a1");
  assert.deepEqual(
    shown.operations.map(({ state, until, endedAt }) => [state, until, endedAt]),
    [
      ["done", undefined, at + 1],
      ["failed", undefined, at + 1],
      ["retrying", at + 9, undefined],
      ["sleeping", at + 9, undefined],
      ["waiting", undefined, undefined],
      ["waiting", undefined, undefined],
      ["sent", undefined, undefined],
    ],
  );
  assert.deepEqual(shown.operations[1]?.error, { code: "X", message: "no" });
  assert.deepEqual(
    shown.waitsFor.map(({ key }) => key),
    ["step:c", "sleep", "call:x", "receive:x"],
  );
  await rejectsCode(runs.one(address("a"), "gone"), "RUN_NOT_FOUND");
});
