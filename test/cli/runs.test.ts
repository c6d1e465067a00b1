// The commands about runs print what the admin server shows. test/cli/workflows.test.ts runs them against a real runtime.

import assert from "node:assert/strict";
import { test } from "node:test";
import { helpOf } from "../../src/cli/help.js";
import { parseInput } from "../../src/cli/parse.js";
import type { ListedRun } from "../../src/cli/run-list.js";
import { cancelRun, run, runs } from "../../src/cli/runs.js";
import { rejectsCode } from "../support/expect-code.js";
import { adminServer, printed } from "./admin-server.js";

const listed = (id: string, more: Partial<ListedRun> = {}): ListedRun => ({
  id,
  run: `r-${id}`,
  workflow: "shop/place",
  status: "waiting",
  since: "2026-01-01T00:00:00.000Z",
  waitsFor: [],
  error: null,
  ...more,
});

test("runs has a row for each thing that a run waits for, and names the next place", async (t) => {
  const waitsFor = [
    { key: "receive:shop/approval", since: "s", until: "2026-01-04T00:00:00.000Z", attempts: 0, error: null },
    { key: "step:charge", since: "s", until: null, attempts: 3, error: { code: "STEP_FAILED", message: "no money" } },
  ];
  const { url } = await adminServer(t, {
    "/functions/shop/checkout/runs?limit=2": {
      runs: [listed("a", { waitsFor }), listed("b")],
      unreadable: [],
      next: "b",
    },
  });
  const lines = (
    await printed(t, () => runs(parseInput("runs", ["shop/checkout", "--limit", "2", "--admin-url", url])))
  ).split("\n");
  assert.match(lines[1] ?? "", /^a +r-a +shop\/place +waiting +2026-01-01\S+ +receive:shop\/approval +2026-01-04\S+$/);
  assert.match(lines[2] ?? "", /^ +step:charge +3 +STEP_FAILED: no money$/);
  assert.match(lines[3] ?? "", /^b +r-b +shop\/place +waiting +2026-01-01\S+$/);
  assert.match(lines[4] ?? "", /--after "b"$/);
});

test("runs without a function lists the runs of all functions, up to its limit", async (t) => {
  const { asked, url } = await adminServer(t, {
    "/functions?limit=1000": { functions: [{ function: "shop/cart" }, { function: "shop/checkout" }], next: null },
    "/functions/shop/cart/runs?limit=100": { runs: [], unreadable: ["eve"], next: null },
    "/functions/shop/checkout/runs?limit=100": { runs: [listed("a"), listed("b")], unreadable: [], next: null },
    "/functions/shop/cart/runs?limit=1": { runs: [listed("c")], unreadable: [], next: null },
    "/functions/shop/cart/runs?status=failed&limit=100": { runs: [], unreadable: [], next: null },
    "/functions/shop/checkout/runs?status=failed&limit=100": { runs: [], unreadable: [], next: null },
  });
  const say = (...args: string[]) => printed(t, () => runs(parseInput("runs", [...args, "--admin-url", url])));
  const [head, first, second] = (await say()).split("\n");
  assert.match(head ?? "", /^ADDRESS +RUN/);
  assert.match(first ?? "", /^shop\/checkout\/a +r-a /);
  assert.match(second ?? "", /^shop\/checkout\/b +r-b /);
  const all = JSON.parse(await say("--json"));
  assert.deepEqual(all.runs.at(-1), { function: "shop/checkout", ...listed("b") });
  assert.deepEqual([all.more, all.unreadable], [false, [{ function: "shop/cart", id: "eve" }]]);
  assert.match(await say(), /shop\/cart\/eve can't be read/);
  const limited = JSON.parse(await say("--json", "--limit", "1"));
  assert.deepEqual([limited.runs.length, limited.more], [1, true]);
  assert.match(await say("--status", "failed"), /^No run is chosen\.$/m);
  assert.ok(!asked.includes("/functions/shop/checkout/runs?limit=0"));
  await rejectsCode(runs(parseInput("runs", ["--after", "a"])), "OPTION_INVALID");
});

test("an empty list of runs says how to see those that have ended", async (t) => {
  const { url } = await adminServer(t, {
    "/functions/shop/checkout/runs?limit=100": { runs: [], unreadable: [], next: null },
  });
  const text = await printed(t, () => runs(parseInput("runs", ["shop/checkout", "--admin-url", url])));
  assert.match(text, /No run of shop\/checkout .*--status ended/);
});

test("runs follows pages that are empty, and hands its filter over", async (t) => {
  const filter = "status=failed&workflow=shop/place&waitingLongerThan=7200000ms";
  const { asked, url } = await adminServer(t, {
    [`/functions/shop/checkout/runs?${filter}&limit=100`]: { runs: [], unreadable: ["k"], next: "m" },
    [`/functions/shop/checkout/runs?${filter}&after=m&limit=100`]: { runs: [listed("z")], unreadable: [], next: null },
  });
  const args = ["shop/checkout", "--status", "failed", "--workflow", "shop/place", "--waiting-longer-than", "2h"];
  const text = await printed(t, () => runs(parseInput("runs", [...args, "--json", "--admin-url", url])));
  assert.deepEqual(JSON.parse(text), { runs: [listed("z")], unreadable: ["k"], next: null });
  assert.equal(asked.length, 2);
  await rejectsCode(runs(parseInput("runs", ["shop/checkout", "--waiting-longer-than", "2"])), "DURATION_INVALID");
});

test("runs names the addresses whose runs can't be read", async (t) => {
  const { url } = await adminServer(t, {
    "/functions/shop/checkout/runs?limit=100": { runs: [], unreadable: ["eve"], next: null },
  });
  const text = await printed(t, () => runs(parseInput("runs", ["shop/checkout", "--admin-url", url])));
  assert.match(text, /shop\/checkout\/eve can't be read/);
});

test("run shows what a run has done, one operation a line, and shortens long values", async (t) => {
  const operation = {
    key: "step:reserve",
    kind: "step",
    state: "done",
    requestedAt: "2026-01-01T00:00:01.000Z",
    endedAt: "2026-01-01T00:00:02.000Z",
    until: null,
    attempts: 2,
    target: null,
    value: { typename: "shop/held", value: { text: "x".repeat(500) } },
    error: null,
  };
  const shown = {
    function: "shop/checkout",
    id: "o 17",
    runs: [
      {
        run: "r-1",
        workflow: "shop/place",
        status: "waiting",
        since: "2026-01-01T00:00:00.000Z",
        endedAt: null,
        caller: null,
        cancelled: true,
        input: { typename: "shop/place", value: { total: 5 } },
        operations: [operation],
        operationCount: 3,
        error: null,
      },
    ],
    calls: [{ target: "shop/stock/tea", then: "reserved", requestedAt: "2026-01-01T00:00:03.000Z", until: null }],
    unreceived: [{ typename: "shop/approval", value: "yes", caller: "shop/boss/1" }],
  };
  const { url } = await adminServer(t, {
    "/addresses/shop/checkout/o 17/runs": shown,
    "/addresses/shop/checkout/o 17/runs/r-1": { function: "shop/checkout", id: "o 17", ...shown.runs[0] },
  });
  const text = await printed(t, () => run(parseInput("run", ["shop/checkout", "o 17", "--admin-url", url])));
  const lines = text.split("\n");
  assert.match(lines[0] ?? "", /^shop\/checkout\/o 17, run r-1 of shop\/place$/);
  assert.match(
    lines[1] ?? "",
    /^Waiting, began at 2026-01-01T00:00:00.000Z, cancelled\. Nobody waits for its answer\.$/,
  );
  assert.match(lines[2] ?? "", /\{"total":5\}$/);
  assert.match(lines[4] ?? "", /^2026\S+ +step:reserve +done +2026\S+ +2 +\{"text":"x+…$/);
  assert.match(text, /… and 2 more/);
  assert.match(text, /shop\/stock\/tea +reserved/);
  assert.match(text, /shop\/boss\/1 +shop\/approval +"yes"/);
  for (const line of lines) assert.ok(line.length < 300, line);
  const one = ["shop/checkout", "o 17", "r-1", "--json", "--admin-url", url];
  assert.equal(JSON.parse(await printed(t, () => run(parseInput("run", one)))).run, "r-1");
});

test("cancel-run says how many runs it has cancelled", async (t) => {
  const { asked, url } = await adminServer(t, {
    "/addresses/shop/checkout/a/runs/cancel": { cancelled: ["r1", "r2"] },
    "/addresses/shop/checkout/a/runs/r1/cancel?reason=late": { cancelled: ["r1"] },
    "/addresses/shop/checkout/b/runs/cancel": { cancelled: [] },
  });
  const cancel = (...args: string[]) =>
    printed(t, () => cancelRun(parseInput("cancel-run", ["shop/checkout", ...args, "--admin-url", url])));
  assert.match(await cancel("a"), /^Cancelled 2 runs\./);
  assert.match(await cancel("a", "r1", "--reason=late"), /^Cancelled 1 run\./);
  assert.match(await cancel("b"), /^No run /);
  await rejectsCode(cancel("b", "gone"), "NOT_FOUND");
  assert.equal(asked.length, 4);
});

test("the help of a command shows its examples", () => {
  assert.match(helpOf("runs"), /\n\nExamples:\n {2}statefun runs shop\/checkout\n/);
});
