// POST /calls: a wrong line is answered for itself, and a wrong request does nothing at all.

import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { EngineApi } from "../../../src/engine/engine-api.js";
import { httpIngressOptions, openHttpIngress } from "../../../src/runtime/ingress/http-ingress.js";
import { rawConnection, send } from "../../support/http.js";
import { RecordingLogger } from "../../support/recording-logger.js";
import { type AnswerLine, bodyOf, count, many, ndjson, postLines, read } from "./lines.js";
import { json, post, refused } from "./requests.js";
import { doorFor, openWorld, withIngress } from "./world.js";

const said = ({ status, code }: AnswerLine) => `${status} ${code}`;

describe("a wrong line", () => {
  const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const cases: [what: string, line: object | string, answer: string][] = [
    ["no JSON", '{"function":', "400 VALUE_INVALID"],
    ["a list", "[]", "400 OPTION_INVALID"],
    ["null", "null", "400 OPTION_INVALID"],
    ["nesting beyond reason", deep(20_000), "400 VALUE_INVALID"],
    ["no function", { id: "bob", value: {} }, "400 TYPE_NAME_INVALID"],
    ["no type name", { function: "count", id: "bob", value: {} }, "400 TYPE_NAME_INVALID"],
    ["a number as its function", { function: 5, id: "bob", value: {} }, "400 OPTION_INVALID"],
    ["no id", { function: "example/count", value: {} }, "400 ID_MISSING"],
    ["an empty id", count("", {}), "400 ID_MISSING"],
    ["half a character as its id", count("\ud83d", {}), "400 ID_MISSING"],
    ["an id beyond 16 KiB", count("i".repeat(17_000), {}), "413 REQUEST_TOO_LARGE"],
    ["an unknown function", { function: "example/other", id: "bob", value: {} }, "404 FUNCTION_UNKNOWN"],
    ["the clients' own address", { function: "statefun.client/call", id: "1", value: {} }, "404 FUNCTION_UNKNOWN"],
    ["no value", { function: "example/count", id: "bob" }, "400 VALUE_INVALID"],
    ["a value and bytes", count("bob", {}, { base64: "" }), "400 VALUE_INVALID"],
    ["JSON of another shape", count("bob", { nmae: "Bob" }), "400 VALUE_INVALID"],
    ["bytes that are not base64", { function: "example/count", id: "bob", base64: "%" }, "400 OPTION_INVALID"],
    ["bytes of no such type", { function: "example/count", id: "bob", base64: "AAAA" }, "400 VALUE_UNREADABLE"],
    ["an unknown handler", many({ handler: "nope", value: 1 }), "400 OPTION_INVALID"],
    ["a handler and a type", many({ handler: "add", type: "a/b", value: 1 }), "400 OPTION_INVALID"],
    ["no type where there are many", many({ value: 1 }), "400 VALUE_UNTYPED"],
    ["a misspelt name", count("bob", {}, { tiemout: 5 }), "400 OPTION_INVALID"],
    [
      "a name of an object's own",
      '{"function":"example/count","id":"bob","value":{},"__proto__":1}',
      "400 OPTION_INVALID",
    ],
    ["a timeout of 0", count("bob", {}, { timeout: 0 }), "400 DURATION_INVALID"],
    ["a timeout that is none", count("bob", {}, { timeout: {} }), "400 DURATION_INVALID"],
    ["a timeout that no text can show", count("bob", {}, { timeout: { toString: 1 } }), "400 DURATION_INVALID"],
    ["a timeout in a list", count("bob", {}, { timeout: [5] }), "400 DURATION_INVALID"],
    ["half a millisecond as its timeout", count("bob", {}, { timeout: 0.5 }), "400 DURATION_INVALID"],
    [
      "a key lifetime of no kind",
      count("bob", {}, { idempotencyKeyLifetime: { toString: 1 } }),
      "400 DURATION_INVALID",
    ],
    ["a key lifetime below 0", count("bob", {}, { idempotencyKeyLifetime: -1 }), "400 DURATION_INVALID"],
    ["an impossible key", count("bob", {}, { idempotencyKey: "ü" }), "400 OPTION_INVALID"],
    ["a key that is a number", count("bob", {}, { idempotencyKey: 7 }), "400 OPTION_INVALID"],
    ["metadata that is a text", count("bob", {}, { metadata: "a" }), "400 METADATA_INVALID"],
    ["metadata that holds a number", count("bob", {}, { metadata: { a: 1 } }), "400 METADATA_INVALID"],
    ["a pair without a name", count("bob", {}, { metadata: [null] }), "400 METADATA_INVALID"],
    ["a pair that is not base64", count("bob", {}, { metadata: [{ name: "a", base64: "%" }] }), "400 METADATA_INVALID"],
    ["too much metadata", count("bob", {}, { metadata: { a: "x".repeat(9_000) } }), "413 METADATA_TOO_LARGE"],
    ["a wish that nobody has", count("bob", {}, { accept: "xml" }), "400 OPTION_INVALID"],
    ["no address that waits", count("bob", {}, { from: "bob" }), "400 OPTION_INVALID"],
    ["no time", many({ handler: "silent", value: true, timeout: "10ms" }), "504 ANSWER_TIMEOUT"],
  ];

  test("is answered for itself, and the other lines go on", () =>
    withIngress(async ({ port }) => {
      const lines = cases.flatMap(([, line]) => [line, count("bob", {})]);
      const answers = await postLines(port, lines);
      assert.equal(answers.length, lines.length);
      for (const [index, [what, , expected]] of cases.entries()) {
        const answer = answers[index * 2] as AnswerLine;
        assert.equal(said(answer), expected, what);
        assert.ok((answer.message as string).length > 10, what);
        assert.deepEqual(answers[index * 2 + 1]?.value, { text: "Hello ", count: index + 1 }, what);
      }
    }));

  test("of bytes that are not UTF-8 is answered for itself", () =>
    withIngress(async ({ port }) => {
      const latin = Buffer.from('{"function":"example/count","id":"b\xfc","value":{}}\n', "latin1");
      const body = Buffer.concat([latin, bodyOf([count("bob", {})])]);
      const answers = read((await send(port, "/calls", { headers: ndjson, body })).text);
      assert.equal(said(answers[0] as AnswerLine), "400 VALUE_INVALID");
      assert.equal(answers[1]?.value.count, 1);
    }));
});

describe("a wrong request", () => {
  const line = JSON.stringify(count("bob", {}));
  const cases: [what: string, headers: Record<string, string>, body: Buffer, status: number, code: string][] = [
    ["no body", ndjson, Buffer.alloc(0), 400, "REQUEST_EMPTY"],
    ["blank lines alone", ndjson, Buffer.from("\n \r\n\t\n"), 400, "REQUEST_EMPTY"],
    ["another content type", json, Buffer.from(line), 415, "MEDIA_TYPE_UNSUPPORTED"],
    ["compression", { ...ndjson, "content-encoding": "gzip" }, gzipSync(line), 415, "MEDIA_TYPE_UNSUPPORTED"],
    ["more than 1000 calls", ndjson, Buffer.from(`${line}\n`.repeat(1001)), 413, "REQUEST_TOO_LARGE"],
    ["a body over the limit", ndjson, Buffer.from(`${line}\n`.repeat(2200)), 413, "REQUEST_TOO_LARGE"],
    [
      "metadata that can't be read",
      { ...ndjson, "statefun-metadata": "%zz" },
      Buffer.from(line),
      400,
      "METADATA_INVALID",
    ],
  ];
  for (const [what, headers, body, status, code] of cases) {
    test(`with ${what} is ${status} ${code}, and carries nothing out`, () =>
      withIngress(
        async ({ port, world }) => {
          refused(await send(port, "/calls", { headers, body }), status, code);
          assert.equal(world.engine.metrics.messagesIn, 0);
        },
        { maxBodyBytes: 100_000 },
      ));
  }

  test("with 1000 calls, or with the type of a form that curl sends, is carried out", () =>
    withIngress(async ({ port }) => {
      const form = { "content-type": "application/x-www-form-urlencoded" };
      const { text } = await send(port, "/calls", { headers: form, body: Buffer.from(`${line}\n`.repeat(1000)) });
      assert.equal(read(text).at(-1)?.value.count, 1000);
      assert.equal(
        read((await send(port, "/calls", { headers: {}, body: Buffer.from(line) })).text)[0]?.value.count,
        1001,
      );
    }));

  test("with another method or a query is refused", () =>
    withIngress(async ({ port }) => {
      const got = await send(port, "/calls", { method: "GET", headers: {} });
      assert.deepEqual([got.status, got.headers.allow], [405, "POST"]);
      refused(
        await send(port, "/calls?timeout=5", { headers: ndjson, body: Buffer.from(line) }),
        400,
        "OPTION_INVALID",
      );
    }));

  test("that is cut off carries nothing out, however many of its lines are there", () =>
    withIngress(async ({ port, world }) => {
      const head = `POST /calls HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${line.length * 2}\r\n\r\n`;
      const socket = await rawConnection(port, `${head}${line}\n`);
      const ended = once(socket.resume(), "close");
      socket.end();
      await ended;
      assert.equal(world.engine.metrics.messagesIn, 0);
    }));
});

describe("the limits of single calls hold for each line", () => {
  test("calls beyond those that may wait are refused, with the seconds after which to send them again", () =>
    withIngress(
      async ({ port }) => {
        const door = doorFor("m");
        const waits = many({ handler: "waits", value: 1 });
        const answering = postLines(port, [waits, waits, waits, waits]);
        door.open();
        const answers = await answering;
        assert.deepEqual(
          answers.slice(0, 2).map(({ value }) => value),
          ["let in", "let in"],
        );
        for (const refusal of answers.slice(2)) {
          assert.deepEqual([said(refusal), refusal.retryAfter], ["503 OVERLOADED", 1]);
        }
      },
      {},
      { limits: { callsWaiting: 2 } },
    ));

  test("a full mailbox refuses its own calls only", () =>
    withIngress(
      async ({ port }) => {
        const door = doorFor("full");
        const full = { function: "example.deep/many", id: "full", handler: "waits", value: 1 };
        const lines = [...Array.from({ length: 20 }, () => full), count("bob", {})];
        const answering = postLines(port, lines);
        door.open();
        const answers = await answering;
        const refusals = answers.filter(({ code }) => code === "MAILBOX_FULL");
        assert.ok(refusals.length > 0);
        for (const { status, retryAfter } of refusals) assert.deepEqual([status, retryAfter], [429, 1]);
        assert.equal(answers.at(-1)?.value.count, 1);
      },
      {},
      { limits: { mailboxBytes: 300 } },
    ));

  test("a fault of the runtime itself shows its code alone, and is logged", async () => {
    const world = await openWorld();
    const logger = new RecordingLogger();
    const broken: EngineApi = Object.create(world.engine, {
      call: { value: () => Promise.reject(new Error("a secret")) },
      serves: { value: () => true },
    });
    const options = httpIngressOptions.read("The ingress", { port: 0, logger });
    const ingress = await openHttpIngress(broken, world.catalog, options);
    try {
      assert.deepEqual(await postLines(ingress.port, [count("bob", {})]), [{ line: 1, status: 500, code: "INTERNAL" }]);
      assert.match(logger.lines.join(), /a secret/);
    } finally {
      await ingress.close(0);
      await world.close();
    }
  });
});

test("a page in a browser may send many calls when cors names its origin", () =>
  withIngress(
    async ({ port }) => {
      const origin = { origin: "https://shop.example" };
      const preflight = await send(port, "/calls", { method: "OPTIONS", headers: origin });
      assert.equal(preflight.headers["access-control-allow-methods"], "POST, OPTIONS");
      const answer = await post(port, "/calls", JSON.stringify(count("bob", {})), { ...ndjson, ...origin });
      assert.equal(answer.headers["access-control-allow-origin"], origin.origin);
      refused(await post(port, "/calls", "{}", { ...ndjson, origin: "https://evil.example" }), 401, "UNAUTHORIZED");
    },
    { cors: ["https://shop.example"] },
  ));
