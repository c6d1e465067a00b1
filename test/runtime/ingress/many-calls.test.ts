// POST /calls over a real engine: many calls in one request, each answered in a line of its own.

import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { example } from "../../../samples/messages/messages.js";
import { systemClock } from "../../../src/engine/clock.js";
import { Handles, State, StatefulFunction, StatefulFunctions, TerminalError, Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { listedKeys } from "../../support/listed-keys.js";
import { RecordingLogger } from "../../support/recording-logger.js";
import { count, many, ndjson, postLines, sendLines } from "./lines.js";
import { answered, bob, json, post } from "./requests.js";
import { doorFor, withIngress } from "./world.js";

describe("many calls in one request", () => {
  test("are answered in lines, each with the number of its call's line and the type of its value", () =>
    withIngress(async ({ port }) => {
      const lines = [count("bob", { name: "Bob" }), "", many({ handler: "add", value: 5 }), "\r"];
      const { status, headers, answers } = await sendLines(port, [...lines, count("eve", { name: "Eve" })]);
      assert.equal(status, 200);
      assert.equal(headers["content-type"], ndjson["content-type"]);
      assert.match(String(headers["cache-control"]), /no-transform/);
      const greeting = "type.googleapis.com/example.Greeting";
      assert.deepEqual(answers, [
        { line: 1, status: 200, type: greeting, value: { text: "Hello Bob", count: 1 } },
        { line: 3, status: 200, type: "io.statefun.types/long", value: 5 },
        { line: 5, status: 200, type: greeting, value: { text: "Hello Eve", count: 1 } },
      ]);
    }));

  test("are answered as soon as each is ready", () =>
    withIngress(async ({ port }) => {
      const door = doorFor("slow");
      const slow = { function: "example.deep/many", id: "slow", handler: "waits", value: 1 };
      const body = [slow, count("bob", {})].map((line) => JSON.stringify(line)).join("\n");
      const chunks = await new Promise<string[]>((resolve, reject) => {
        const outgoing = request(
          { port, path: "/calls", method: "POST", headers: ndjson, agent: false },
          (response) => {
            const chunks: string[] = [];
            response.setEncoding("utf8");
            response.on("data", (chunk: string) => {
              chunks.push(chunk);
              door.open(); // the slow call ends after the first answer has come
            });
            response.once("end", () => resolve(chunks));
          },
        );
        outgoing.once("error", reject);
        outgoing.end(body);
      });
      assert.deepEqual(
        chunks.map((chunk) => JSON.parse(chunk).line),
        [2, 1],
      );
    }));

  test("of one address are handled in the order of their lines", () =>
    withIngress(async ({ port }) => {
      const lines = Array.from({ length: 300 }, () => many({ handler: "add", value: 1 }));
      const answers = await postLines(port, lines);
      assert.deepEqual(
        answers.map(({ value }) => value),
        lines.map((_, index) => index + 1),
      );
    }));

  test("take and give bytes in base64, metadata, and answers without a value", () =>
    withIngress(async ({ port }) => {
      const user = Buffer.from(example.User.encode({ name: "Bob" }).finish()).toString("base64");
      const pairs = [
        { name: "a", value: "b" },
        { name: "raw", base64: "AP8=" },
        { name: "nothing", value: null },
      ];
      const relay = { function: "example/untyped", id: "u", type: "any/thing", base64: "AQI=" };
      const answers = await postLines(port, [
        { function: "example/count", id: "bob", type: "type.googleapis.com/example.User", base64: user },
        { function: "example/count", id: "bob", base64: user, accept: "base64" },
        { ...relay, metadata: pairs },
        { ...relay, metadata: { a: "b", nothing: null } },
      ]);
      assert.equal(answers[0]?.value.text, "Hello Bob");
      assert.equal(example.Greeting.decode(Buffer.from(answers[1]?.base64 as string, "base64")).count, 2);
      assert.deepEqual(answers[2], { line: 3, status: 200, type: "any/thing", base64: "AQI=", metadata: pairs });
      assert.deepEqual(answers[3]?.metadata, [pairs[0], pairs[2]]);
    }));

  test("get the metadata of the request's headers, unless they have their own", () =>
    withIngress(async ({ port }) => {
      const relay = { function: "example/untyped", id: "u", type: "any/thing", base64: "" };
      const lines = [relay, { ...relay, metadata: { tenant: "own" } }, { ...relay, metadata: {} }];
      const { answers } = await sendLines(port, lines, { "statefun-metadata-tenant": "shop" });
      assert.deepEqual(
        answers.map(({ metadata }) => metadata),
        [[{ name: "tenant", value: "shop" }], [{ name: "tenant", value: "own" }], undefined],
      );
    }));

  test("are as idempotent as single calls, and share their keys", () =>
    withIngress(async ({ port }) => {
      const key = { idempotencyKey: "one" };
      const twice = await postLines(port, [count("bob", { name: "Bob" }, key), count("bob", { name: "Bob" }, key)]);
      assert.deepEqual(twice[0]?.value, { text: "Hello Bob", count: 1 });
      assert.deepEqual(twice[1]?.value, { text: "Hello Bob", count: 1 });
      assert.equal((await postLines(port, [count("bob", { name: "Bob" }, key)]))[0]?.value.count, 1);
      const single = await post(port, bob, '{"name":"Bob"}', { ...json, "idempotency-key": "one" });
      answered(single, 200, { text: "Hello Bob", count: 1 });
      const [other] = await postLines(port, [count("bob", { name: "Eve" }, key)]);
      assert.deepEqual([other?.status, other?.code], [409, "IDEMPOTENCY_CONFLICT"]);
    }));

  test("keep their keys for as long as their lines say", () => {
    const now = Date.UTC(2026, 0, 1);
    return withIngress(
      async ({ port, world }) => {
        const line = (id: string, idempotencyKeyLifetime: unknown) =>
          count(id, {}, { idempotencyKey: id, idempotencyKeyLifetime });
        await postLines(port, [line("a", "10m"), line("b", 1200_000), line("c", undefined)]);
        assert.deepEqual(await listedKeys(world.store), [
          { key: "a", endsAt: now + 600_000 },
          { key: "b", endsAt: now + 1200_000 },
          { key: "c", endsAt: now + 86_400_000 },
        ]);
      },
      {},
      { clock: { ...systemClock, now: () => now } },
    );
  });

  test("need one token for all", () =>
    withIngress(
      async ({ port }) => {
        assert.equal((await sendLines(port, [count("bob", {})])).status, 401);
        const { answers } = await sendLines(port, [count("bob", {})], { authorization: "Bearer secret" });
        assert.equal(answers[0]?.value.count, 1);
      },
      { bearerToken: "secret" },
    ));
});

/** Answers how much there is, or refuses to give more. */
@StatefulFunction("shop/purse")
class Purse {
  @State("amount", Types.int) amount = 0;

  @Handles(Types.int)
  take(amount: number) {
    if (amount > 9) throw new TerminalError("No.", { code: "TOO_MUCH", details: { most: 9 }, status: 402 });
    if (amount === 9) throw new Error("a secret of the function");
    this.amount += amount;
  }

  @Handles(Types.string, { readOnly: true })
  look() {
    return this.amount;
  }
}

test("a line tells of a refusal for good, of a failure, and of a handler without a value, as a single call does", async (t) => {
  const runtime = await StatefunRuntime.open({
    functions: new StatefulFunctions(Purse),
    dir: false,
    ingress: { port: 0 },
    admin: false,
    retry: { attempts: 1 },
    onFailure: "deadLetter",
    logger: new RecordingLogger(),
  });
  t.after(() => runtime.close());
  const purse = (handler: string, value: unknown) => ({ function: "shop/purse", id: "p", handler, value });
  const lines = [purse("take", 1), purse("take", 10), purse("take", 9), purse("take", 2)];
  const [taken, refusal, failure, again] = await postLines(runtime.ingress?.port as number, lines);
  assert.deepEqual(taken, { line: 1, status: 204 });
  const told = { code: "TOO_MUCH", message: "No.", details: { most: 9 }, terminal: true };
  assert.deepEqual(refusal, { line: 2, status: 402, ...told });
  assert.deepEqual([failure?.status, failure?.code], [500, "HANDLER_FAILED"]);
  assert.doesNotMatch(JSON.stringify(failure), /secret/);
  assert.deepEqual(again, { line: 4, status: 204 });
  // A call that only looks is answered although nothing else is.
  await runtime.engine.park(Address.of("shop/purse", "p"), "for a test");
  const [look, parked] = await postLines(runtime.ingress?.port as number, [purse("look", ""), purse("take", 1)]);
  assert.equal(look?.value, 3);
  assert.deepEqual([parked?.status, parked?.code, parked?.retryAfter], [409, "ADDRESS_PARKED", undefined]);
});
