// Function servers that answer the question for their functions in an odd way: the log says so once, and calls go on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, description, jsonType, telling, world } from "./world.js";

const html: Answer = (_, response) =>
  void response.setHeader("content-type", "text/html").end("<!DOCTYPE html><p>Hello");

const answers: Record<string, { readonly answer: Answer; readonly code?: string; readonly says: RegExp }> = {
  "404, as an older version or another language": {
    answer: (_, response) => void response.writeHead(404).end("Not Found"),
    says: /answered with 404: Not Found/,
  },
  "501, as a server that knows no GET": {
    answer: (_, response) => void response.writeHead(501).end(),
    says: /answered with 501/,
  },
  "401, as a server on another machine": {
    answer: (_, response) => void response.writeHead(401).end("no"),
    says: /answered with 401/,
  },
  "500": {
    answer: (_, response) => void response.writeHead(500).end("it broke"),
    code: "ENDPOINT_UNREACHABLE",
    says: /answered with 500: it broke/,
  },
  "a redirect": {
    answer: (_, response) => void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
    says: /answered with 302/,
  },
  "a page of HTML": { answer: html, says: /can't be read: .*JSON/ },
  "a later form": { answer: telling({ ...description([]), statefun: 2 }), says: /its form is 2, not 1/ },
  "JSON of another kind": { answer: telling([1, 2]), says: /it is no object/ },
  "an answer without end": {
    answer: (_, response) => void response.writeHead(200).write("{"),
    code: "ENDPOINT_UNREACHABLE",
    says: /could not be asked/,
  },
  "100 MB": {
    answer(_, response) {
      const chunk = Buffer.alloc(1024 * 1024, " ");
      let left = 100;
      const write = () => {
        while (left-- > 0) if (!response.write(chunk)) return void response.once("drain", write);
        response.end();
      };
      write();
    },
    says: /more than 8388608 bytes/,
  },
  "a connection that is cut": {
    answer: (_, response) => void response.destroy(),
    code: "ENDPOINT_UNREACHABLE",
    says: /could not be asked/,
  },
  "a type of the runtime's own": {
    answer: telling(description([jsonType("io.statefun.types/string", {})])),
    says: /io\.statefun\.types\/string is no type of its own/,
  },
  "a schema that is a list": { answer: telling(description([jsonType("odd/a", [1])])), says: /the schema of odd\/a/ },
  "a schema that is nested deep": {
    answer: (_, response) => {
      const text = JSON.stringify(description([jsonType("odd/a", "?")]));
      response.end(text.replace('"?"', `${'{"not":'.repeat(1_900)}{}${"}".repeat(1_900)}`));
    },
    says: /nested more than 100 levels deep/,
  },
  "a handler that is null": {
    answer: telling({
      ...description([]),
      functions: [{ function: "odd/echo", takesAll: false, handlers: [null], states: [] }],
    }),
    says: /a handler is no object/,
  },
  "a message named __proto__": {
    answer: telling(JSON.parse(`{"statefun":1,"functions":[],"types":[],"messages":{"__proto__":{}},"enums":{}}`)),
    says: /__proto__.* can't be a name/,
  },
  "a field named constructor": {
    answer: telling(
      description([], { messages: { M: { fields: { constructor: { id: 1, type: "string" } }, oneofs: {} } } }),
    ),
    says: /constructor.* can't be a name/,
  },
  "more types than a server has": {
    answer: telling(description(Array.from({ length: 10_001 }, (_, place) => jsonType(`odd/t${place}`, null)))),
    says: /more than 10000/,
  },
};

for (const [title, { answer, code = "ENDPOINT_FAILED", says }] of Object.entries(answers)) {
  test(`${title}: calls go on, and the log says it once`, async (t) => {
    const { post, admin, logger, oddUrl, runtime } = await world(t, answer);
    // A request that needs no types of the server.
    for (const value of ["one", "two", "three"]) {
      const { status, body } = await post("/call/odd/echo/a?type=io.statefun.types/string", value);
      assert.deepEqual([status, body], [200, value]);
    }
    // Functions of the other server have their types.
    assert.deepEqual((await post("/call/good/echo/a", { fine: true })).body, { fine: true });
    const untyped = await post("/call/odd/echo/a", "one");
    assert.deepEqual([untyped.status, untyped.body.code], [400, "VALUE_UNTYPED"]);
    assert.match(untyped.body.message, says);
    assert.equal((await admin("/functions/odd/echo")).body.typesKnown, false);
    assert.equal((await admin("/functions/good/echo")).body.typesKnown, true);
    await runtime.close();
    assert.equal(logger.entries.length, 1, logger.lines.join("\n"));
    const { level, line, fields } = logger.entries[0] as (typeof logger.entries)[number];
    assert.deepEqual([level, fields?.stack], ["warn", undefined]);
    assert.ok(line.startsWith(`${code}: ${oddUrl} does not tell its functions`), line);
    assert.match(line, says);
  });
}

test("functions that the module file sends elsewhere are named in a warning, and not listed", async (t) => {
  const told = {
    ...description([]),
    functions: [{ function: "wrong/echo", takesAll: true, handlers: [], states: [] }],
  };
  const { post, admin, logger, oddUrl } = await world(t, telling(told));
  const { body } = await post("/call/odd/echo/a", "one");
  assert.match(body.message, /tells other functions, and not this one/);
  await post("/call/odd/echo/a", "two");
  const { functions } = (await admin("/functions")).body;
  assert.ok(!functions.some((each: any) => each.function === "wrong/echo"));
  assert.equal(logger.entries.length, 1, logger.lines.join("\n"));
  assert.match(logger.lines[0] as string, new RegExp(`${oddUrl} tells functions .*: wrong/echo\\.`));
});

test("names such as __proto__ are names like any other for functions, types, methods, states and properties", async (t) => {
  const schema = JSON.parse(`{"type":"object","properties":{"__proto__":{"type":"string"}}}`);
  const told = {
    ...description([jsonType("__proto__/constructor", schema)]),
    functions: [
      {
        function: "odd/echo",
        takesAll: false,
        handlers: [{ method: "__proto__", typename: "__proto__/constructor", readOnly: false, beginsRun: false }],
        states: [
          {
            name: "__proto__",
            typename: "__proto__/constructor",
            expireMode: "none",
            expireAfterMs: 0,
            default: "e30=",
          },
        ],
      },
    ],
  };
  const { post, admin, logger } = await world(t, telling(told));
  const shown = (await admin("/functions/odd/echo")).body;
  assert.deepEqual([shown.handlers[0].method, shown.states[0].name], ["__proto__", "__proto__"]);
  const wrong = await post("/send/odd/echo/a?handler=__proto__", JSON.parse(`{"__proto__":5}`));
  assert.deepEqual([wrong.status, wrong.body.code], [400, "VALUE_INVALID"]);
  assert.equal(({} as any).type, undefined);
  assert.deepEqual(logger.lines, []);
});

test("a default that its type can't read is shown as bytes", async (t) => {
  const told = {
    ...description([jsonType("odd/a", null)]),
    functions: [
      {
        function: "odd/echo",
        takesAll: false,
        handlers: [],
        states: [{ name: "s", typename: "odd/a", expireMode: "none", expireAfterMs: 0, default: "/w==" }],
      },
    ],
  };
  const { admin } = await world(t, telling(told));
  const { status, body } = await admin("/functions/odd/echo");
  assert.equal(status, 200);
  assert.equal(body.states[0].default.value, undefined);
});

test("types of one name that two servers tell differently are named in a warning once", async (t) => {
  const told = description([jsonType("world/plain", { type: "string" })]);
  const { post, logger, oddUrl } = await world(t, telling(told));
  assert.deepEqual((await post("/call/good/echo/a", { fine: true })).body, { fine: true });
  assert.equal((await post("/send/odd/echo/a", 5)).status, 400);
  assert.deepEqual((await post("/call/good/echo/a", { fine: true })).body, { fine: true });
  assert.equal(logger.entries.length, 1, logger.lines.join("\n"));
  assert.match(logger.lines[0] as string, /tell different types named world\/plain/);
  assert.ok(logger.lines[0]?.includes(oddUrl));
});
