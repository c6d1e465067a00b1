// What the admin server shows of journals, and that it lets nobody write them.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TypedValue } from "../../../src/model/typed-value.js";
import type { Journal } from "../../../src/workflows/journal/journal.js";
import { journalName } from "../../../src/workflows/journal/names.js";
import { rejectsCode } from "../../support/expect-code.js";
import { address, at, charged, ended, journal, operation, queued, run, storeOf } from "../runs/journals.js";
import { world } from "./world.js";

const time = (ms: number) => new Date(ms).toISOString();
const worldOf = async (t: TestContext, journals: Readonly<Record<string, Journal | Uint8Array>>) =>
  world(t, {}, {}, await storeOf(journals));

const statePath = `/addresses/shop/counter/bob/states/${encodeURIComponent(journalName)}`;

test("the runs of a function are listed with what they wait for, page by page", async (t) => {
  const retried = operation("step:charge", {
    attempts: 3,
    dueAt: at + 60_000,
    error: { code: "STEP_FAILED", message: "no money", terminal: false },
  });
  const { ask } = await worldOf(t, {
    "a/b": journal({ runs: [run("r1", [retried])] }),
    c: journal({ waiting: [queued("r2", { workflow: "shop.types/other" })] }),
    d: journal({
      lastEnded: ended("r3", "failed", { error: { code: "SOLD_OUT", message: "none left", terminal: true } }),
    }),
  });
  const first = (await ask("GET /functions/shop/counter/runs?limit=1")).json;
  assert.deepEqual(first, {
    runs: [
      {
        id: "a/b",
        run: "r1",
        workflow: "shop.types/place",
        status: "waiting",
        since: time(at - 1000),
        endedAt: null,
        cancelled: false,
        waitsFor: [
          {
            key: "step:charge",
            since: time(at),
            until: time(at + 60_000),
            attempts: 3,
            error: { code: "STEP_FAILED", message: "no money" },
          },
        ],
        error: null,
      },
    ],
    unreadable: [],
    next: "a/b",
  });
  const { json } = await ask("GET /functions/shop/counter/runs?limit=1&after=a%2Fb");
  assert.deepEqual([json.runs[0].run, json.runs[0].status, json.runs[0].since], ["r2", "queued", time(at - 2000)]);
  const failed = (await ask("GET /functions/shop/counter/runs?status=ended")).json.runs;
  assert.deepEqual(
    [failed.length, failed[0].status, failed[0].error, failed[0].endedAt],
    [1, "failed", { code: "SOLD_OUT", message: "none left" }, time(at)],
  );
  const others = await ask("GET /functions/shop/counter/runs?workflow=shop.types%2Fother&waitingLongerThan=1s");
  assert.deepEqual(
    others.json.runs.map((one: any) => one.run),
    ["r2"],
  );
});

test("a wrong filter, function or run is refused with its code", async (t) => {
  const { ask } = await worldOf(t, { bob: journal({}) });
  for (const [line, status, code] of [
    ["GET /functions/shop/counter/runs?status=slow", 400, "OPTION_INVALID"],
    ["GET /functions/shop/counter/runs?limit=0", 400, "OPTION_INVALID"],
    ["GET /functions/shop/counter/runs?waitingLongerThan=soon", 400, "DURATION_INVALID"],
    ["GET /functions/shop/nobody/runs", 404, "FUNCTION_UNKNOWN"],
    ["GET /addresses/shop/nobody/bob/runs", 404, "FUNCTION_UNKNOWN"],
    ["GET /addresses/shop/counter/bob/runs/gone", 404, "RUN_NOT_FOUND"],
    ["POST /addresses/shop/counter/bob/runs/gone/cancel", 404, "RUN_NOT_FOUND"],
    ["GET /addresses/shop/counter/bob/runs/cancel", 405, "METHOD_NOT_ALLOWED"],
  ] as const) {
    const answer = await ask(line);
    assert.deepEqual([answer.status, answer.json.code], [status, code], line);
  }
});

test("an address shows its runs with what they have done, and values as JSON where their type is known", async (t) => {
  const done = operation("step:charge", { seq: 1, endedAt: at + 5, value: charged });
  const waits = operation("call:shop/stock/tea:reserve", { kind: "call", callee: address("tea"), dueAt: at + 9 });
  const { ask } = await worldOf(t, {
    bob: journal({
      runs: [run("r1", [done, waits], { caller: address("boss"), cancelledAt: at })],
      waiting: [queued("r2")],
      unreceived: [{ caller: undefined, argument: charged }],
      calls: [{ token: "t", callee: address("tea"), then: "reserved", failed: undefined, requestedAt: at, dueAt: 0 }],
      lastEnded: ended("r0", "completed", { operationCount: 101, operations: [{ ...done, value: undefined }] }),
    }),
  });
  const { json } = await ask("GET /addresses/shop/counter/bob/runs");
  assert.deepEqual([json.function, json.id], ["shop/counter", "bob"]);
  const [first, second, last] = json.runs;
  assert.deepEqual(
    [first.run, first.status, first.cancelled, first.caller],
    ["r1", "waiting", true, "shop/counter/boss"],
  );
  assert.deepEqual(first.input, { typename: "shop.types/place", base64: "AQ==" });
  const nothing = { endedAt: null, until: null, attempts: 0, target: null, value: null, error: null };
  assert.deepEqual(first.operations, [
    {
      ...nothing,
      key: "step:charge",
      kind: "step",
      state: "done",
      requestedAt: time(at),
      endedAt: time(at + 5),
      value: { typename: "io.statefun.types/string", value: "charged" },
    },
    {
      ...nothing,
      key: "call:shop/stock/tea:reserve",
      kind: "call",
      state: "waiting",
      requestedAt: time(at),
      until: time(at + 9),
      target: "shop/counter/tea",
    },
  ]);
  assert.deepEqual([second.run, second.status, second.operations], ["r2", "queued", []]);
  assert.deepEqual([last.run, last.status, last.input, last.operationCount], ["r0", "completed", null, 101]);
  assert.deepEqual(json.unreceived, [{ caller: null, typename: "io.statefun.types/string", value: "charged" }]);
  assert.deepEqual(json.calls, [{ target: "shop/counter/tea", then: "reserved", requestedAt: time(at), until: null }]);
  const one = (await ask("GET /addresses/shop/counter/bob/runs/r1")).json;
  assert.deepEqual(one, { function: "shop/counter", id: "bob", ...first });
});

test("the values of an answer have four mebibytes; of the others it says how long they are", async (t) => {
  const large = (key: string) =>
    operation(key, { seq: 1, endedAt: at, value: new TypedValue("x/y", new Uint8Array(128 * 1024)) });
  const operations = Array.from({ length: 34 }, (_, index) => large(`step:${index}`));
  const { ask } = await worldOf(t, { bob: journal({ runs: [run("r1", operations)] }) });
  const { json } = await ask("GET /addresses/shop/counter/bob/runs/r1");
  assert.deepEqual(
    json.operations.map(({ value }: any) => [value.base64 !== undefined, value.bytes]),
    [...Array(32).fill([true, undefined]), ...Array(2).fill([false, 128 * 1024])],
  );
});

test("an address is shown with its runs, and without the state that holds them", async (t) => {
  const { ask, tell } = await worldOf(t, { bob: journal({ waiting: [queued("r1")] }), eve: Uint8Array.of(8, 99) });
  await tell("bob", "hello");
  const { json } = await ask("GET /addresses/shop/counter/bob");
  assert.deepEqual(
    json.states.map((state: any) => state.name),
    ["count"],
  );
  assert.deepEqual(
    json.runs.map((one: any) => [one.run, one.status]),
    [["r1", "queued"]],
  );
  // A journal that this version can't read is shown as it is.
  const eve = (await ask("GET /addresses/shop/counter/eve")).json;
  assert.deepEqual([eve.runs, eve.states.map((state: any) => state.name)], [[], [journalName]]);
  assert.equal((await ask("GET /addresses/shop/counter/eve/runs")).json.code, "VALUE_UNREADABLE");
  const listed = (await ask("GET /functions/shop/counter/runs")).json;
  assert.deepEqual([listed.runs.map(({ run }: any) => run), listed.unreadable], [["r1"], ["eve"]]);
});

test("nobody writes or deletes the state that holds the runs by hand", async (t) => {
  const { ask, engine } = await worldOf(t, { bob: journal({ waiting: [queued("r1")] }) });
  const body = { headers: { "content-type": "application/json" }, body: Buffer.from('"AA=="') };
  for (const answer of [
    await ask(`PUT ${statePath}`, body),
    await ask(`PUT ${statePath}?type=io.statefun.types%2Fstring`, body),
    await ask(`DELETE ${statePath}`),
  ]) {
    assert.deepEqual([answer.status, answer.json.code], [400, "STATE_NAME_INVALID"]);
  }
  await rejectsCode(engine.setState(address("bob"), journalName, undefined), "STATE_NAME_INVALID");
  assert.equal((await ask("GET /addresses/shop/counter/bob/runs")).json.runs.length, 1);
});

test("a cancellation goes to the address as a message, and names the runs that it is for", async (t) => {
  const { ask, engine } = await worldOf(t, {
    bob: journal({ runs: [run("r1", [])], waiting: [queued("r2")] }),
  });
  await engine.park(address("bob"), "to look at the message");
  assert.deepEqual((await ask("POST /addresses/shop/counter/bob/runs/r2/cancel?reason=late")).json, {
    cancelled: ["r2"],
  });
  assert.deepEqual((await ask("POST /addresses/shop/counter/bob/runs/cancel")).json, { cancelled: ["r1", "r2"] });
  assert.deepEqual((await ask("POST /addresses/shop/counter/eve/runs/cancel")).json, { cancelled: [] });
  const { mailbox } = await engine.inspect(address("bob"));
  assert.deepEqual(
    mailbox.map(({ value }) => value.typename),
    Array(2).fill("statefun.workflow/cancel"),
  );
});
