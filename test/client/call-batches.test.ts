// The calls of one turn of the event loop: they go in one request, and each is a call of its own all the same.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { connect, Metadata, TypedValue, Types } from "../../src/client/entry.js";
import { systemClock } from "../../src/engine/clock.js";
import { type Context, StatefulFunctions, TerminalError } from "../../src/index.js";
import { Address } from "../../src/model/address.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { type CountGreeter, doorFor, type Many, until, withIngress } from "../runtime/ingress/world.js";
import { rejectsCode } from "../support/expect-code.js";
import { listedKeys } from "../support/listed-keys.js";
import { ManualClock } from "../support/manual-clock.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { echo, recorded } from "./fetches.js";

const ids = (count: number) => Array.from({ length: count }, (_, index) => `b${index}`);

describe("calls of one turn", () => {
  test("go in one request, whatever they carry, and a call alone has its own", () =>
    withIngress(async ({ url }) => {
      const { fetch, paths } = recorded();
      const client = connect(url, { fetch });
      const greeter = client.ref<CountGreeter>("example/count", "bob/ü ?");
      const many = client.ref<Many>("example.deep/many", "m");
      const [greeting, order, sum, shouted, admin, rest, packed] = await Promise.all([
        greeter.greet({ name: "Bob" }),
        many.order({ sku: "a", amount: 2 }),
        many.add(9_007_199_254_740_993n),
        many.shout('"psst"\n'),
        many.either(example.Admin.create({ name: "Al" })),
        many.rest(new TypedValue("any/thing", Uint8Array.of(1, 2))),
        client.call("example.deep/many", "m", Types.long.pack(0n)),
      ]);
      assert.equal(greeting.text, "Hello Bob");
      assert.deepEqual(order, { sku: "a", amount: 4 });
      assert.equal(sum, "9007199254740993");
      assert.equal(shouted, '"PSST"\n');
      assert.equal(admin, "admin Al");
      assert.deepEqual([(rest as TypedValue).typename, ...(rest as TypedValue).value], ["example/echo", 1, 2]);
      assert.equal(packed?.as(Types.long), 9_007_199_254_740_993n);
      assert.deepEqual(paths, ["/calls"]);
      assert.equal((await greeter.greet({ name: "Bob" })).count, 2);
      assert.deepEqual(paths.slice(1), ["/call/example/count/bob%2F%C3%BC%20%3F"]);
    }));

  test("resolve as their answers come", () =>
    withIngress(async ({ url }) => {
      const door = doorFor("slow");
      const client = connect(url);
      let isSlowThere = false;
      const slow = client.ref<Many>("example.deep/many", "slow").waits(1);
      void slow.then(() => {
        isSlowThere = true;
      });
      assert.equal((await client.ref<CountGreeter>("example/count", "bob").greet({})).count, 1);
      assert.equal(isSlowThere, false);
      door.open();
      assert.equal(await slow, "let in");
    }));

  test("begin the calls of the next request together, however deep the callers stand", async () => {
    const { fetch, paths } = recorded(echo);
    const client = connect("http://localhost:1", { fetch });
    const caller = async (id: string, depth: number): Promise<void> => {
      if (depth > 0) await caller(id, depth - 1);
      else for (let n = 0; n < 5; n++) await client.ref<CountGreeter>("example/count", id).greet({});
    };
    await Promise.all(ids(50).map((id, index) => caller(id, index % 7)));
    assert.deepEqual(paths, Array(5).fill("/calls"));
  });

  test("reject with the errors that single calls reject with", async (t) => {
    const functions = new StatefulFunctions().register(
      "shop/purse",
      (amount: number, context: Context) => {
        if (amount > 9) throw new TerminalError("No.", { code: "TOO_MUCH", details: { most: 9 }, status: 402 });
        if (amount === 9) throw new Error("a secret");
        context.reply(String(amount));
      },
      { handles: [Types.int] },
    );
    const runtime = await StatefunRuntime.open({
      functions,
      dir: false,
      ingress: { port: 0 },
      admin: false,
      retry: { attempts: 1 },
      onFailure: "deadLetter",
      logger: new RecordingLogger(),
    });
    t.after(() => runtime.close());
    const fails = async (batchCalls: boolean) => {
      const client = connect(runtime.ingress?.url as string, { batchCalls });
      const purse = (value: unknown, typeName = "shop/purse", options = {}) =>
        client.call(typeName, "p", Types.int.pack(value as number), options);
      const failed = await Promise.allSettled([
        purse(10),
        purse(9),
        purse(1, "shop/nobody"),
        client.call("shop/purse", "p", Types.string.pack("")),
        client.ref<{ nope(message: number): void }>("shop/purse", "p").nope(1),
        purse(1, "shop/purse", { metadata: { a: "x".repeat(9000) } }),
      ]);
      return failed.map((each) => {
        assert.equal(each.status, "rejected");
        const { name, code, status, details, message } = each.reason;
        return { name, code, status, details, message };
      });
    };
    const together = await fails(true);
    assert.deepEqual(together, await fails(false));
    assert.deepEqual(
      together.map(({ code }) => code),
      ["TOO_MUCH", "HANDLER_FAILED", "FUNCTION_UNKNOWN", "VALUE_INVALID", "OPTION_INVALID", "METADATA_TOO_LARGE"],
    );
    assert.equal(together[0]?.name, "TerminalError");
    assert.deepEqual(together[0]?.details, { most: 9 });
  });

  test("carry their own metadata, and packed answers bring theirs", () =>
    withIngress(async ({ url }) => {
      const client = connect(url);
      const relay = (value: TypedValue, options = {}) => client.call("example/untyped", "u", value, options);
      const value = new TypedValue("any/thing", Uint8Array.of(255));
      const raw = Uint8Array.of(0, 255);
      const [own, withValue, none] = await Promise.all([
        relay(value, { metadata: { tenant: "shop", raw, nothing: null } }),
        relay(value.withMetadata(new Metadata({ a: "b" }))),
        relay(value),
      ]);
      assert.equal(own?.metadata.getText("tenant"), "shop");
      assert.deepEqual(own?.metadata.get("raw"), raw);
      assert.equal(own?.metadata.get("nothing"), null);
      assert.equal(withValue?.metadata.getText("a"), "b");
      assert.equal(none?.metadata.size, 0);
    }));

  test("have keys of their own: of the client for its time, of the user for a day", () => {
    const now = Date.UTC(2026, 0, 1);
    const minutes = (count: number) => now + count * 60_000;
    return withIngress(
      async ({ url, world }) => {
        const greeter = connect(url, { timeout: { minutes: 1 } }).ref<CountGreeter>("example/count", "bob");
        const own = { idempotencyKey: 'of the "user"' };
        const [, second, third] = await Promise.all([
          greeter.greet({}, { timeout: { minutes: 2 } }),
          greeter.greet({}, own),
          greeter.greet({}, own),
          greeter.greet({}),
        ]);
        assert.deepEqual(second, third);
        const listed = await listedKeys(world.store);
        assert.deepEqual(
          listed.map(({ endsAt }) => endsAt),
          [minutes(6), minutes(7), minutes(24 * 60)],
        );
      },
      {},
      { clock: { ...systemClock, now: () => now } },
    );
  });

  test("need the token once", () =>
    withIngress(
      async ({ url }) => {
        const greet = (client: ReturnType<typeof connect>) =>
          client.ref<CountGreeter>("example/count", "bob").greet({});
        const stranger = connect(url);
        const failures = await Promise.allSettled([greet(stranger), greet(stranger)]);
        const reasons = failures.map((each) => (each.status === "rejected" ? each.reason : undefined));
        for (const reason of reasons) assert.equal(reason.code, "UNAUTHORIZED");
        assert.notEqual(reasons[0], reasons[1], "each caller may change its own error");
        const client = connect(url, { bearerToken: "secret" });
        const counts = await Promise.all([greet(client), greet(client)]);
        assert.deepEqual(counts.map(({ count }) => count).sort(), [1, 2]);
      },
      { bearerToken: "secret" },
    ));

  test("say which handler waits for them", { timeout: 20_000 }, async (t) => {
    let client: ReturnType<typeof connect> | undefined;
    const functions = new StatefulFunctions().register(
      "example/loop",
      async (text: string, { address }: Context) => {
        if (text === "leaf") return text;
        const call = (id: string) => client?.call("example/loop", id, Types.string.pack("leaf"));
        const results = await Promise.allSettled([call("other"), call(address.id)]);
        return results.map((each) => (each.status === "rejected" ? each.reason.code : "answered")).join();
      },
      { handles: [Types.string] },
    );
    const runtime = await StatefunRuntime.open({ functions, dir: false, ingress: { port: 0 }, admin: false });
    t.after(() => runtime.close());
    client = connect(runtime.ingress?.url as string);
    const answer = await client.call("example/loop", "a", Types.string.pack("root"));
    assert.equal(answer?.as(Types.string), "answered,CALL_CYCLE");
  });

  test("have requests of their own when batchCalls is off", () =>
    withIngress(async ({ url }) => {
      const { fetch, paths } = recorded();
      const client = connect(url, { fetch, batchCalls: false });
      await Promise.all(ids(3).map((id) => client.ref<CountGreeter>("example/count", id).greet({})));
      assert.deepEqual(
        paths,
        ids(3).map((id) => `/call/example/count/${id}`),
      );
    }));
});

describe("the size of a request", () => {
  test("has at most 1000 calls, and at most 256 KiB of text", () =>
    withIngress(async ({ url }) => {
      const { fetch, paths } = recorded();
      const client = connect(url, { fetch });
      const greet = (name: string) => client.ref<CountGreeter>("example/count", "bob").greet({ name });
      await Promise.all(Array.from({ length: 1500 }, () => greet("")));
      assert.deepEqual(paths, ["/calls", "/calls"]);
      const greetings = await Promise.all(Array.from({ length: 40 }, () => greet("x".repeat(7_900))));
      assert.equal(Math.max(...greetings.map(({ count }) => count)), 1540);
      assert.deepEqual(paths.slice(2), ["/calls", "/calls"]);
    }));

  test("does not grow by a call that is large or has a long id: such a call goes alone", () =>
    withIngress(async ({ url }) => {
      const { fetch, paths } = recorded();
      const client = connect(url, { fetch });
      const greet = (id: string, name = "") => client.ref<CountGreeter>("example/count", id).greet({ name });
      await Promise.all([greet("a"), greet("b"), greet("c", "x".repeat(9_000))]);
      assert.deepEqual(paths.sort(), ["/call/example/count/c", "/calls"]);
      const failed = await Promise.allSettled([greet("i".repeat(20_000)), greet("d"), greet("e")]);
      assert.deepEqual(
        failed.map((each) => (each.status === "rejected" ? each.reason.code : "answered")),
        ["REQUEST_TOO_LARGE", "answered", "answered"],
      );
    }));

  test("is halved when the server takes no request of that size, and each call goes alone meanwhile", () =>
    withIngress(
      async ({ url }) => {
        const { fetch, paths } = recorded();
        const client = connect(url, { fetch });
        const greet = (id: string) => client.ref<CountGreeter>("example/count", id).greet({ name: "x".repeat(900) });
        await Promise.all(ids(7).map(greet));
        assert.deepEqual(paths, ["/calls", ...ids(7).map((id) => `/call/example/count/${id}`)]);
        paths.length = 0;
        await Promise.all(ids(7).map(greet)); // half of seven are three
        assert.deepEqual(paths, ["/calls", "/calls", "/call/example/count/b6"]);
      },
      { maxBodyBytes: 4_500 },
    ));
});

describe("a call among others", () => {
  const reason = new Error("changed my mind");

  test("ends with its signal: before the request, or while others wait on", { timeout: 60_000 }, () =>
    withIngress(async ({ url, world }) => {
      const { fetch, bodies } = recorded();
      const client = connect(url, { fetch });
      const waits = (id: string, signal?: AbortSignal) =>
        client.ref<Many>("example.deep/many", id).waits(1, signal && { signal });
      const doors = ["x", "y", "z"].map(doorFor);
      const early = new AbortController();
      const late = new AbortController();
      const calls = [waits("x", early.signal), waits("y", late.signal), waits("z")];
      early.abort(reason);
      await assert.rejects(calls[0] as Promise<unknown>, reason);
      await doors[1]?.reached;
      await doors[2]?.reached;
      assert.equal(bodies[0]?.split("\n").length, 3, "two lines and the end of the last one");
      late.abort(reason);
      await assert.rejects(calls[1] as Promise<unknown>, reason);
      doors[2]?.open();
      assert.equal(await calls[2], "let in");
      await assert.rejects(waits("y", late.signal), reason);
      for (const door of doors) door.open();
      await until(() => world.engine.metrics.callsWaiting === 0);
    }),
  );

  test("ends the request when nobody waits for any other", { timeout: 60_000 }, () =>
    withIngress(async ({ url, world }) => {
      const client = connect(url);
      const stop = new AbortController();
      const doors = ["x", "y"].map(doorFor);
      const waits = ["x", "y"].map((id) =>
        client.ref<Many>("example.deep/many", id).waits(1, { signal: stop.signal, timeout: { hours: 1 } }),
      );
      for (const { reached } of doors) await reached;
      stop.abort(reason);
      for (const each of waits) await assert.rejects(each, reason);
      await until(() => world.engine.metrics.callsWaiting === 0);
    }),
  );

  test("ends the request when the others have been answered after it was given up", { timeout: 60_000 }, () =>
    withIngress(async ({ url, world }) => {
      const client = connect(url);
      const stop = new AbortController();
      const doors = ["x", "y"].map(doorFor);
      const waits = (id: string, signal?: AbortSignal) =>
        client.ref<Many>("example.deep/many", id).waits(1, { timeout: { hours: 1 }, ...(signal && { signal }) });
      const calls = [waits("x", stop.signal), waits("y")];
      for (const { reached } of doors) await reached;
      stop.abort(reason);
      await assert.rejects(calls[0] as Promise<unknown>, reason);
      doors[1]?.open();
      assert.equal(await calls[1], "let in");
      await until(() => world.engine.metrics.callsWaiting === 0);
      doors[0]?.open();
    }),
  );

  test("ends after its own time at the runtime, and the others are answered", () => {
    const clock = new ManualClock();
    return withIngress(
      async ({ url }) => {
        const door = doorFor("late");
        const client = connect(url, { timeout: { minutes: 1 } });
        const late = client.ref<Many>("example.deep/many", "late").waits(1);
        const refused = assert.rejects(late, /example\.deep\/many\/late .*in flight/s);
        const quick = client.ref<CountGreeter>("example/count", "bob").greet({});
        await door.reached;
        await quick;
        await clock.advance(60_000);
        await refused;
      },
      {},
      { clock },
    );
  });

  test("ends after its own time in the client when the runtime does not answer", () =>
    withIngress(async ({ url }) => {
      const deaf: typeof fetch = (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
        });
      const unheard = connect(url, { fetch: deaf, timeout: 20 }).ref<CountGreeter>("example/count", "bob");
      const failures = [unheard.greet({}), unheard.greet({})];
      for (const failure of failures) await rejectsCode(failure, "ANSWER_TIMEOUT");
    }));

  test("is not sent again when its address is parked, and the others are answered", () =>
    withIngress(async ({ url, world }) => {
      await world.engine.park(Address.of("example/count", "bob"), "for a test");
      const { fetch, paths } = recorded();
      const client = connect(url, { fetch });
      const greet = (id: string) => client.ref<CountGreeter>("example/count", id).greet({});
      const [parked, other] = await Promise.allSettled([greet("bob"), greet("eve")]);
      assert.equal(parked.status === "rejected" && parked.reason.code, "ADDRESS_PARKED");
      assert.equal(other.status, "fulfilled");
      assert.deepEqual(paths, ["/calls"]);
    }));

  test("is sent again by itself when only it was refused for now", { timeout: 20_000 }, () =>
    withIngress(
      async ({ url }) => {
        const { fetch, bodies, paths } = recorded();
        const client = connect(url, { fetch });
        const door = doorFor("m");
        const waits = () => client.ref<Many>("example.deep/many", "m").waits(1);
        const calls = [waits(), waits(), waits()];
        await until(() => bodies.length === 1);
        door.open();
        assert.deepEqual(await Promise.all(calls), ["let in", "let in", "let in"]);
        assert.deepEqual(paths, ["/calls", "/call/example.deep/many/m"]);
      },
      {},
      { limits: { callsWaiting: 2 } },
    ),
  );
});

test("a program that replaces timers still gets its answers", async (t) => {
  const greeter = connect("http://localhost:1", { fetch: echo }).ref<CountGreeter>("example/count", "bob");
  t.mock.timers.enable({ apis: ["setImmediate", "setTimeout"] });
  assert.deepEqual(await Promise.all([greeter.greet({ name: "a" }), greeter.greet({ name: "b" })]), [
    { name: "a" },
    { name: "b" },
  ]);
});
