// The embedded runtime as a program opens it: its parts together, on a real folder and real sockets.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { StatefulFunctions, StatefunError, Types } from "statefun-ts";
import { serve } from "statefun-ts/node";
import { type RuntimeOptions, StatefunRuntime } from "statefun-ts/runtime";
import { rejectsCode } from "../support/expect-code.ts";
import { Gate } from "../support/gate.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

const folder = mkdtempSync(join(tmpdir(), "statefun-embedded-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;
const newDir = () => join(folder, `data-${++folders}`);

/** Adds up its messages, answers with the sum, and sends the sum to an egress. */
function sums(): StatefulFunctions {
  return new StatefulFunctions().register(
    "test/sum",
    (n, context, state) => {
      state.sum += n;
      context.sendEgress("test/sums", Types.int.pack(state.sum));
      return Types.int.pack(state.sum);
    },
    { handles: [Types.int], state: { sum: { type: Types.int, default: 0 } } },
  );
}

const closed = { ingress: false, admin: false } as const;

async function add(runtime: StatefunRuntime, id: string, n: number): Promise<number> {
  return (await runtime.call("test/sum", id, Types.int.pack(n)))?.as(Types.int) as number;
}

test("state is kept for each id, and over a restart", async () => {
  const options: RuntimeOptions = { functions: sums(), dir: newDir(), egresses: { "test/sums": () => {} }, ...closed };
  const first = await StatefunRuntime.open(options);
  assert.equal(await add(first, "a", 1), 1);
  assert.equal(await add(first, "a", 2), 3);
  assert.equal(await add(first, "b", 5), 5);
  await first.close();
  const second = await StatefunRuntime.open(options);
  assert.equal(await add(second, "a", 10), 13);
  await second.close();
});

test("a request is remembered under its key for the idempotencyKeyLifetime", async () => {
  const clock = new ManualClock();
  const runtime = await StatefunRuntime.open({
    functions: sums(),
    dir: false,
    egresses: { "test/sums": () => {} },
    ...closed,
    clock,
    idempotencyKeyLifetime: { days: 2 },
  });
  const addOnce = () => runtime.call("test/sum", "a", Types.int.pack(1), { idempotencyKey: "key" });
  assert.equal((await addOnce())?.as(Types.int), 1);
  await clock.advance(47 * 3_600_000);
  assert.equal((await addOnce())?.as(Types.int), 1);
  await clock.advance(2 * 3_600_000);
  assert.equal((await addOnce())?.as(Types.int), 2);
  const closing = runtime.close();
  await clock.advance(0);
  await closing;
  for (const wrong of [0, { days: -1 }, { weeks: 1 } as never]) {
    const options = { functions: sums(), dir: false as const, idempotencyKeyLifetime: wrong, ...closed };
    await rejectsCode(StatefunRuntime.open(options), "DURATION_INVALID", "idempotencyKeyLifetime");
  }
});

test("without a folder all is in memory", async () => {
  const runtime = await StatefunRuntime.open({
    functions: sums(),
    dir: false,
    egresses: { "test/sums": () => {} },
    ...closed,
  });
  assert.equal(await add(runtime, "a", 1), 1);
  assert.equal(runtime.dir, undefined);
  await runtime.close();
});

test("records go to a handler with their decoded values, and to a file as lines of JSON", async () => {
  const file = join(folder, "sums.jsonl");
  const dir = newDir();
  const toFile = await StatefunRuntime.open({ functions: sums(), dir, egresses: { "test/sums": { file } }, ...closed });
  await add(toFile, "a", 4);
  await toFile.close();
  const values: unknown[] = [];
  const handled = new Gate();
  const egresses = {
    "test/sums": (value: unknown) => {
      values.push(value);
      if (values.length === 2) handled.open();
    },
  };
  const toHandler = await StatefunRuntime.open({ functions: sums(), dir, egresses, ...closed });
  await add(toHandler, "a", 1);
  await add(toHandler, "a", 1);
  await handled.promise;
  await toHandler.close();
  assert.deepEqual(values, [5, 6]);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).value),
    [4],
  );
});

test("an egress that is attached later gets the records that a function could not send before", async () => {
  const logger = new RecordingLogger();
  const runtime = await StatefunRuntime.open({
    functions: sums(),
    dir: false,
    logger,
    retry: { firstDelay: 1 },
    ...closed,
  });
  const received = new Gate<unknown>();
  await runtime.send("test/sum", "a", Types.int.pack(7));
  runtime.egress("test/sums", (value) => received.open(value));
  assert.equal(await received.promise, 7);
  await runtime.close();
});

test("functions behind HTTP and functions of this process send to each other", async () => {
  const remote = new StatefulFunctions().register(
    "remote/double",
    (n, context) => context.send("test/relay", context.address.id, Types.int.pack(n * 2)),
    { handles: [Types.int] },
  );
  const server = await serve(remote, { port: 0 });
  const { port } = server;
  const module = join(folder, "module.yaml");
  writeFileSync(
    module,
    `kind: io.statefun.endpoints.v2/http
spec:
  functions: remote/*
  urlPathTemplate: http://127.0.0.1:${port}/statefun
`,
  );
  const answers = new Map<string, (value: number) => void>();
  const functions = new StatefulFunctions()
    .register("test/ask", (n, context) => context.send("remote/double", context.address.id, Types.int.pack(n)), {
      handles: [Types.int],
    })
    .register("test/relay", (n, context) => answers.get(context.address.id)?.(n), { handles: [Types.int] });
  const runtime = await StatefunRuntime.open({ functions, module, dir: newDir(), ...closed });
  const answer = new Promise<number>((resolve) => answers.set("x", resolve));
  await runtime.send("test/ask", "x", Types.int.pack(21));
  assert.equal(await answer, 42);
  await runtime.close();
  await server.close();
});

test("a call and a look over HTTP", async () => {
  await using runtime = await StatefunRuntime.open({
    functions: sums(),
    dir: newDir(),
    egresses: { "test/sums": () => {} },
    ingress: { port: 0 },
    admin: { port: 0 },
  });
  const called = await fetch(`${runtime.ingress?.url}/call/test/sum/a`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "3",
  });
  assert.equal(await called.json(), 3);
  const looked = await fetch(`${runtime.admin?.url}/addresses/test/sum/a`);
  const { states } = (await looked.json()) as { states: { name: string; value: unknown }[] };
  assert.deepEqual(
    states.map(({ name, value }) => [name, value]),
    [["sum", 3]],
  );
});

test("a folder that is in use is refused, and nothing of the second runtime stays open", async () => {
  const dir = newDir();
  const first = await StatefunRuntime.open({ dir, ...closed });
  await rejectsCode(StatefunRuntime.open({ dir, ingress: { port: 0 }, admin: { port: 0 } }), "STORE_LOCKED");
  await first.close();
  const second = await StatefunRuntime.open({ dir, ...closed });
  await second.close();
});

test("a runtime that waits for a folder opens when the folder is closed, and is refused when the time is up", async () => {
  const dir = newDir();
  const first = await StatefunRuntime.open({ dir, ...closed });
  await rejectsCode(StatefunRuntime.open({ dir, waitForLock: { milliseconds: 1 }, ...closed }), "STORE_LOCKED");
  const second = StatefunRuntime.open({ dir, waitForLock: { minutes: 1 }, ...closed });
  await first.close();
  await (await second).close();
});

test("a port that is taken is refused, and the folder is free again", async () => {
  const dir = newDir();
  await using first = await StatefunRuntime.open({ dir: false, ingress: { port: 0 }, admin: false });
  await rejectsCode(
    StatefunRuntime.open({ dir, ingress: { port: first.ingress?.port as number }, admin: false }),
    "ADDRESS_IN_USE",
  );
  const second = await StatefunRuntime.open({ dir, ...closed });
  await second.close();
});

test("a value that a function can't take is refused at the ingress, and does not park the address", async () => {
  await using runtime = await StatefunRuntime.open({
    functions: sums().register("test/any", () => {}),
    dir: false,
    ingress: { port: 0 },
    admin: false,
  });
  const post = async (path: string, body: Uint8Array) => {
    const headers = { "Content-Type": "application/octet-stream" };
    const answer = await fetch(`${runtime.ingress?.url}/send/${path}`, { method: "POST", headers, body });
    return [answer.status, ((await answer.json()) as { code?: string }).code];
  };
  const five = Types.int.serialize(5);
  assert.deepEqual(await post("test/sum/a?type=my/unknown", five), [400, "VALUE_INVALID"]);
  assert.deepEqual(await post("test/sum/a", Buffer.from("garbage")), [400, "VALUE_UNREADABLE"]);
  assert.deepEqual(await post("test/sum/a", five), [202, undefined]);
  assert.deepEqual(await post("test/any/a?type=my/unknown", five), [202, undefined]);
});

test("send and call refuse a value that no handler of this process takes, as the ingress does", async () => {
  const received = new Gate<string>();
  await using runtime = await StatefunRuntime.open({
    functions: sums().register("test/any", ({ typename }) => received.open(typename)),
    dir: false,
    egresses: { "test/sums": () => {} },
    ...closed,
  });
  await rejectsCode(runtime.send("test/sum", "a", "text"), "VALUE_INVALID", "test/sum", "io.statefun.types/string");
  await rejectsCode(runtime.send("test/sum", "a", "text", { delay: { hours: 1 } }), "VALUE_INVALID");
  await rejectsCode(runtime.call("test/sum", "a", 5n), "VALUE_INVALID", "io.statefun.types/int");
  await rejectsCode(runtime.call("test/sum", "a", 5), "VALUE_UNTYPED");
  await rejectsCode(runtime.send("test/none", "a", "text"), "FUNCTION_UNKNOWN");
  await rejectsCode(runtime.send("sum", "a", "text"), "TYPE_NAME_INVALID");
  assert.equal(runtime.engine.metrics.messagesIn, 0);
  await runtime.send("test/any", "a", "text");
  assert.equal(await received.promise, "io.statefun.types/string");
  assert.equal(await add(runtime, "a", 1), 1);
});

test("a wrong id, key, token or signal is refused, and the runtime goes on", async () => {
  const egresses = { "test/sums": () => {} };
  await using runtime = await StatefunRuntime.open({ functions: sums(), dir: newDir(), egresses, ...closed });
  const send = (id: unknown, options: object = {}) =>
    runtime.send("test/sum", id as string, Types.int.pack(1), options);
  const call = (id: unknown, options: object = {}) =>
    runtime.call("test/sum", id as string, Types.int.pack(1), options);
  for (const id of ["", "\ud800", undefined, null, 5, {}, []]) {
    await rejectsCode(send(id), "ID_MISSING");
    await rejectsCode(call(id), "ID_MISSING");
  }
  for (const wrong of ["", "\ud800", null, 5, {}]) {
    await rejectsCode(send("a", { delay: 5, cancellationToken: wrong }), "TOKEN_INVALID");
    await rejectsCode(runtime.cancel(wrong as string), "TOKEN_INVALID");
    await rejectsCode(send("a", { idempotencyKey: wrong }), "OPTION_INVALID");
    await rejectsCode(call("a", { idempotencyKey: wrong }), "OPTION_INVALID");
  }
  await rejectsCode(call("a", { signal: {} }), "OPTION_INVALID");
  for (const timeout of [0, -5, Number.NaN, Number.POSITIVE_INFINITY, { days: 25 }, { seconds: -1 }]) {
    await rejectsCode(call("a", { timeout }), "DURATION_INVALID");
  }
  for (const delay of [-5, Number.NaN]) {
    await assert.rejects(send("a", { delay }), ({ code }: StatefunError) => /^(DELAY|DURATION)_INVALID$/.test(code));
  }
  for (const at of [new Date("x"), Number.NaN, "2027-01-01"]) await rejectsCode(send("a", { at }), "DELAY_INVALID");
  await rejectsCode(send("a", { at: new Date(), delay: 5 }), "OPTION_INVALID");
  assert.equal(runtime.engine.metrics.messagesIn, 0);
  assert.equal(await add(runtime, "a", 1), 1);
});

test("wrong options are refused by their names", async () => {
  const open = (options: object) => StatefunRuntime.open({ dir: false, ...closed, ...options } as RuntimeOptions);
  await rejectsCode(open({ folder: "data" }), "OPTION_INVALID");
  await rejectsCode(open({ dir: "" }), "OPTION_INVALID");
  await rejectsCode(open({ egresses: { "test/sums": { fiel: "a" } } }), "OPTION_INVALID");
  await rejectsCode(open({ egresses: { sums: () => {} } }), "TYPE_NAME_INVALID");
  await rejectsCode(open({ module: join(folder, "none.yaml") }), "MODULE_INVALID");
  await rejectsCode(open({ limits: { inflight: 3 } }), "OPTION_INVALID");
  await rejectsCode(open({ retry: { attempts: 0 } }), "OPTION_INVALID");
  await rejectsCode(open({ retry: { firstMs: 1 } }), "OPTION_INVALID");
  await rejectsCode(open({ retry: { longestDelay: { seconds: 0 } } }), "DURATION_INVALID");
  await rejectsCode(open({ retry: { longestDelay: { second: 1 } } }), "DURATION_INVALID");
  await rejectsCode(open({ functions: [] }), "OPTION_INVALID");
  await rejectsCode(open({ clock: {} }), "OPTION_INVALID");
  await rejectsCode(open({ park: ["test/sum/a"] }), "OPTION_INVALID");
  for (const server of ["ingress", "admin"]) {
    await rejectsCode(open({ [server]: { port: 0, bearerToken: "a secret" } }), "OPTION_INVALID");
    for (const value of [8080, "8080", true, null]) await rejectsCode(open({ [server]: value }), "OPTION_INVALID");
  }
});

test("after close a message is refused; a close with a wrong option closes nothing", async () => {
  const egresses = { "test/sums": () => {} };
  const runtime = await StatefunRuntime.open({ functions: sums(), dir: false, egresses, ...closed });
  await rejectsCode(runtime.close({ graceMs: 5 } as object), "OPTION_INVALID");
  await rejectsCode(runtime.close({ grace: { second: 1 } as object }), "DURATION_INVALID");
  for (const grace of [-5, Number.NaN, { days: 25 }]) await rejectsCode(runtime.close({ grace }), "DURATION_INVALID");
  assert.equal(await add(runtime, "a", 1), 1);
  await runtime.close();
  await rejectsCode(runtime.send("test/sum", "a", Types.int.pack(1)), "SHUTTING_DOWN");
  await runtime.close();
});

test("while a call over HTTP is being finished, close takes nothing new, from the program neither", async () => {
  const gate = new Gate();
  const begun = new Gate();
  const functions = new StatefulFunctions()
    .register(
      "test/slow",
      async (_n, context) => {
        begun.open();
        await gate.promise;
        context.send("test/last", "a", Types.int.pack(1));
        return Types.string.pack("done");
      },
      { handles: [Types.int] },
    )
    .register("test/last", () => {}, { handles: [Types.int] });
  const runtime = await StatefunRuntime.open({ functions, dir: false, ingress: { port: 0 }, admin: false });
  const answer = fetch(`${runtime.ingress?.url}/call/test/slow/a`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "1",
  });
  await begun.promise;
  const closing = runtime.close();
  await rejectsCode(runtime.send("test/last", "b", Types.int.pack(1)), "SHUTTING_DOWN");
  await rejectsCode(runtime.call("test/last", "b", Types.int.pack(1)), "SHUTTING_DOWN");
  gate.open();
  assert.equal((await answer).status, 200);
  await closing;
});

test("a logger that throws changes nothing: a failed message is tried again", async () => {
  let failures = 2;
  let records = 0;
  const functions = new StatefulFunctions().register(
    "test/sum",
    (n, context) => {
      if (failures-- > 0) throw new Error("not now");
      context.sendEgress("test/sums", Types.int.pack(n));
    },
    { handles: [Types.int] },
  );
  const taken = new Gate();
  const fails = () => {
    throw new Error("the logger");
  };
  const runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    retry: { firstDelay: 1 },
    logger: { warn: fails, error: fails },
    ...closed,
  });
  runtime.engine.attach("test/sums", {
    window: 1,
    async receive() {
      records += 1;
      if (records === 1) throw new Error("not now");
      taken.open();
    },
  });
  await runtime.send("test/sum", "a", Types.int.pack(1));
  await taken.promise;
  await runtime.close();
});

test("a handler that throws an error of the runtime's own has failed like any other: its address is parked", async () => {
  for (const code of ["ENDPOINT_UNREACHABLE", "STORE_FULL", "SHUTTING_DOWN"] as const) {
    const functions = new StatefulFunctions().register(
      "test/throwing",
      () => {
        throw new StatefunError(code, "met in a call to another runtime");
      },
      { handles: [Types.int] },
    );
    const logger = new RecordingLogger();
    await using runtime = await StatefunRuntime.open({
      functions,
      dir: false,
      retry: { attempts: 1 },
      logger,
      ...closed,
    });
    await rejectsCode(runtime.call("test/throwing", "a", Types.int.pack(1)), "ADDRESS_PARKED", "HANDLER_FAILED");
  }
});
