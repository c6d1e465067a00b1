// Mutated requests over real sockets: each gets a status that fits its outcome, and the server goes on.

import assert from "node:assert/strict";
import { Agent } from "node:http";
import { test } from "node:test";
import { RequestReplyHandler, StatefunError } from "../../src/index.js";
import { type Host, hosts, octetStream, send, stop } from "../support/http.js";
import { type Random, randomOf } from "../support/random.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { mutated } from "./requests.js";
import { functions, seeds } from "./seeds.js";

const rounds = 4_000;
const inFlight = 16;

/** The outcome of the handler alone for these bytes: the answer's bytes, or a code. */
async function directly(handler: RequestReplyHandler, bytes: Uint8Array): Promise<Uint8Array | string> {
  try {
    return await handler.handle(bytes);
  } catch (error) {
    assert.ok(error instanceof StatefunError);
    return error.code;
  }
}

const statusOf: Record<string, number> = { REQUEST_MALFORMED: 400, REQUEST_EMPTY: 400, FUNCTION_UNKNOWN: 404 };

/** The body in one piece with its length, or in chunks cut at random places. */
function sentAs(random: Random, bytes: Uint8Array): Uint8Array | Uint8Array[] {
  if (random.chance(0.7) || bytes.length < 2) return bytes;
  const cut = 1 + random.below(bytes.length - 1);
  return [bytes.subarray(0, cut), bytes.subarray(cut)];
}

for (const name of ["Koa middleware", "node listener"]) {
  test(`${name}: ${rounds} mutated requests over kept connections`, { timeout: 60_000 }, async (t) => {
    const random = randomOf(t);
    const quiet = { error: () => {}, warn: () => {} };
    const reference = new RequestReplyHandler(functions(), { logger: quiet });
    const logger = new RecordingLogger();
    const host = (await (hosts[name] as (typeof hosts)[string])(functions(), { logger })) as Host;
    const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", onUnhandled);
    t.after(() => {
      process.off("unhandledRejection", onUnhandled);
      agent.destroy();
      return stop(host.server);
    });
    let connections = 0;
    host.server.on("connection", () => connections++);

    const one = async (): Promise<void> => {
      const bytes = mutated(random, seeds);
      const shown = Buffer.from(bytes).toString("hex");
      const expected = bytes.length === 0 ? "REQUEST_EMPTY" : await directly(reference, bytes);
      const {
        status,
        headers,
        bytes: received,
        text,
      } = await send(host.port, host.at("/statefun"), {
        body: sentAs(random, bytes),
        headers: octetStream,
        agent,
      });
      if (typeof expected !== "string") {
        assert.equal(status, 200, shown);
        assert.equal(headers["content-type"], "application/octet-stream");
        assert.ok(received.equals(expected), shown);
        return;
      }
      assert.equal(status, statusOf[expected] ?? 500, shown);
      assert.ok(text === `${expected}\n` || (status < 500 && text.startsWith(`${expected}: `)), text);
      assert.doesNotMatch(text, /\n\s+at |\.ts|\.js|node:/);
    };
    for (let round = 0; round < rounds; round += inFlight) await Promise.all(Array.from({ length: inFlight }, one));

    assert.ok(connections <= inFlight, `a kept connection was given up: there were ${connections}`);
    assert.equal((await send(host.port, host.at("/statefun/health"), { method: "GET", headers: {} })).status, 200);
    assert.deepEqual(unhandled, []);
    assert.ok(!logger.lines.some((line) => line.startsWith("HANDLER_FAILED")));
  });
}
