// What every host answers, over real sockets.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { RequestReplyHandler, StatefulFunctions, Types } from "../../src/index.js";
import { answerOf, generations, message, primitive, requestBytes, shown } from "../support/calls.js";
import { type Host, hosts, octetStream, type Sent, send, stop } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";

const seth = message(example.User, { name: "Seth" });
const secret = "4111-1111-1111-1111";

const functions = new StatefulFunctions()
  .register(
    "example/counter",
    (_message, _context, state) => {
      state.count += 1;
    },
    { state: { count: { type: Types.int, default: 0 } } },
  )
  .register("example/failing", () => {
    throw new Error(`card ${secret} was refused`);
  });
const request = (to: string, generation: "v2" | "v3" = "v3") =>
  requestBytes(generation, { to, state: { count: primitive(generation, "int", 4) }, messages: [{ argument: seth }] });
const ok = request("example/counter/1");
const maxBodyBytes = 1000;

for (const [name, start] of Object.entries(hosts)) {
  const logger = new RecordingLogger();
  let host: Host;
  before(async () => {
    host = await start(new RequestReplyHandler(functions, { logger }), { maxBodyBytes });
  });
  after(() => stop(host.server));
  const post = (sent: Sent = {}) => {
    logger.entries.length = 0;
    return send(host.port, host.at("/statefun"), sent);
  };

  for (const generation of generations) {
    test(`${name}: a ${generation} call is answered with 200, its bytes and exactly the engine's content type`, async () => {
      const { status, headers, bytes } = await post({ body: request("example/counter/1", generation) });
      assert.equal(status, 200);
      assert.equal(headers["content-type"], "application/octet-stream");
      assert.equal(headers["content-length"], String(bytes.length));
      const { mutations } = answerOf(generation, bytes);
      assert.deepEqual(mutations, [{ name: "count", value: shown(primitive(generation, "int", 5)) }]);
      assert.deepEqual(logger.entries, []);
    });
  }

  test(`${name}: a body in chunks is put together`, async () => {
    const { status, bytes } = await post({ body: Array.from(ok, (byte) => Uint8Array.of(byte)) });
    assert.equal(status, 200);
    assert.equal(answerOf("v3", bytes).mutations.length, 1);
  });

  test(`${name}: a query string does not matter`, async () => {
    const { status } = await send(host.port, `${host.at("/statefun")}?token=x`, { body: ok });
    assert.equal(status, 200);
  });

  test(`${name}: a type with parameters, or in capitals, or a plain encoding is accepted`, async () => {
    for (const headers of [
      { "content-type": "application/octet-stream; charset=utf-8" },
      { "content-type": "Application/Octet-Stream" },
      { ...octetStream, "content-encoding": "identity" },
    ]) {
      assert.equal((await post({ body: ok, headers })).status, 200);
    }
  });

  for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]) {
    test(`${name}: ${method} is 405 with Allow`, async () => {
      const { status, headers, text } = await post({ method });
      assert.equal(status, 405);
      assert.equal(headers.allow, "POST");
      if (method !== "HEAD") assert.ok(text.startsWith("METHOD_NOT_ALLOWED"), text);
    });
  }

  const media: [string, Record<string, string>][] = [
    ["another content type", { "content-type": "application/json" }],
    ["no content type", {}],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["a type that only begins alike", { "content-type": "application/octet-stream-x" }],
    ["gzip", { ...octetStream, "content-encoding": "gzip" }],
    ["two encodings", { ...octetStream, "content-encoding": "identity, gzip" }],
  ];
  for (const [what, headers] of media) {
    test(`${name}: ${what} is 415`, async () => {
      const { status, text } = await post({ body: ok, headers });
      assert.equal(status, 415);
      assert.ok(text.startsWith("MEDIA_TYPE_UNSUPPORTED"), text);
      assert.equal(logger.entries.length, 1);
    });
  }

  test(`${name}: a call of a page in a browser is 401, also when the page's domain resolves to the server`, async () => {
    for (const origin of ["http://evil.example", `http://127.0.0.1:${host.port}`, "null"]) {
      const { status, text } = await post({ body: ok, headers: { ...octetStream, origin } });
      assert.equal(status, 401);
      assert.ok(text.startsWith("UNAUTHORIZED"), text);
    }
  });

  test(`${name}: an empty body is 400, declared or in chunks`, async () => {
    for (const sent of [{ body: new Uint8Array(0) }, { body: [] }]) {
      const { status, text } = await post(sent);
      assert.equal(status, 400);
      assert.ok(text.startsWith("REQUEST_EMPTY"), text);
    }
  });

  test(`${name}: bytes that are no request are 400, logged once`, async () => {
    for (const body of [Buffer.from("garbage"), ok.subarray(0, ok.length - 1), new Uint8Array(100)]) {
      const { status, text } = await post({ body });
      assert.equal(status, 400);
      assert.ok(text.startsWith("REQUEST_MALFORMED"), text);
      assert.equal(logger.entries.length, 1);
    }
  });

  test(`${name}: a function that is not bound is 404 and named, logged once`, async () => {
    const { status, text } = await post({ body: request("example/other/1") });
    assert.equal(status, 404);
    assert.ok(text.startsWith("FUNCTION_UNKNOWN") && text.includes("example/other"), text);
    assert.equal(logger.entries.length, 1);
  });

  test(`${name}: a function's failure is 500 with nothing but its code; the log has the rest, once`, async () => {
    const { status, headers, text } = await post({ body: request("example/failing/1") });
    assert.equal(status, 500);
    assert.equal(text, "HANDLER_FAILED\n");
    assert.ok(!JSON.stringify(headers).includes(secret));
    assert.equal(logger.entries.length, 1);
    const [line] = logger.lines;
    for (const part of [secret, "example/failing/1", seth.typename, "1 of 1"]) assert.ok(line?.includes(part), line);
  });

  test(`${name}: a state of another type is 500 with nothing but its code`, async () => {
    const state = { count: primitive("v3", "string", secret) };
    const body = requestBytes("v3", { to: "example/counter/1", state, messages: [{ argument: seth }] });
    const { status, text } = await post({ body });
    assert.equal(status, 500);
    assert.equal(text, "STATE_TYPE_MISMATCH\n");
  });

  test(`${name}: a body of exactly the limit is read, one byte more is 413`, async () => {
    const padded = (length: number) => {
      const padding = length - ok.length - 3;
      return Buffer.concat([ok, Buffer.from([0x0a, (padding & 0x7f) | 0x80, padding >> 7]), Buffer.alloc(padding)]);
    };
    assert.equal(padded(maxBodyBytes).length, maxBodyBytes);
    assert.equal((await post({ body: padded(maxBodyBytes) })).status, 200);
    assert.equal((await post({ body: [padded(maxBodyBytes)] })).status, 200);
    for (const body of [padded(maxBodyBytes + 1), [padded(maxBodyBytes + 1)]]) {
      const { status, text } = await post({ body });
      assert.equal(status, 413);
      assert.ok(text.startsWith("REQUEST_TOO_LARGE") && text.includes(String(maxBodyBytes)), text);
      assert.equal(logger.entries.length, 1);
    }
  });

  test(`${name}: health is 200, at the functions' path and /health`, async () => {
    const { status, text } = await send(host.port, host.at("/statefun/health"), { method: "GET" });
    assert.equal(status, 200);
    assert.equal(text, "ok\n");
  });

  test(`${name}: any other path is 404, and nothing is logged`, async () => {
    logger.entries.length = 0;
    for (const path of ["/", host.at("/other"), host.at("/statefun/deeper"), host.at("/statefunny")]) {
      assert.equal((await send(host.port, path, { body: ok })).status, 404);
    }
    assert.deepEqual(logger.entries, []);
  });

  test(`${name}: many calls at once are each answered with their own bytes`, async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const state = { count: primitive("v3", "int", index) };
        const body = requestBytes("v3", { to: `example/counter/${index}`, state, messages: [{ argument: seth }] });
        return send(host.port, host.at("/statefun"), { body });
      }),
    );
    answers.forEach(({ bytes }, index) => {
      const expected = shown(primitive("v3", "int", index + 1));
      assert.deepEqual(answerOf("v3", bytes).mutations[0]?.value, expected);
    });
  });
}
