// The typed client against a real engine and its ingress.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { build } from "esbuild";
import { example } from "../../samples/messages/messages.js";
import { connect } from "../../src/client/entry.js";
import { TypedValue, Types } from "../../src/index.js";
import { Address } from "../../src/model/address.js";
import { HttpIngress } from "../../src/runtime/ingress/http-ingress.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { type CountGreeter, doorFor, type Many, openWorld, until, withIngress } from "../runtime/ingress/world.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";

/** A fetch that fails, or answers by itself, as long as the list says. */
function troubled(...troubles: ((real: () => Promise<Response>) => Promise<Response>)[]): typeof fetch {
  return (input, init) => {
    const real = () => fetch(input, init);
    return troubles.shift()?.(real) ?? real();
  };
}

const unreachable = () => Promise.reject(new TypeError("fetch failed"));
const status =
  (code: number, headers: Record<string, string> = {}) =>
  async () =>
    new Response("<html>a proxy</html>", { status: code, headers });

/** A handler that takes anything, for the compiler. */
interface Cart {
  order(message: unknown): string;
}

describe("a ref", () => {
  test("calls a handler by its method's name, and gives the fields of the answer", () =>
    withIngress(async ({ url }) => {
      const client = connect(`${url}/`);
      const greeter = client.ref<CountGreeter>("example/count", "bob/ü ?");
      const { text, count } = await greeter.greet({ name: "Bob" });
      assert.equal(text, "Hello Bob");
      assert.equal(count, 1);
      assert.equal((await greeter.greet({ name: "Bob" })).count, 2);
    }));

  test("takes values of every kind", () =>
    withIngress(async ({ url }) => {
      const many = connect(url).ref<Many>("example.deep/many", "m");
      assert.deepEqual(await many.order({ sku: "a", amount: 2 }), { sku: "a", amount: 4 });
      assert.equal(await many.add(1n), 1);
      assert.equal(await many.add(9_007_199_254_740_992n), "9007199254740993");
      assert.equal(await many.shout("psst"), "PSST");
      // A message, or a packed value, says its type itself.
      assert.equal(await many.either(example.Admin.create({ name: "Al" })), "admin Al");
      assert.equal(await many.either(example.User.create({ name: "Bob" })), "user Bob");
      const unknown = await many.rest(new TypedValue("any/thing", Uint8Array.of(1, 2)));
      assert.ok(unknown instanceof TypedValue);
      assert.equal(unknown.typename, "example/echo");
      assert.deepEqual([...unknown.value], [1, 2]);
    }));

  test("refuses what JSON would drop or change, before anything is sent", async () => {
    const never = () => assert.fail("a request was sent");
    const ref = connect("http://localhost:1", { fetch: never }).ref<Cart>("shop/cart", "bob");
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    await rejectsCode(
      ref.order({ lines: [{ at: new Date(0) }] }),
      "VALUE_INVALID",
      "order",
      "value.lines[0].at",
      "Date",
    );
    await rejectsCode(ref.order({ lines: new Map() }), "VALUE_INVALID", "value.lines", "Map");
    await rejectsCode(ref.order({ lines: [undefined] }), "VALUE_INVALID", "value.lines[0]", "undefined");
    await rejectsCode(ref.order(new Date(0)), "VALUE_INVALID", "The value", "Date");
    await rejectsCode(ref.order({ run: () => {} }), "VALUE_INVALID", "value.run");
    await rejectsCode(ref.order(circular), "VALUE_INVALID", "refers to itself");
  });

  test("sends what a message's field may hold: bytes, messages, 64-bit numbers, and no finite ones", async () => {
    const bodies: unknown[] = [];
    const keep: typeof fetch = async (_input, init) => {
      bodies.push(JSON.parse(String(init?.body)));
      return new Response("1");
    };
    const ref = connect("http://localhost:1", { fetch: keep }).ref<Cart>("shop/cart", "bob");
    const user = example.User.create({ name: "Bob" });
    await ref.order({ bytes: Buffer.from("a"), user, long: 5n, double: Number.NaN, absent: undefined });
    await ref.order(Number.NEGATIVE_INFINITY);
    await ref.order(undefined);
    assert.deepEqual(bodies, [{ bytes: "YQ==", user: { name: "Bob" }, long: "5", double: "NaN" }, "-Infinity", {}]);
  });

  test("is no promise, and calls nothing when it is awaited, shown or stored", async () => {
    let calls = 0;
    const client = connect("http://localhost:1", {
      fetch: async () => {
        calls += 1;
        return new Response("1");
      },
    });
    for (const ref of [client.ref<any>("a/b", "c"), client.sender<any>("a/b", "c")]) {
      assert.equal(await ref, ref);
      JSON.stringify(ref);
      assert.throws(() => `${ref}`, TypeError);
      assert.equal(Object.prototype.toString.call(ref), "[object Object]");
    }
    assert.equal(calls, 0);
  });

  test("refuses what can't be an address", () => {
    const client = connect("http://localhost:1");
    throwsCode(() => client.ref("count", "bob"), "TYPE_NAME_INVALID");
    throwsCode(() => client.ref("example/count", ""), "ID_MISSING", 'is ""');
    throwsCode(() => client.ref("example/count", undefined as never), "ID_MISSING");
    for (const id of [".", "..", "\ud800"]) throwsCode(() => client.ref("example/count", id), "VALUE_INVALID");
  });
});

test("a sender's methods resolve when the message is durable; a delayed one is cancelled by its token", () =>
  withIngress(async ({ url, world }) => {
    const client = connect(url);
    await client.sender<CountGreeter>("example/count", "bob").greet({ name: "Bob" });
    const token = "a token/with a slash";
    await client
      .sender<CountGreeter>("example/count", "bob")
      .greet({ name: "Bob" }, { delay: { hours: 1 }, cancellationToken: token });
    const { delayed } = await world.engine.inspect(Address.of("example/count", "bob"));
    assert.deepEqual(
      delayed.map((message) => message.cancellationToken),
      [token],
    );
    assert.equal(await client.cancel(token), true);
    assert.equal(await client.cancel(token), false);
    assert.equal((await client.ref<CountGreeter>("example/count", "bob").greet({})).count, 2);
  }));

test("call and send take packed values", () =>
  withIngress(async ({ url }) => {
    const client = connect(url);
    const answer = await client.call("example.deep/many", "m", Types.long.pack(5n));
    assert.equal(answer.as(Types.long), 5n);
    await client.send("example.deep/many", "m", Types.long.pack(5n));
    assert.equal((await client.call("example.deep/many", "m", Types.long.pack(0n))).as(Types.long), 10n);
    await rejectsCode(client.call("example.deep/many", "m", 5 as never), "VALUE_UNTYPED");
  }));

describe("a request that fails", () => {
  test("for the length of its id is REQUEST_TOO_LARGE, and is not sent again", () =>
    withIngress(async ({ url }) => {
      let requests = 0;
      const counting: typeof fetch = (input, init) => {
        requests += 1;
        return fetch(input, init);
      };
      const ref = connect(url, { fetch: counting }).ref<CountGreeter>("example/count", "i".repeat(20_000));
      await rejectsCode(ref.greet({}), "REQUEST_TOO_LARGE", "16 KiB");
      assert.equal(requests, 1);
      const proxied = connect(url, { fetch: troubled(status(414)) }).ref<CountGreeter>("example/count", "bob");
      await rejectsCode(proxied.greet({}), "REQUEST_TOO_LARGE");
    }));

  test("is sent again under one key: it is carried out once", () =>
    withIngress(async ({ url }) => {
      // The first one arrives, and its answer is lost.
      const lost = async (real: () => Promise<Response>) => {
        await (await real()).arrayBuffer();
        return unreachable();
      };
      const fetchOf = troubled(unreachable, lost);
      const greeter = connect(url, { fetch: fetchOf }).ref<CountGreeter>("example/count", "bob");
      assert.equal((await greeter.greet({ name: "Bob" })).count, 1);
      assert.equal((await greeter.greet({ name: "Bob" })).count, 2);
    }));

  test("is sent again when it was answered with 429, 502 or 503", () =>
    withIngress(async ({ url }) => {
      const answers = [429, 502, 503].map((code) =>
        connect(url, { fetch: troubled(status(code)) })
          .ref<Many>("example.deep/many", "m")
          .shout(String(code)),
      );
      assert.deepEqual(await Promise.all(answers), ["429", "502", "503"]);
    }));

  test("is sent again no more often than retries says, nor beyond its time", () =>
    withIngress(async ({ url }) => {
      const ref = (fetchOf: typeof fetch, options = {}) =>
        connect(url, { fetch: fetchOf, ...options }).ref<CountGreeter>("example/count", "bob");
      await rejectsCode(ref(troubled(unreachable), { retries: 0 }).greet({}), "CLIENT_FAILED");
      await rejectsCode(ref(troubled(unreachable, unreachable), { retries: 1 }).greet({}), "CLIENT_FAILED");
      // To wait a minute would take longer than the call may.
      const busy = status(503, { "Retry-After": "60" });
      await rejectsCode(ref(troubled(busy)).greet({}), "CLIENT_FAILED", "503");
      await rejectsCode(ref(troubled(status(500))).greet({}), "CLIENT_FAILED", "500");
    }));

  test("is not sent again when its address is parked: a person must act", () =>
    withIngress(async ({ url, world }) => {
      await world.engine.park(Address.of("example/count", "bob"), "for a test");
      let requests = 0;
      const counting: typeof fetch = (input, init) => {
        requests += 1;
        return fetch(input, init);
      };
      const greeter = connect(url, { fetch: counting }).ref<CountGreeter>("example/count", "bob");
      await rejectsCode(greeter.greet({}), "ADDRESS_PARKED");
      assert.equal(requests, 1);
    }));

  test("says the runtime's code and message", () =>
    withIngress(async ({ url }) => {
      const client = connect(url);
      await rejectsCode(client.ref<CountGreeter>("example/other", "x").greet({}), "FUNCTION_UNKNOWN", "example/other");
      const wrong = client.ref<CountGreeter>("example/count", "bob").greet({ nmae: "Bob" } as {});
      await rejectsCode(wrong, "VALUE_INVALID", "nmae");
      const key = { idempotencyKey: "one" };
      const greeter = client.ref<CountGreeter>("example/count", "bob");
      assert.deepEqual(await greeter.greet({ name: "Bob" }, key), await greeter.greet({ name: "Bob" }, key));
      await rejectsCode(greeter.greet({ name: "Eve" }, key), "IDEMPOTENCY_CONFLICT");
    }));

  test("for want of a token is UNAUTHORIZED", () =>
    withIngress(
      async ({ url }) => {
        await rejectsCode(connect(url).ref<CountGreeter>("example/count", "bob").greet({}), "UNAUTHORIZED");
        const client = connect(url, { bearerToken: "secret" });
        assert.equal((await client.ref<CountGreeter>("example/count", "bob").greet({})).count, 1);
      },
      { bearerToken: "secret" },
    ));
});

describe("a call's time", () => {
  test("ends at the runtime, or here", () =>
    withIngress(async ({ url }) => {
      await rejectsCode(
        connect(url).ref<Many>("example.deep/many", "m").silent(true, { timeout: 20 }),
        "ANSWER_TIMEOUT",
      );
      const deaf: typeof fetch = (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
        });
      const client = connect(url, { fetch: deaf, timeout: 20 });
      await rejectsCode(client.ref<CountGreeter>("example/count", "b").greet({}), "ANSWER_TIMEOUT");
      await rejectsCode(client.sender<CountGreeter>("example/count", "b").greet({}), "CLIENT_FAILED");
    }));

  test("ends with the caller's signal, in the request, between two, and before the first", { timeout: 20_000 }, () =>
    withIngress(async ({ url, world }) => {
      const reason = new Error("changed my mind");
      const door = doorFor("signal");
      const stop = new AbortController();
      const waiting = connect(url)
        .ref<Many>("example.deep/many", "signal")
        .waits(1, {
          signal: stop.signal,
          timeout: { hours: 1 },
        });
      await door.reached;
      stop.abort(reason);
      await assert.rejects(waiting, reason);
      await until(() => world.engine.metrics.callsWaiting === 0);
      const greeter = connect(url).ref<CountGreeter>("example/count", "bob");
      await assert.rejects(greeter.greet({}, { signal: stop.signal }), reason);
      const between = new AbortController();
      const failing: typeof fetch = async () => {
        setImmediate(() => between.abort(reason));
        return unreachable();
      };
      const client = connect(url, { fetch: failing });
      await assert.rejects(
        client.ref<CountGreeter>("example/count", "bob").greet({}, { signal: between.signal }),
        reason,
      );
    }),
  );
});

test("a call outlives a restart of the runtime, and is carried out once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "statefun-client-"));
  try {
    let world = await openWorld({ store: await openLevelStore(folder) });
    let ingress = await HttpIngress.open(world.engine, world.catalog, { port: 0 });
    const { port, url } = ingress;
    const door = doorFor("restart");
    const calling = connect(url).ref<Many>("example.deep/many", "restart").waits(1);
    await door.reached; // the message is accepted, and not answered
    await ingress.close(0);
    await world.close();
    door.open();
    world = await openWorld({ store: await openLevelStore(folder) });
    ingress = await HttpIngress.open(world.engine, world.catalog, { port });
    assert.equal(await calling, "let in");
    assert.equal(world.engine.metrics.messagesIn, 0);
    await ingress.close(0);
    await world.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("misspelt and impossible options are refused", async () => {
  throwsCode(() => connect("localhost:7070"), "OPTION_INVALID");
  throwsCode(() => connect("ftp://localhost"), "OPTION_INVALID");
  throwsCode(() => connect("http://localhost", { timeoutMs: 5 } as object), "OPTION_INVALID");
  for (const timeout of [0, -1, { days: 25 }, { seconds: "5" }, "5s"]) {
    throwsCode(() => connect("http://localhost", { timeout: timeout as never }), "DURATION_INVALID", "timeout");
  }
  throwsCode(() => connect("http://localhost", { retries: -1 }), "OPTION_INVALID");
  const ref = connect("http://localhost").ref<CountGreeter>("example/count", "bob");
  await rejectsCode(ref.greet({}, { timeoutMs: 5 } as object), "OPTION_INVALID");
  await rejectsCode(ref.greet({}, { timeout: 0 }), "DURATION_INVALID");
  for (const bearerToken of ["", "a secret", "s\u00e9cret", 5 as never]) {
    throwsCode(() => connect("http://localhost", { bearerToken }), "OPTION_INVALID", "bearerToken");
  }
  const secret = () => connect("http://localhost", { bearerToken: "top secret" });
  assert.throws(secret, ({ message }: Error) => !message.includes("top secret"));
  for (const idempotencyKey of ["", "😀", "a\nb", " ", " k", "k".repeat(257), 5 as never]) {
    await rejectsCode(ref.greet({}, { idempotencyKey }), "OPTION_INVALID", "idempotencyKey");
  }
});

describe("the client's bundle for a browser", () => {
  const root = new URL("../..", import.meta.url).pathname;
  /** Bundles a program. An import of a module of Node's does not resolve for a browser, so it fails. */
  async function bundle(program: string) {
    const { outputFiles, metafile } = await build({
      stdin: { contents: program, resolveDir: root },
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      platform: "browser",
      format: "esm",
    });
    const rooms = Object.keys(metafile.inputs).map((file) => file.replace(/^src\//, "").split("/")[0]);
    return { text: outputFiles[0]?.text ?? "", rooms: [...new Set(rooms)].sort() };
  }

  test("names nothing of Node's, and holds only the rooms of the client", async () => {
    const { text, rooms } = await bundle('export * from "./src/client/entry.js"');
    assert.equal(/\bBuffer\b|\bprocess[.[]|\brequire\(/.exec(text)?.[0], undefined);
    assert.deepEqual(
      rooms.filter((room) => room !== "<stdin>"),
      ["bytes", "client", "error-table.ts", "errors.ts", "model", "types"],
    );
    assert.ok(text.length < 45_000, `${text.length} characters`);
  });

  test("is small where only connect is used", async () => {
    const { text } = await bundle('export { connect } from "./src/client/entry.js"');
    assert.ok(text.length < 30_000, `${text.length} characters`);
  });
});
