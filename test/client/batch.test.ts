// A request with many calls that fails as a whole or in the middle, and servers that do not know such requests.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { connect, type StatefunError } from "../../src/client/entry.js";
import { openLevelStore } from "../../src/store/level-store.js";
import {
  type CountGreeter,
  doorFor,
  type Many,
  openIngress,
  openWorld,
  withIngress,
} from "../runtime/ingress/world.js";
import { answerOf, echo, recorded, status, troubled, unreachable } from "./fetches.js";

type Client = ReturnType<typeof connect>;

const greet = (client: Client, ...ids: string[]) =>
  ids.map((id) => client.ref<CountGreeter>("example/count", id).greet({ name: id }));

/** The codes of what calls reject with. */
async function codesOf(calls: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((each) => (each.status === "rejected" ? (each.reason as StatefunError).code : "answered"));
}

describe("calls whose request fails", () => {
  test("are sent again together, with the same keys, and carried out once", () =>
    withIngress(async ({ url }) => {
      // The first request arrives, and its answer is lost.
      const lost = async (real: () => Promise<Response>) => {
        await (await real()).arrayBuffer();
        return unreachable();
      };
      const { fetch, paths } = recorded(troubled(lost, unreachable, status(502)));
      const client = connect(url, { fetch });
      const greetings = await Promise.all(greet(client, "a", "b", "c"));
      assert.deepEqual(
        greetings.map(({ count }) => count),
        [1, 1, 1],
      );
      assert.deepEqual(paths, ["/calls", "/calls", "/calls", "/calls"]);
    }));

  test("after some answers: only the others are sent again", () =>
    withIngress(async ({ url }) => {
      const { fetch, bodies } = recorded(
        troubled(async (real) => {
          const [first, second = ""] = (await (await real()).text()).split("\n");
          return answerOf(`${first}\n${second.slice(0, 10)}`);
        }),
      );
      const greetings = await Promise.all(greet(connect(url, { fetch }), "a", "b", "c"));
      assert.deepEqual(
        greetings.map(({ count }) => count),
        [1, 1, 1],
      );
      assert.deepEqual(
        bodies.map((body) => body.trim().split("\n").length),
        [3, 2],
      );
    }));

  test("when the answer breaks off: those that were answered stay so", async () => {
    const broken: typeof fetch = async (...request) => {
      const text = await (await echo(...request)).text();
      const lines = text.split("\n");
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(`${lines[0]}\n`));
        },
        pull(controller) {
          controller.error(new Error("reset"));
        },
      });
      return new Response(body, { headers: { "Content-Type": "application/x-ndjson" } });
    };
    const client = connect("http://localhost:1", { fetch: broken, retries: 0 });
    assert.deepEqual(await codesOf(greet(client, "a", "b", "c")), ["answered", "CLIENT_FAILED", "CLIENT_FAILED"]);
  });

  test("by a line that no runtime writes: the rest of the answer is not waited for", async () => {
    const signals: AbortSignal[] = [];
    const fetch = async (_input: unknown, init?: RequestInit) => {
      signals.push(init?.signal as AbortSignal);
      const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from("<html>\n")) });
      return new Response(body, { headers: { "Content-Type": "application/x-ndjson" } });
    };
    assert.deepEqual(await codesOf(greet(connect("http://localhost:1", { fetch, retries: 0 }), "a", "b")), [
      "CLIENT_FAILED",
      "CLIENT_FAILED",
    ]);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true],
    );
  });

  test("are sent again no more often than retries says, nor beyond their time", async () => {
    const { fetch, paths } = recorded(unreachable);
    const client = (retries: number) => connect("http://localhost:1", { fetch, retries });
    assert.deepEqual(await codesOf(greet(client(0), "a", "b")), ["CLIENT_FAILED", "CLIENT_FAILED"]);
    assert.equal(paths.length, 1);
    assert.deepEqual(await codesOf(greet(client(1), "a", "b")), ["CLIENT_FAILED", "CLIENT_FAILED"]);
    assert.equal(paths.length, 3);
    const busy = connect("http://localhost:1", { fetch: status(503, { "Retry-After": "60" }) });
    assert.deepEqual(await codesOf(greet(busy, "a", "b")), ["CLIENT_FAILED", "CLIENT_FAILED"]);
    const failed = connect("http://localhost:1", { fetch: status(500) });
    assert.deepEqual(await codesOf(greet(failed, "a", "b")), ["CLIENT_FAILED", "CLIENT_FAILED"]);
  });

  test("are sent again together, however long the machine stops between the two", async () => {
    const { fetch, paths } = recorded(unreachable);
    const { signal } = new AbortController();
    signal.throwIfAborted = () => {
      for (const until = performance.now() + 5; performance.now() < until; );
    };
    const client = connect("http://localhost:1", { fetch, retries: 2 });
    const calls = ["a", "b"].map((id) => client.ref<CountGreeter>("example/count", id).greet({ name: id }, { signal }));
    assert.deepEqual(await codesOf(calls), ["CLIENT_FAILED", "CLIENT_FAILED"]);
    assert.deepEqual(paths, ["/calls", "/calls", "/calls"]);
  });

  test("outlive a restart of the runtime, and are carried out once", async () => {
    const folder = mkdtempSync(join(tmpdir(), "statefun-client-"));
    try {
      let world = await openWorld({ store: await openLevelStore(folder) });
      let ingress = await openIngress(world);
      const { port, url } = ingress;
      const doors = ["restart-1", "restart-2"].map(doorFor);
      const client = connect(url);
      const calling = ["restart-1", "restart-2"].map((id) => client.ref<Many>("example.deep/many", id).waits(1));
      for (const { reached } of doors) await reached;
      await ingress.close(0);
      await world.close();
      for (const door of doors) door.open();
      world = await openWorld({ store: await openLevelStore(folder) });
      ingress = await openIngress(world, { port });
      assert.deepEqual(await Promise.all(calling), ["let in", "let in"]);
      assert.equal(world.engine.metrics.messagesIn, 0);
      await ingress.close(0);
      await world.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("a server or a proxy that does not know many calls", () => {
  const page = async () => new Response("<html>", { headers: { "Content-Type": "text/html" } });
  const cases: [what: string, answer: () => Promise<Response>][] = [
    ["404", status(404)],
    ["405", status(405)],
    ["415", status(415)],
    ["501", status(501)],
    ["a page", page],
  ];
  for (const [what, answer] of cases) {
    test(`answers ${what}: each call goes alone, and for a minute all further ones`, (t) =>
      withIngress(async ({ url }) => {
        t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
        const { fetch: counted, paths } = recorded(troubled(answer));
        const client = connect(url, { fetch: counted });
        assert.deepEqual(await codesOf(greet(client, "a", "b")), ["answered", "answered"]);
        assert.deepEqual(paths, ["/calls", "/call/example/count/a", "/call/example/count/b"]);
        t.mock.timers.setTime(1_059_999);
        await Promise.all(greet(client, "a", "b"));
        assert.equal(paths.length, 5);
        assert.ok(!paths.slice(1).includes("/calls"));
        t.mock.timers.setTime(1_060_001);
        await Promise.all(greet(client, "a", "b"));
        assert.deepEqual(paths.slice(5), ["/calls"]);
      }));
  }

  test("refuses them as too large: they go alone, and the next ones together again", () =>
    withIngress(async ({ url }) => {
      const { fetch, paths } = recorded(troubled(status(413)));
      const client = connect(url, { fetch });
      await Promise.all(greet(client, "a", "b"));
      assert.deepEqual(paths, ["/calls", "/call/example/count/a", "/call/example/count/b"]);
    }));
});

describe("an answer that no runtime gives", () => {
  const good = '{"line":1,"status":200,"value":{}}\n';
  const cases: [what: string, text: string][] = [
    ["nothing", ""],
    ["a line that is no JSON", `${good}<html>\n`],
    ["null", `${good}null\n`],
    ["a line for no call", `${good}{"line":3,"status":200}\n`],
    ["a line for line 0", `${good}{"line":0,"status":200}\n`],
    ["a line with a name of an object's own", `${good}{"line":"constructor","status":200}\n`],
    ["a line without a status", `${good}{"line":2}\n`],
    ["the same line twice", good + good],
    ["a line without its end", `${good}{"line":2,"status":200}`],
  ];
  for (const [what, text] of cases) {
    test(`has ${what}: the calls that it does not answer fail`, async () => {
      const client = connect("http://localhost:1", { fetch: async () => answerOf(text), retries: 0 });
      const codes = await codesOf(greet(client, "a", "b"));
      assert.deepEqual(codes, [text === "" ? "CLIENT_FAILED" : "answered", "CLIENT_FAILED"]);
    });
  }

  test("comes in pieces of any size, or from a host without streams", async () => {
    for (const size of [1, 7, 1000]) {
      const pieces: typeof fetch = async (...request) => {
        const bytes = new Uint8Array(await (await echo(...request)).arrayBuffer());
        const body = new ReadableStream({
          start(controller) {
            for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
            controller.close();
          },
        });
        return new Response(body, { headers: { "Content-Type": "application/x-ndjson; charset=utf-8" } });
      };
      const greetings = await Promise.all(greet(connect("http://localhost:1", { fetch: pieces }), "é😀", "b"));
      assert.deepEqual(greetings, [{ name: "é😀" }, { name: "b" }]);
    }
    const whole: typeof fetch = async (...request) => {
      const { status, ok, headers, text } = await echo(...request).then(async (response) => {
        const read = await response.text();
        return { status: response.status, ok: response.ok, headers: response.headers, text: async () => read };
      });
      return { status, ok, headers, text, body: undefined } as unknown as Response;
    };
    const greetings = await Promise.all(greet(connect("http://localhost:1", { fetch: whole }), "a", "b"));
    assert.deepEqual(greetings, [{ name: "a" }, { name: "b" }]);
  });
});
