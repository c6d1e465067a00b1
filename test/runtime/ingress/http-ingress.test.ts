// The HTTP ingress over a real engine: calls, sends, the list of functions, opening and closing.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { example } from "../../../samples/messages/messages.js";
import { Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { openLevelStore } from "../../../src/store/level-store.js";
import { rejectsCode } from "../../support/expect-code.ts";
import { octetStream, send } from "../../support/http.js";
import { listedKeys } from "../../support/listed-keys.js";
import { answered, bob, form, json, many, post, refused } from "./requests.js";
import { doorFor, openIngress, openWorld, until, withIngress } from "./world.js";

describe("a call", () => {
  test("is answered with what the function returns, as JSON, with its typename", () =>
    withIngress(async ({ port }) => {
      const received = await post(port, bob, '{"name":"Bob"}');
      answered(received, 200, { text: "Hello Bob", count: 1 });
      assert.equal(received.headers["statefun-type"], "type.googleapis.com/example.Greeting");
      answered(await post(port, bob, '{"name":"Bob"}'), 200, { text: "Hello Bob", count: 2 });
      answered(await post(port, "/call/example/count/eve", '{"name":"Eve"}'), 200, { text: "Hello Eve", count: 1 });
    }));

  test("takes what curl -d sends, and JSON with a charset or without any content type", () =>
    withIngress(async ({ port }) => {
      for (const headers of [form, { "content-type": "Application/JSON; charset=utf-8" }, {}]) {
        assert.equal((await post(port, bob, '{"name":"Bob"}', headers as Record<string, string>)).status, 200);
      }
    }));

  test("takes JSON behind a byte order mark", () =>
    withIngress(async ({ port }) => {
      answered(await post(port, bob, '\ufeff{"name":"Bob"}'), 200, { text: "Hello Bob", count: 1 });
    }));

  test("carries bytes unchanged, both ways", () =>
    withIngress(async ({ port }) => {
      const body = example.User.encode({ name: "Bob" }).finish();
      const received = await send(port, bob, { body, headers: { ...octetStream, accept: "application/octet-stream" } });
      assert.equal(received.status, 200);
      assert.equal(received.headers["content-type"], "application/octet-stream");
      assert.equal(example.Greeting.decode(received.bytes).text, "Hello Bob");
      const raw = Buffer.from([0, 255, 1]);
      const echoed = await send(port, `${many}?type=any/thing`, { body: raw });
      assert.equal(echoed.headers["statefun-type"], "example/echo");
      assert.equal(echoed.headers["content-type"], "application/octet-stream");
      assert.deepEqual(echoed.bytes, raw);
    }));

  test("names its value's type by query, by header or by the method's name", () =>
    withIngress(async ({ port }) => {
      answered(await post(port, `${many}?type=io.statefun.types/long`, '"9007199254740993"'), 200, "9007199254740993");
      answered(await post(port, `${many}?handler=add`, "1"), 200, "9007199254740994");
      answered(await post(port, many, '"psst"', { ...json, "statefun-type": "io.statefun.types/string" }), 200, "PSST");
      answered(await post(port, `${many}?handler=order`, '{"sku":"a","amount":2}'), 200, { sku: "a", amount: 4 });
      answered(await post(port, `${many}?type=type.googleapis.com/example.Admin`, '{"name":"Al"}'), 200, "admin Al");
    }));

  test("has percent-encoded parts", () =>
    withIngress(async ({ port, world }) => {
      assert.equal((await post(port, "/call/example/count/a%2Fb%20%C3%BC%3F", '{"name":"Bob"}')).status, 200);
      const { states } = await world.engine.inspect(Address.of("example/count", "a/b ü?"));
      assert.equal(states[0]?.value.as(Types.int), 1);
    }));

  test("waits no longer than its timeout", () =>
    withIngress(async ({ port }) => {
      refused(await post(port, `${many}?handler=silent&timeout=1`, "true"), 504, "ANSWER_TIMEOUT");
      refused(await post(port, `${many}?handler=silent&timeout=1ms`, "true"), 504, "ANSWER_TIMEOUT");
      for (const timeout of ["", "0", "-1", "1.5", "soon", "40d", "1w"]) {
        refused(await post(port, `${many}?handler=silent&timeout=${timeout}`, "true"), 400, "DURATION_INVALID");
      }
    }));

  test("stops waiting when its client leaves", { timeout: 20_000 }, () =>
    withIngress(async ({ port, world }) => {
      const door = doorFor("leaver");
      const path = "/call/example.deep/many/leaver?handler=waits&timeout=1h";
      const outgoing = httpRequest({ port, path, method: "POST", agent: false }).on("error", () => {});
      outgoing.end("1");
      await door.reached;
      assert.equal(world.engine.metrics.callsWaiting, 1);
      outgoing.destroy();
      await until(() => world.engine.metrics.callsWaiting === 0);
    }),
  );

  test("stops waiting when its client leaves after other calls of the same connection", { timeout: 20_000 }, () =>
    withIngress(async ({ port, world }) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const call = (path: string, body: string) => {
        const outgoing = httpRequest({ port, path, method: "POST", agent, headers: json }).on("error", () => {});
        outgoing.end(body);
        return outgoing;
      };
      const [answer] = await once(call(bob, '{"name":"Bob"}'), "response");
      answer.resume();
      await once(answer, "end");
      const door = doorFor("leaver");
      const leaver = call("/call/example.deep/many/leaver?handler=waits&timeout=1h", "1");
      await door.reached;
      assert.equal(leaver.reusedSocket, true);
      leaver.destroy();
      await until(() => world.engine.metrics.callsWaiting === 0);
    }),
  );

  test("with an idempotency key is carried out once, and answered again", () =>
    withIngress(async ({ port }) => {
      const headers = { ...json, "idempotency-key": "k1" };
      const first = await post(port, bob, '{"name":"Bob"}', headers);
      const again = await post(port, bob, '{"name":"Bob"}', headers);
      assert.deepEqual(again.text, first.text);
      refused(await post(port, bob, '{"name":"Eve"}', headers), 409, "IDEMPOTENCY_CONFLICT");
      refused(await post(port, bob, "{}", { ...json, "idempotency-key": "k".repeat(257) }), 400, "OPTION_INVALID");
      for (const key of ["", "\xfc", "a\tb"]) {
        refused(await post(port, bob, "{}", { ...json, "idempotency-key": key }), 400, "OPTION_INVALID");
      }
    }));
});

describe("a send", () => {
  test("is accepted once it is durable, and delivered", () =>
    withIngress(async ({ port }) => {
      answered(await post(port, "/send/example/count/bob", '{"name":"Bob"}'), 202, { status: "accepted" });
      answered(await post(port, bob, '{"name":"Bob"}'), 200, { text: "Hello Bob", count: 2 });
    }));

  test("is kept on disk, and delivered by an engine that is opened again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "statefun-ingress-"));
    try {
      const open = () => openLevelStore(folder);
      await withIngress(
        async ({ port }) => {
          answered(await post(port, "/send/example/count/bob", '{"name":"Bob"}'), 202, { status: "accepted" });
        },
        {},
        { store: await open() },
      );
      await withIngress(
        async ({ port }) => {
          answered(await post(port, bob, '{"name":"Bob"}'), 200, { text: "Hello Bob", count: 2 });
        },
        {},
        { store: await open() },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("with a delay waits, and is withdrawn once by its cancellation token", () =>
    withIngress(async ({ port, world }) => {
      for (const [index, delay] of ["3600000", "3600000ms", "3600s", "60m", "1h", "2d"].entries()) {
        const path = `/send/example/count/bob?delay=${delay}&cancellationToken=t%2F${index}`;
        answered(await post(port, path, '{"name":"Bob"}'), 202, { status: "accepted" });
      }
      const { delayed } = await world.engine.inspect(Address.of("example/count", "bob"));
      assert.equal(delayed.length, 6);
      const dues = delayed.map(({ dueAt }) => dueAt);
      assert.ok(Math.max(...dues) - Math.min(...dues) > 46 * 3_600_000);
      const cancel = () => send(port, "/delayed/t%2F0", { method: "DELETE", headers: {} });
      answered(await cancel(), 200, { status: "cancelled" });
      refused(await cancel(), 404, "NOT_FOUND");
      const again = "/send/example/count/bob?delay=1h&cancellationToken=again";
      const cancelAgain = (key: string) =>
        send(port, "/delayed/again", { method: "DELETE", headers: { "Idempotency-Key": key } });
      answered(await post(port, again, "{}"), 202, { status: "accepted" });
      answered(await cancelAgain("one"), 200, { status: "cancelled" });
      refused(await cancelAgain("two"), 404, "NOT_FOUND");
      answered(await post(port, again, "{}"), 202, { status: "accepted" });
      answered(await cancelAgain("one"), 200, { status: "cancelled" });
      refused(await cancelAgain("two"), 404, "NOT_FOUND");
      answered(await cancelAgain("three"), 200, { status: "cancelled" });
      assert.equal((await world.engine.inspect(Address.of("example/count", "bob"))).delayed.length, 5);
      refused(await post(port, "/send/example/count/bob?delay=1h&cancellationToken=t%2F1", "{}"), 400, "TOKEN_INVALID");
    }));

  test("with an Idempotency-Key-Lifetime is remembered for that long, and not for longer than the runtime says", () =>
    withIngress(async ({ port, world }) => {
      const path = "/send/example/count/bob";
      const keyed = (key: string, lifetime: string) =>
        post(port, path, "{}", { ...json, "idempotency-key": key, "idempotency-key-lifetime": lifetime });
      for (const [key, lifetime] of [
        ["ms", "5000"],
        ["minutes", "5m"],
        ["long", "30d"],
      ] as const) {
        answered(await keyed(key, lifetime), 202, { status: "accepted" });
      }
      const listed = await listedKeys(world.store);
      assert.deepEqual(
        listed.map(({ key }) => key),
        ["ms", "minutes", "long"],
      );
      const times = listed.map(({ endsAt }) => endsAt - Date.now());
      assert.ok((times[2] as number) <= 24 * 3_600_000);
      for (const wrong of ["0", "-1", "soon", ""]) refused(await keyed("wrong", wrong), 400, "DURATION_INVALID");
    }));

  test("refuses a wrong delay, and a cancellation token without a delay", () =>
    withIngress(async ({ port }) => {
      for (const delay of ["", "-1", "soon", "1.5h", "9".repeat(20)]) {
        refused(await post(port, `/send/example/count/bob?delay=${delay}`, "{}"), 400, "DELAY_INVALID");
      }
      refused(await post(port, "/send/example/count/bob?cancellationToken=t", "{}"), 400, "OPTION_INVALID");
      refused(await send(port, "/delayed/", { method: "DELETE", headers: {} }), 400, "TOKEN_INVALID");
    }));

  test("for a time waits until then; a time without a zone, and a delay beside it, are refused", () =>
    withIngress(async ({ port, world }) => {
      const path = "/send/example/count/dated";
      await post(port, `${path}?at=2101-01-31T08:00:00%2B01:00&cancellationToken=t`, "{}");
      await post(port, `${path}?at=4136000000000`, "{}");
      const { delayed } = await world.engine.inspect(Address.of("example/count", "dated"));
      assert.deepEqual(
        delayed.map(({ dueAt }) => dueAt),
        [4136000000000, Date.UTC(2101, 0, 31, 7)].sort((a, b) => a - b),
      );
      for (const at of ["", "soon", "2101-01-31", "2101-01-31T08:00:00", "2101-13-31T08:00Z"]) {
        refused(await post(port, `${path}?at=${at}`, "{}"), 400, "DELAY_INVALID");
      }
      refused(await post(port, `${path}?at=4136000000000&delay=5`, "{}"), 400, "OPTION_INVALID");
    }));

  test("with an idempotency key is delivered once", () =>
    withIngress(async ({ port }) => {
      const headers = { ...json, "idempotency-key": "k1" };
      for (let n = 0; n < 3; n++) await post(port, "/send/example/count/bob", '{"name":"Bob"}', headers);
      answered(await post(port, bob, '{"name":"Bob"}'), 200, { text: "Hello Bob", count: 2 });
    }));
});

test("GET / lists the functions", () =>
  withIngress(async ({ port }) => {
    const received = await send(port, "/", { method: "GET", headers: {} });
    assert.equal(received.status, 200);
    const { functions } = JSON.parse(received.text);
    const count = functions.find((entry: any) => entry.function === "example/count");
    assert.deepEqual(count, {
      function: "example/count",
      types: ["type.googleapis.com/example.User"],
      send: "POST /send/example/count/<id>",
      call: "POST /call/example/count/<id>",
    });
    const head = await send(port, "/", { method: "HEAD", headers: {} });
    assert.equal(head.status, 200);
    assert.equal(head.text, "");
  }));

describe("closing", () => {
  test("answers the requests in flight, and takes no new ones", () =>
    withIngress(async ({ ingress, port }) => {
      const agent = new Agent({ keepAlive: true });
      const door = doorFor("last");
      const path = "/call/example.deep/many/last?handler=waits";
      const inFlight = send(port, path, { headers: json, body: Buffer.from("1"), agent });
      await door.reached;
      const closing = ingress.close(60_000);
      await assert.rejects(post(port, bob, "{}"));
      door.open();
      const received = await inFlight;
      answered(received, 200, "let in");
      assert.equal(received.headers.connection, "close");
      await closing;
      agent.destroy();
    }));

  test("does not wait for idle connections, nor longer than its limit", () =>
    withIngress(async ({ ingress, port }) => {
      const agent = new Agent({ keepAlive: true });
      await send(port, bob, { headers: json, body: Buffer.from("{}"), agent });
      const door = doorFor("stuck");
      const stuck = post(port, "/call/example.deep/many/stuck?handler=waits", "1").catch((error) => error);
      await door.reached;
      await ingress.close(1);
      assert.ok((await stuck) instanceof Error);
      agent.destroy();
    }));
});

describe("opening", () => {
  test("refuses a taken port and wrong options", async () => {
    const world = await openWorld();
    await withIngress(async ({ port }) => {
      await rejectsCode(openIngress(world, { port }), "ADDRESS_IN_USE", `127.0.0.1:${port}`, "ingress.port");
      for (const options of [
        { port: -1 },
        { port: 1.5 },
        { port: 0, maxBodyBytes: 0 },
        { prot: 1 },
        { port: 0, bearerToken: "" },
        { port: 0, bearerToken: "a secret" },
        { port: 0, bearerToken: "sécret" },
      ]) {
        await assert.rejects(openIngress(world, options as object), {
          code: "OPTION_INVALID",
        });
      }
    });
    await world.close();
  });
});
