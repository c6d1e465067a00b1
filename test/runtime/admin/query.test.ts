// Queries through the admin server.

import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { StatefunError } from "../../../src/errors.js";
import { Address, Types } from "../../../src/index.js";
import { type World, world } from "./world.js";

const path = (query: Readonly<Record<string, string>>) =>
  `GET /functions/shop/counter/query?${new URLSearchParams(query)}`;

async function hold({ engine }: World, ids: readonly string[], count = (index: number) => index) {
  for (const [index, id] of ids.entries()) {
    await engine.setState(new Address("shop", "counter", id), "count", Types.int.pack(count(index)));
  }
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("a page has the rows, their columns, and what was read", async (t) => {
  const here = await world(t);
  await hold(here, ["a", "b", "c", "d"]);
  const { status, json } = await here.ask(path({ where: "count > 0", columns: "count,count * 2", limit: "2" }));
  assert.equal(status, 200);
  assert.deepEqual(json, {
    columns: ["count", "count * 2"],
    rows: [
      { id: "b", values: { count: 1, "count * 2": 2 } },
      { id: "c", values: { count: 2, "count * 2": 4 } },
    ],
    read: 3,
    found: 2,
    failed: 0,
    firstFailure: null,
    next: "c",
  });
  const last = (await here.ask(path({ where: "count > 0", columns: "count", limit: "2", after: "c" }))).json;
  assert.deepEqual([last.rows.map(({ id }: any) => id), last.next], [["d"], null]);
});

test("a page that is full with the last address is the last one", async (t) => {
  const here = await world(t);
  await hold(here, ["a", "b"]);
  const { json } = await here.ask(path({ limit: "2", columns: "id" }));
  assert.deepEqual([json.rows.length, json.next], [2, null]);
});

test("a page ends after ten thousand addresses, whatever it has found", async (t) => {
  const here = await world(t);
  const ids = Array.from({ length: 10_001 }, (_, index) => String(index).padStart(5, "0"));
  await hold(here, ids.slice(0, 1));
  await Promise.all(ids.map((id) => here.tell(id, "hello")));
  const { json } = await here.ask(path({ where: "count > 100" }));
  assert.deepEqual([json.rows, json.read, json.next], [[], 10_000, "09999"]);
});

test("lines of JSON come as long as there are rows, and the last line says how the query went", async (t) => {
  const here = await world(t);
  await hold(here, ["a", "b", "c"]);
  const { headers, text } = await here.ask(path({ where: "count != 1", columns: "count", format: "ndjson" }));
  assert.equal(headers["content-type"], "application/x-ndjson");
  assert.equal(headers["content-disposition"], "attachment; filename*=UTF-8''shop-counter.ndjson");
  assert.deepEqual(linesOf(text), [
    { id: "a", values: { count: 0 } },
    { id: "c", values: { count: 2 } },
    { end: { read: 3, found: 2, failed: 0, firstFailure: null, next: null } },
  ]);
  const short = linesOf((await here.ask(path({ columns: "count", format: "ndjson", limit: "2" }))).text);
  assert.deepEqual([short.length, short[2].end.next], [3, "b"]);
  const rest = linesOf((await here.ask(path({ columns: "count", format: "ndjson", after: "b" }))).text);
  assert.deepEqual(rest[0], { id: "c", values: { count: 2 } });
});

test("CSV has a line of headings, and quotes what needs it", async (t) => {
  const here = await world(t);
  await hold(here, ["a", 'b,"c"']);
  const { headers, text } = await here.ask(path({ columns: 'count, id + ", x"', format: "csv" }));
  assert.equal(headers["content-type"], "text/csv; charset=utf-8");
  assert.equal(text, 'id,count,"id + "", x"""\r\na,0,"a, x"\r\n"b,""c""",1,"b,""c"", x"\r\n');
});

test("what is wrong with the request is refused", async (t) => {
  const here = await world(t);
  await here.tell("a", "hello");
  const codeOf = async (query: Readonly<Record<string, string>>) => (await here.ask(path(query))).json.code;
  assert.equal(await codeOf({ where: "cuont == 1" }), "QUERY_INVALID");
  assert.equal(await codeOf({ format: "xml" }), "OPTION_INVALID");
  assert.equal(await codeOf({ limit: "1001" }), "OPTION_INVALID");
  assert.equal(await codeOf({ limit: "0", format: "csv" }), "OPTION_INVALID");
  assert.equal((await here.ask("GET /functions/shop/never/query")).json.code, "FUNCTION_UNKNOWN");
});

test("a query that fails is answered with the error while no line has left, and is cut off afterwards", async (t) => {
  const here = await world(t);
  await here.tell("a", "hello");
  let length = 10;
  Object.assign(here.engine, {
    async *stateRows() {
      yield [{ id: "a", states: new Map([["count", Types.string.pack("x".repeat(length))]]) }];
      throw new StatefunError("STORE_FAILED", "The disk is broken.");
    },
  });
  for (const format of ["json", "ndjson", "csv"]) {
    const { status, json, headers } = await here.ask(path({ columns: "id", format }));
    assert.deepEqual([status, json.code], [503, "STORE_FAILED"], format);
    assert.equal(headers["content-disposition"], undefined, format);
  }
  length = 100_000; // more than fits into one piece
  for (const format of ["ndjson", "csv"]) {
    await assert.rejects(here.ask(path({ columns: "count", format })), { code: "ECONNRESET" }, format);
  }
});

test("a client that leaves, or does not read, ends or holds up the reading", async (t) => {
  const here = await world(t);
  const ids = Array.from({ length: 3_000 }, (_, index) => String(index).padStart(5, "0"));
  for (const id of ids.slice(0, 1)) await here.tell(id, "hello");
  let given = 0;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const held = Types.string.pack("x".repeat(10_000));
  Object.assign(here.engine, {
    async *stateRows() {
      try {
        for (const id of ids) {
          given += 1;
          yield [{ id, states: new Map([["count", held]]) }];
        }
      } finally {
        end();
      }
    },
  });
  const target = { port: here.admin.port, path: path({ columns: "count", format: "ndjson" }).slice(4) };
  const outgoing = request(target, (response) => {
    response.pause();
    // The server fills the buffers of the connection and goes no further.
    let before = -1;
    let quietTurns = 0;
    const look = () => {
      quietTurns = given === before ? quietTurns + 1 : 0;
      before = given;
      if (quietTurns < 1_000) setImmediate(look);
      else outgoing.destroy();
    };
    look();
  });
  outgoing.on("error", () => {});
  outgoing.end();
  await ended;
  assert.ok(given < ids.length, `${given} rows`);
});
