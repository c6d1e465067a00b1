// The typed client against a real engine and its ingress.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { connect } from "../../src/client/entry.js";
import { TypedValue, Types } from "../../src/index.js";
import { Address } from "../../src/model/address.js";
import { openLevelStore } from "../../src/store/level-store.js";
import {
  type CountGreeter,
  doorFor,
  type Many,
  openIngress,
  openWorld,
  withIngress,
} from "../runtime/ingress/world.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";

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

  test("refuses a value that JSON would drop or change, before anything is sent", async () => {
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

  test("sends every kind of field: bytes, messages, 64-bit numbers, NaN and the infinities", async () => {
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

  test("is not a promise, and calls nothing when it is awaited, printed or stored", async () => {
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

  test("refuses ids and type names that make no address", () => {
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
    const at = new Date(Date.now() + 3_600_000);
    const options = { at, cancellationToken: "at" };
    await client.sender<CountGreeter>("example/count", "anna").greet({ name: "Anna" }, options);
    const dated = await world.engine.inspect(Address.of("example/count", "anna"));
    assert.equal(dated.delayed[0]?.dueAt, at.getTime());
    const both = { at, delay: 5 };
    await rejectsCode(client.sender<CountGreeter>("example/count", "bob").greet({}, both), "OPTION_INVALID");
    assert.equal(await client.cancel(token), true);
    assert.equal(await client.cancel(token), false);
    assert.equal((await client.ref<CountGreeter>("example/count", "bob").greet({})).count, 2);
  }));

test("call and send take packed values", () =>
  withIngress(async ({ url }) => {
    const client = connect(url);
    const answer = await client.call("example.deep/many", "m", Types.long.pack(5n));
    assert.equal(answer?.as(Types.long), 5n);
    await client.send("example.deep/many", "m", Types.long.pack(5n));
    assert.equal((await client.call("example.deep/many", "m", Types.long.pack(0n)))?.as(Types.long), 10n);
    await rejectsCode(client.call("example.deep/many", "m", 5 as never), "VALUE_UNTYPED");
  }));

test("a call outlives a restart of the runtime, and is carried out once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "statefun-client-"));
  try {
    let world = await openWorld({ store: await openLevelStore(folder) });
    let ingress = await openIngress(world);
    const { port, url } = ingress;
    const door = doorFor("restart");
    const calling = connect(url).ref<Many>("example.deep/many", "restart").waits(1);
    await door.reached; // the message is accepted, and not answered
    await ingress.close(0);
    await world.close();
    door.open();
    world = await openWorld({ store: await openLevelStore(folder) });
    ingress = await openIngress(world, { port });
    assert.equal(await calling, "let in");
    assert.equal(world.engine.metrics.messagesIn, 0);
    await ingress.close(0);
    await world.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
