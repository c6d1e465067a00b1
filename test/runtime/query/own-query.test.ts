// Queries of the program that runs the functions, and of a client: both find the same.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connect } from "../../../src/client/entry.js";
import { Address, StatefulFunctions, Types } from "../../../src/index.js";
import type { QueryOptions, QueryResults } from "../../../src/model/query.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { rejectsCode, throwsCode } from "../../support/expect-code.js";

type Ask = (typeName: string, options?: QueryOptions) => QueryResults;

const functions = new StatefulFunctions().register("fleet/device", () => {}, {
  handles: [Types.string],
  state: { count: Types.int, name: Types.string },
});

async function setUp(t: TestContext) {
  const runtime = await StatefunRuntime.open({ functions, dir: false, ingress: { port: 0 }, admin: { port: 0 } });
  t.after(() => runtime.close());
  for (let id = 0; id < 5; id += 1) {
    await runtime.engine.setState(new Address("fleet", "device", `${id}`), "count", Types.int.pack(id));
  }
  const client = connect(runtime.ingress?.url as string, { admin: { url: `${runtime.admin?.url}/` } });
  const ways: Readonly<Record<string, Ask>> = {
    runtime: (typeName, options) => runtime.query(typeName, options),
    client: (typeName, options) => client.query(typeName, options),
  };
  return { runtime, ways };
}

async function all(results: QueryResults) {
  const rows: (readonly [string, Readonly<Record<string, unknown>>])[] = [];
  for await (const { id, values } of results) rows.push([id, values]);
  return rows;
}

for (const way of ["runtime", "client"]) {
  test(`${way}: the rows of a query have their columns, and the progress says how it went`, async (t) => {
    const ask = (await setUp(t)).ways[way] as Ask;
    const found = ask("fleet/device", { where: "count > 2", columns: ["count", "count * 2 + size([1, 2])"] });
    assert.deepEqual(await all(found), [
      ["3", { count: 3, "count * 2 + size([1, 2])": 8 }],
      ["4", { count: 4, "count * 2 + size([1, 2])": 10 }],
    ]);
    assert.deepEqual({ ...found.progress }, { read: 5, found: 2, failed: 0, firstFailure: null });
    assert.deepEqual(await all(ask("fleet/device", { after: "1", limit: 2, columns: ["count"] })), [
      ["2", { count: 2 }],
      ["3", { count: 3 }],
    ]);
    assert.deepEqual(await all(ask("fleet/device", { limit: 1 })), [["0", { count: 0, name: null }]]);
    const odd = ask("fleet/device", { where: "size(name) > 1" });
    assert.deepEqual(await all(odd), []);
    assert.deepEqual([odd.progress.failed, odd.progress.firstFailure?.id], [5, "0"]);
  });

  test(`${way}: what is wrong is refused`, async (t) => {
    const ask = (await setUp(t)).ways[way] as Ask;
    await rejectsCode(all(ask("fleet/device", { where: "cuont == 1" })), "QUERY_INVALID", "count");
    await rejectsCode(all(ask("fleet/other")), "FUNCTION_UNKNOWN");
    throwsCode(() => ask("fleet/device", { limit: 0 }), "OPTION_INVALID");
    throwsCode(() => ask("fleet/device", { columns: "count" as never }), "OPTION_INVALID");
  });

  test(`${way}: a query ends with its loop, and with its signal`, async (t) => {
    const ask = (await setUp(t)).ways[way] as Ask;
    for await (const { id } of ask("fleet/device")) if (id === "1") break;
    const reason = new Error("enough");
    const stop = new AbortController();
    const stopped = ask("fleet/device", { signal: stop.signal });
    stop.abort(reason);
    await assert.rejects(all(stopped), reason);
    await assert.rejects(all(ask("fleet/device", { signal: AbortSignal.abort(reason) })), reason);
  });
}

test("a client without an admin server asks none", async (t) => {
  const { runtime } = await setUp(t);
  const client = connect(runtime.ingress?.url as string);
  throwsCode(() => client.query("fleet/device"), "OPTION_INVALID", "admin");
  throwsCode(() => connect("http://localhost:7070", { admin: { url: "localhost" } }), "OPTION_INVALID");
});

test("an answer that is cut off, or that comes from another server, is no end of the query", async () => {
  const answering = (text: string, status = 200) =>
    connect("http://localhost:1", {
      admin: { url: "http://localhost:2" },
      fetch: async () => new Response(text, { status }),
    }).query("fleet/device");
  const row = `${JSON.stringify({ id: "a", values: {} })}\n`;
  await rejectsCode(all(answering(row)), "CLIENT_FAILED");
  await rejectsCode(all(answering("<html>\n")), "CLIENT_FAILED");
  await rejectsCode(all(answering("<html>", 502)), "CLIENT_FAILED");
  const end = `${JSON.stringify({ end: { read: 1, found: 1, failed: 0, firstFailure: null, next: null } })}\n`;
  assert.deepEqual(await all(answering(row + end)), [["a", {}]]);
});
