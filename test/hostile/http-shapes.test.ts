// Requests that two servers in a row could understand differently, and several requests on one connection.
// Alone in its process: it counts the memory of the process.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { octetStream, send, stop } from "../support/http.js";
import { call, exchange, head, hostNames, latin, post, startHost, statusesOf } from "./raw.js";

const body = latin(call("first"));
const hex = (length: number) => length.toString(16);
const chunked = (text: string) => `${hex(text.length)}\r\n${text}\r\n0\r\n\r\n`;
const smuggled = post(call("smuggled"), "Connection: close");

/** Heads and bodies whose end can be understood in two ways. */
const ambiguous: [string, string][] = [
  ["a length and chunks", head(`Content-Length: ${body.length}`, "Transfer-Encoding: chunked") + chunked(body)],
  ["chunks and a length", head("Transfer-Encoding: chunked", `Content-Length: ${body.length}`) + chunked(body)],
  ["two lengths that differ", head("Content-Length: 1", `Content-Length: ${body.length}`) + body],
  ["two lengths that agree", head(`Content-Length: ${body.length}`, `Content-Length: ${body.length}`) + body],
  ["a list of lengths", head(`Content-Length: ${body.length}, ${body.length}`) + body],
  ["a length with a sign", head(`Content-Length: +${body.length}`) + body],
  ["a negative length", head("Content-Length: -1") + body],
  ["a hexadecimal length", head(`Content-Length: 0x${hex(body.length)}`) + body],
  ["a length that is no number", head("Content-Length: many") + body],
  ["a length beyond 64 bits", head("Content-Length: 99999999999999999999999") + body],
  ["an encoding that only looks like chunks", head("Transfer-Encoding: xchunked") + chunked(body)],
  ["chunks that are not the last encoding", head("Transfer-Encoding: chunked, identity") + chunked(body)],
  ["a space before the colon", head("Transfer-Encoding : chunked") + chunked(body)],
  ["a chunk's length that is no number", `${head("Transfer-Encoding: chunked")}zz\r\n${body}\r\n0\r\n\r\n`],
  ["a chunk's length with a sign", `${head("Transfer-Encoding: chunked")}+1\r\nx\r\n0\r\n\r\n`],
  ["a chunk that is longer than its length", `${head("Transfer-Encoding: chunked")}1\r\n${body}\r\n0\r\n\r\n`],
  ["a chunk's length beyond 64 bits", `${head("Transfer-Encoding: chunked")}fffffffffffffffff\r\nx\r\n0\r\n\r\n`],
  ["a header that begins with a space", head(" Transfer-Encoding: chunked") + chunked(body)],
  ["a header's name with a space", head("Transfer Encoding: chunked") + chunked(body)],
  ["a header's name with a control character", head("Content-\u0001Length: 5") + body],
  ["a header without a colon", head("Content-Length") + body],
  ["a header with a bare carriage return", head("X: a\rContent-Length: 5") + body],
  ["a header with a null", head("X: a\u0000b") + body],
  ["a version that does not exist", "POST /statefun HTTP/9.9\r\nHost: x\r\n\r\n"],
  ["a path with a space", "POST /state fun HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["HTTP/2 without being asked", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["no HTTP at all", "\u0016\u0003\u0001\u0000\u00f4\u0001\u0000\u0000\u00f0\u0003\u0003 hello\r\n\r\n"],
];

for (const name of hostNames) {
  const withHost = async (
    t: TestContext,
    run: (started: Awaited<ReturnType<typeof startHost>>) => Promise<void>,
  ): Promise<void> => {
    const started = await startHost(name);
    t.after(() => stop(started.host.server));
    await run(started);
    const { status } = await send(started.host.port, "/statefun", { body: call("after") });
    assert.equal(status, 200, "the server does not go on");
  };

  for (const [what, text] of ambiguous) {
    test(
      `${name}: ${what}: no bytes behind it are taken for a call, and the connection ends`,
      { timeout: 10_000 },
      (t) =>
        withHost(t, async ({ host, reached, logger }) => {
          const answer = await exchange(host, text + smuggled);
          for (const status of statusesOf(answer)) assert.ok(status >= 400 && status < 500, answer);
          assert.ok(statusesOf(answer).length <= 1, answer);
          assert.ok(!reached.includes("smuggled"), "a call was smuggled in");
          assert.deepEqual(reached, []);
          assert.ok(logger.entries.length <= 1);
          assert.doesNotMatch(answer, /\n\s+at |\.[jt]s\b|node:/);
        }),
    );
  }

  test(
    `${name}: a header that continues on the next line is refused, or read as one header`,
    { timeout: 10_000 },
    (t) =>
      withHost(t, async ({ host, reached }) => {
        const folded = `${head("X: a\r\n Transfer-Encoding: chunked", "Content-Length: 5", "Connection: close")}hello`;
        const statuses = statusesOf(await exchange(host, folded + smuggled));
        assert.deepEqual(statuses, [400]);
        assert.deepEqual(reached, []);
      }),
  );

  test(`${name}: calls that are sent at once are answered one by one, in their order`, { timeout: 10_000 }, (t) =>
    withHost(t, async ({ host, reached, logger }) => {
      const calls = Array.from({ length: 50 }, (_, index) => post(call(`n${index}`)));
      const text = await exchange(host, `${calls.join("")}${post(call("last"), "Connection: close")}`);
      assert.deepEqual(statusesOf(text), Array(51).fill(200));
      const order = Array.from(text.matchAll(/n\d+(?=HTTP)|last$/g), ([id]) => id as string);
      assert.deepEqual(order, [...Array.from({ length: 50 }, (_, index) => `n${index}`), "last"]);
      assert.deepEqual(reached, order);
      assert.deepEqual(logger.entries, []);
    }),
  );

  test(`${name}: after a call that is refused with its upload unread, nothing more is answered`, {
    timeout: 10_000,
  }, async (t) => {
    const { host, reached } = await startHost(name, { maxBodyBytes: 100 });
    t.after(() => stop(host.server));
    const text = await exchange(host, head("Content-Length: 100000") + smuggled);
    assert.deepEqual(statusesOf(text), [413]);
    assert.deepEqual(reached, []);
  });

  test(
    `${name}: after a call that is refused with its upload read, the next call is answered`,
    { timeout: 10_000 },
    (t) =>
      withHost(t, async ({ host, reached }) => {
        const text = await exchange(host, post(Buffer.from("no call")) + post(call("good"), "Connection: close"));
        assert.deepEqual(statusesOf(text), [400, 200]);
        assert.deepEqual(reached, ["good"]);
      }),
  );

  test(
    `${name}: "Expect: 100-continue" is told to go on, anything else that is expected is 417`,
    { timeout: 10_000 },
    (t) =>
      withHost(t, async ({ host, reached }) => {
        const text = await exchange(host, post(call("first"), "Expect: 100-continue", "Connection: close"));
        assert.deepEqual(statusesOf(text), [100, 200]);
        assert.deepEqual(
          statusesOf(await exchange(host, post(call("x"), "Expect: miracles", "Connection: close"))),
          [417],
        );
        assert.deepEqual(reached, ["first"]);
      }),
  );

  test(`${name}: an upgrade is not made, and CONNECT ends the connection`, { timeout: 10_000 }, (t) =>
    withHost(t, async ({ host, reached }) => {
      const upgrade = post(call("first"), "Upgrade: h2c", "Connection: upgrade, close");
      assert.deepEqual(statusesOf(await exchange(host, upgrade)), [200]);
      assert.deepEqual(statusesOf(await exchange(host, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n")), []);
      assert.deepEqual(reached, ["first"]);
    }),
  );

  test(`${name}: headers of more than 16 KiB are 431`, { timeout: 10_000 }, (t) =>
    withHost(t, async ({ host, reached }) => {
      const text = await exchange(host, `${head(`X: ${"x".repeat(20_000)}`, "Content-Length: 1")}x`);
      assert.deepEqual(statusesOf(text), [431]);
      assert.deepEqual(reached, []);
    }),
  );

  test(`${name}: a body that gzip made small is 415, and is never unpacked`, (t) =>
    withHost(t, async ({ host, reached }) => {
      const bomb = gzipSync(Buffer.alloc(100 * 2 ** 20));
      const before = process.memoryUsage().rss;
      for (const encoding of ["gzip", "GZIP", "deflate", "br", "gzip, identity", "x-gzip"]) {
        const headers = { ...octetStream, "content-encoding": encoding };
        const { status, text } = await send(host.port, "/statefun", { body: bomb, headers });
        assert.equal(status, 415, text);
      }
      const unsaid = await send(host.port, "/statefun", { body: bomb });
      assert.equal(unsaid.status, 400, "gzip that does not say so is no ToFunction");
      assert.ok(process.memoryUsage().rss - before < 60 * 2 ** 20);
      assert.deepEqual(reached, []);
    }));
}
