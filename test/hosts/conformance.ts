// What every host must answer: the same requests, over a socket, whatever framework takes them.

import assert from "node:assert/strict";
import { Agent } from "node:http";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { RequestReplyHandler } from "../../src/functions/request-reply.js";
import type { ServeOptions } from "../../src/serve/adapter.js";
import {
  answerOf,
  type Generation,
  generations,
  missingOf,
  packed,
  primitive,
  requestBytes,
  shown,
} from "../support/calls.ts";
import { Gate } from "../support/gate.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import {
  abort,
  declare,
  engineHeaders,
  type Received,
  type Sent,
  send,
  sendChunked,
  sendWithoutEnd,
} from "./client.ts";
import { functions, held } from "./functions.ts";
import { maxBodyBytes } from "./limits.ts";

/** A host that listens. */
export interface RunningHost {
  /** Such as http://127.0.0.1:8000. */
  readonly origin: string;
  /** Takes no new calls; resolves when those in flight are answered. Defaults to closing the handler that was given. */
  close?(): Promise<unknown>;
  stop(): Promise<unknown>;
}

export type StartHost = (handler: RequestReplyHandler, options: ServeOptions) => Promise<RunningHost>;

/** How a host differs from the other hosts, for reasons of its own. */
export interface HostTraits {
  /** The status for any other path: 404, or 200 from the application's own route. Defaults to 404. */
  readonly elsewhere?: 200 | 404;
  /** Whether a request reaches the handler before its body is there. Defaults to true. */
  readonly streams?: boolean;
  /** Whether the functions run in the test's own process. Defaults to true. */
  readonly inProcess?: boolean;
  /** The largest body the host hands over, if that is less than 6 MB. */
  readonly largestBody?: number;
}

interface Row extends Sent {
  readonly title: string;
  readonly status: number;
  /** The code that the answer's text begins with. */
  readonly code?: string;
  readonly answer?: string;
}

const echoRequest = (generation: Generation, value: Uint8Array | string) =>
  requestBytes(generation, { to: "hosts/echo/a", messages: [{ argument: packed("hosts/bytes", value) }] });
const small = echoRequest("v3", "small");

const rows: Row[] = [
  { title: "an empty body", status: 400, code: "REQUEST_EMPTY" },
  { title: "garbage", body: "not a ToFunction", status: 400, code: "REQUEST_MALFORMED" },
  { title: "half a request", body: small.subarray(0, small.length / 2), status: 400, code: "REQUEST_MALFORMED" },
  ...["GET", "PUT", "PATCH", "DELETE"].map((method) => ({
    title: `the method ${method}`,
    method,
    body: method === "GET" ? "" : small,
    status: 405,
    code: "METHOD_NOT_ALLOWED",
  })),
  { title: "no content type", headers: {}, body: small, status: 415, code: "MEDIA_TYPE_UNSUPPORTED" },
  ...["application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"].map(
    (type) => ({
      title: `the content type ${type}`,
      headers: { "Content-Type": type },
      body: '{"name":"value"}',
      status: 415,
      code: "MEDIA_TYPE_UNSUPPORTED",
    }),
  ),
  {
    title: "a gzip body",
    headers: { ...engineHeaders, "Content-Encoding": "gzip" },
    body: gzipSync(small),
    status: 415,
    code: "MEDIA_TYPE_UNSUPPORTED",
  },
  {
    title: "a function that is not bound here",
    body: requestBytes("v3", { to: "hosts/none/a", messages: [{ argument: packed("hosts/bytes", "") }] }),
    status: 404,
    code: "FUNCTION_UNKNOWN",
  },
  {
    title: "a function that fails",
    body: requestBytes("v3", { to: "hosts/failing/a", messages: [{ argument: packed("hosts/bytes", "") }] }),
    status: 500,
    answer: "HANDLER_FAILED\n",
  },
  { title: "a health check", method: "GET", path: "/statefun/health", headers: {}, status: 200, answer: "ok\n" },
];

/** Registers the suite for one host. */
export function conformance(name: string, start: StartHost, traits: HostTraits = {}): void {
  const { elsewhere = 404, streams = true, inProcess = true, largestBody = maxBodyBytes } = traits;

  describe(name, () => {
    const logger = new RecordingLogger();
    const handler = new RequestReplyHandler(functions(), { logger });
    let host: RunningHost;
    before(async () => {
      host = await start(handler, { maxBodyBytes });
    });
    after(() => host.stop());

    for (const generation of generations) {
      test(`a ${generation} batch is answered, with exactly the content type that the engine takes`, async () => {
        const argument = primitive(generation, "string", "hello");
        const state = { count: primitive(generation, "int", 4) };
        const call = { to: "hosts/count/a", state, messages: [{ argument }, { argument }] };
        const received = await send(host.origin, { body: requestBytes(generation, call) });
        assertAnswered(received);
        assert.deepEqual(answerOf(generation, received.body), {
          mutations: [{ name: "count", value: shown(primitive(generation, "int", 6)) }],
          messages: [],
          delayed: [],
          egresses: [
            { egress: "hosts/out", argument: shown(argument) },
            { egress: "hosts/out", argument: shown(argument) },
          ],
        });
      });
    }

    test("a v3 batch without its state is answered with the states that are missing", async () => {
      const call = { to: "hosts/count/a", messages: [{ argument: packed("hosts/bytes", "") }] };
      const received = await send(host.origin, { body: requestBytes("v3", call) });
      assertAnswered(received);
      assert.deepEqual(
        missingOf(received.body).map((state) => state.name),
        ["count"],
      );
    });

    for (const { title, status, code, answer, ...sent } of rows) {
      test(`${title} is answered with ${status}${code === undefined ? "" : ` and ${code}`}`, async () => {
        const received = await send(host.origin, sent);
        const text = received.body.toString();
        assert.equal(received.status, status, text);
        if (code !== undefined) assert.equal(text.split(":", 1)[0], code);
        if (answer !== undefined) assert.equal(text, answer);
        assert.match(received.headers["content-type"] ?? "", /^text\/plain/);
        if (status === 405) assert.equal(received.headers.allow, "POST");
        if (status === 500) assert.ok(!JSON.stringify(received.headers).includes("would not want"));
      });
    }

    test("HEAD is answered as the wrong method, without a body", async () => {
      const received = await send(host.origin, { method: "HEAD" });
      assert.deepEqual([received.status, received.body.length], [405, 0]);
    });

    for (const type of ["APPLICATION/Octet-Stream", "application/octet-stream; charset=utf-8"]) {
      test(`the content type ${type} is taken`, async () => {
        assertAnswered(await send(host.origin, { headers: { "Content-Type": type }, body: small }));
      });
    }

    test("a query after the path is ignored", async () => {
      assertAnswered(await send(host.origin, { path: "/statefun?from=engine", body: small }));
    });

    test(`a path outside is ${elsewhere === 404 ? "not found" : "left to the application"}`, async () => {
      const paths = elsewhere === 404 ? ["/", "/statefunctions", "/statefun/healthy"] : ["/elsewhere"];
      for (const path of paths) {
        const received = await send(host.origin, { method: "GET", path, headers: {} });
        assert.equal(received.status, elsewhere, path);
        if (elsewhere === 200) assert.equal(received.body.toString(), "elsewhere");
      }
    });

    for (const generation of generations) {
      test(`every byte value passes unchanged both ways (${generation})`, async () => {
        const value = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
        await assertEchoed(host.origin, generation, value);
      });
    }

    test("a body of several megabytes passes", async () => {
      await assertEchoed(host.origin, "v3", Buffer.alloc(Math.min(5_000_000, largestBody), "0123456789abcdef"));
    });

    test("a body without a declared length passes", async () => {
      const value = Buffer.alloc(300_000, 7);
      const received = await sendChunked(host.origin, echoRequest("v3", value), 10_000);
      assertAnswered(received);
      assert.equal(answerOf("v3", received.body).egresses[0]?.argument.hex, value.toString("hex"));
    });

    if (streams) {
      test("a declared length beyond the limit is refused before the body is sent", async () => {
        assertRefused(await declare(host.origin, maxBodyBytes + 1), 413, "REQUEST_TOO_LARGE");
      });

      test("a body that grows beyond the limit is refused before its end", async () => {
        assertRefused(await sendWithoutEnd(host.origin, maxBodyBytes + 1), 413, "REQUEST_TOO_LARGE");
      });

      test("an upload that is given up harms no other call", async () => {
        await abort(host.origin);
        assertAnswered(await send(host.origin, { body: small }));
      });
    }

    test("fifty calls at the same time each get their own answer", async () => {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          assertEchoed(host.origin, index % 2 ? "v2" : "v3", Buffer.from(`${index}`)),
        ),
      );
    });

    test("a connection is used again", async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const sockets = new Set<unknown>();
      for (let call = 0; call < 10; call++) {
        const received = await send(host.origin, { body: small }, agent);
        assertAnswered(received);
        sockets.add(received.socket);
      }
      agent.destroy();
      assert.equal(sockets.size, 1);
    });

    if (inProcess) {
      test("while it closes, a call in flight is finished, a new one is refused, and health says no", async () => {
        held.entered = new Gate();
        held.released = new Gate();
        const waiting = { to: "hosts/waiting/a", messages: [{ argument: packed("hosts/bytes", "") }] };
        const inFlight = send(host.origin, { body: requestBytes("v3", waiting) });
        // Whichever comes first: a call that never reaches its function must not hold up the test.
        await Promise.race([held.entered.promise, inFlight.then(assertAnswered)]);
        const closed = (host.close ?? (() => handler.close()))();
        await assertClosing(host.origin);
        held.released.open();
        assertAnswered(await inFlight);
        await closed;
      });
    } else {
      test("once closed, a call is refused and health says no", async () => {
        await host.close?.();
        await assertClosing(host.origin);
      });
    }
  });
}

function assertAnswered(received: Received): void {
  assert.equal(received.status, 200, received.body.subarray(0, 500).toString());
  assert.equal(received.headers["content-type"], "application/octet-stream");
  assert.equal(received.headers["content-encoding"], undefined);
}

function assertRefused({ status, body }: Received, expected: number, code: string): void {
  assert.deepEqual([status, body.toString().split(":", 1)[0]], [expected, code]);
}

async function assertEchoed(origin: string, generation: Generation, value: Buffer): Promise<void> {
  const received = await send(origin, { body: echoRequest(generation, value) });
  assertAnswered(received);
  const { egresses } = answerOf(generation, received.body);
  assert.deepEqual(egresses, [{ egress: "hosts/out", argument: shown(packed("hosts/bytes", value)) }]);
}

async function assertClosing(origin: string): Promise<void> {
  assertRefused(await send(origin, { body: small }), 503, "SHUTTING_DOWN");
  const health = await send(origin, { method: "GET", path: "/statefun/health", headers: {} });
  assert.deepEqual([health.status, health.body.toString()], [503, "closing\n"]);
}
