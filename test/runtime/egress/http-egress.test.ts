// Records to a web server: posted until they are taken, each under its id.

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Metadata } from "../../../src/model/metadata.js";
import { HttpEgress, type HttpEgressSpec } from "../../../src/runtime/egress/http-egress.js";
import { throwsCode } from "../../support/expect-code.js";
import { Gate } from "../../support/gate.js";
import { ManualClock } from "./manual-clock.js";
import { find, greetingRecord, Lines, out, strangeRecord } from "./records.js";

interface Posted {
  readonly method: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Starts a receiver that answers by `answer`, and an egress to it. */
async function withReceiver(
  answer: (response: ServerResponse, count: number) => void,
  options: Partial<HttpEgressSpec>,
  run: (at: { egress: HttpEgress; posted: Posted[]; clock: ManualClock; lines: Lines; url: string }) => Promise<void>,
): Promise<void> {
  const posted: Posted[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    posted.push({ method: request.method, headers: request.headers, body: Buffer.concat(chunks) });
    answer(response, posted.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=secret`;
  const clock = new ManualClock();
  const lines = new Lines();
  const egress = new HttpEgress(out, { url, ...options }, find, { clock, logger: lines });
  try {
    await run({ egress, posted, clock, lines, url });
  } finally {
    await egress.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const ok = (response: ServerResponse) => response.writeHead(204).end();

test("a record is posted as JSON when its type is known, else as bytes, with its id and type", () =>
  withReceiver(ok, { headers: { Authorization: "Bearer t" } }, async ({ egress, posted }) => {
    await egress.receive(greetingRecord(1, "Hello"));
    await egress.receive(strangeRecord(2, Buffer.from([0, 255])));
    const [known, strange] = posted as [Posted, Posted];
    assert.equal(known.method, "POST");
    assert.equal(known.headers["content-type"], "application/json");
    assert.equal(known.headers["statefun-record-id"], "000000001");
    assert.equal(known.headers["statefun-egress"], out);
    assert.equal(known.headers["statefun-type"], "type.googleapis.com/example.Greeting");
    assert.equal(known.headers.authorization, "Bearer t");
    assert.equal(JSON.parse(known.body.toString()).text, "Hello");
    assert.equal(strange.headers["content-type"], "application/octet-stream");
    assert.deepEqual(strange.body, Buffer.from([0, 255]));
  }));

test("the context of a trace is posted under its own headers too, unless no header can carry it", () =>
  withReceiver(ok, {}, async ({ egress, posted }) => {
    for (const tracestate of ["vendor=1", "two\r\nlines"]) {
      const { value, ...record } = greetingRecord(1, "Hello");
      await egress.receive({
        ...record,
        value: value.withMetadata(new Metadata({ traceparent: "00-1-2-01", tracestate })),
      });
    }
    const headers = posted.map(({ headers: { traceparent, tracestate } }) => [traceparent, tracestate]);
    assert.deepEqual(headers, [
      ["00-1-2-01", "vendor=1"],
      ["00-1-2-01", undefined],
    ]);
  }));

test("an answer other than 2xx is posted again under the same id, and logged without the secrets of the URL", () => {
  const statuses = [500, 404, 301, 503, 400, 200];
  return withReceiver(
    (response, count) => {
      const status = statuses[count - 1] as number;
      response.writeHead(status, status === 503 ? { "Retry-After": "7" } : {}).end();
    },
    {},
    async ({ egress, posted, clock, lines }) => {
      const receiving = egress.receive(greetingRecord(1, "Hello"));
      const waits: number[] = [];
      for (let n = 0; n < 5; n++) waits.push(await clock.next());
      await receiving;
      assert.deepEqual(waits, [100, 200, 400, 7000, 1600]);
      assert.deepEqual(new Set(posted.map(({ headers }) => headers["statefun-record-id"])), new Set(["000000001"]));
      assert.equal(lines.lines.length, 5);
      assert.ok(lines.lines.every((line) => !line.includes("secret")));
    },
  );
});

test("a receiver that does not answer in time, or not at all, is tried again", async () => {
  await withReceiver(
    (response, count) => (count === 1 ? undefined : ok(response)),
    { timeout: 500 },
    async ({ egress, posted, clock }) => {
      const receiving = egress.receive(greetingRecord(1, "Hello"));
      await clock.next();
      await receiving;
      assert.equal(posted.length, 2);
    },
  );
  await withReceiver(
    (response, count) => (count === 1 ? response.destroy() : ok(response)),
    {},
    async ({ egress, posted, clock }) => {
      const receiving = egress.receive(greetingRecord(1, "Hello"));
      await clock.next();
      await receiving;
      assert.equal(posted.length, 2);
    },
  );
});

test("closing ends a request, which is then not acknowledged", () => {
  const reached = new Gate();
  return withReceiver(
    () => reached.open(),
    {},
    async ({ egress }) => {
      const receiving = egress.receive(greetingRecord(1, "Hello"));
      await reached.promise;
      const rejected = assert.rejects(receiving, { code: "SHUTTING_DOWN" });
      await egress.close();
      await rejected;
    },
  );
});

test("one record at a time is the default; concurrency allows more", () => {
  const url = "http://localhost/hook";
  assert.equal(new HttpEgress(out, { url }, find).window, 1);
  assert.equal(new HttpEgress(out, { url, concurrency: 8 }, find).window, 8);
});

test("a wrong URL, timeout or concurrency is refused", () => {
  for (const options of [{ url: "nowhere" }, { url: "ftp://host/" }, { url: "http://host", concurrency: 0 }]) {
    throwsCode(() => new HttpEgress(out, options, find), "OPTION_INVALID");
  }
  throwsCode(() => new HttpEgress(out, { url: "http://host", timeout: 0 }, find), "DURATION_INVALID");
});

test("a URL with a user or a password is refused, and not shown", () => {
  for (const url of ["http://user:top-secret@host/", "http://user@host/", "https://:top-secret@host/"]) {
    const open = () => new HttpEgress(out, { url }, find);
    throwsCode(open, "OPTION_INVALID", "password");
    assert.throws(open, ({ message }: Error) => !message.includes("top-secret"));
  }
});

test("headers that no request can carry, and those of the egress itself, are refused when it opens", () => {
  for (const headers of [
    { "content-type": "text/plain" },
    { "Content-Type": "text/plain" },
    { "statefun-record-id": "5" },
    { "Content-Length": "5" },
    { Authorization: "Bearer top\r\nX-Evil: 1" },
    { "X-Bad\r\nName": "1" },
    { "X Bad": "1" },
    { "X-Smile": "\u{1f600}" },
    { "X-Number": 5 as never },
    { "X-Twice": "1", "x-twice": "2" },
    "Authorization: x" as never,
    null as never,
  ]) {
    throwsCode(() => new HttpEgress(out, { url: "http://host/", headers }, find), "OPTION_INVALID", "headers");
  }
});

test("many records that wait for their next try warn of no leak", async (t) => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => void warnings.push(warning);
  process.on("warning", listen);
  t.after(() => process.off("warning", listen));
  await withReceiver(
    (response) => response.writeHead(500).end(),
    { concurrency: 20 },
    async ({ egress, lines }) => {
      const received = Promise.allSettled(
        Array.from({ length: 20 }, (_, number) => egress.receive(greetingRecord(number + 1, "Hello"))),
      );
      while (lines.lines.length < 20) await new Promise((resolve) => setImmediate(resolve));
      await egress.close();
      for (const { status } of await received) assert.equal(status, "rejected");
    },
  );
  assert.deepEqual(warnings, []);
});
