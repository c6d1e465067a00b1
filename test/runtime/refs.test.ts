// The refs of a runtime and of the typed client: the same cases run against both.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { connect } from "../../src/client/entry.js";
import type { CallOptions, EngineApi } from "../../src/engine/engine-api.js";
import { type ErrorCode, StatefunError } from "../../src/errors.js";
import {
  type Context,
  Handles,
  json,
  Metadata,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  TypedValue,
  Types,
} from "../../src/index.js";
import { Address } from "../../src/model/address.js";
import { type Ref, type Sender, StatefunRuntime } from "../../src/runtime/entry.js";
import { functionCatalog } from "../../src/runtime/function-catalog.js";
import { refTo } from "../../src/runtime/refs.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { ManualClock } from "../support/manual-clock.js";
import { type CountGreeter, CountGreeter as Greeter, Many, until } from "./ingress/world.js";

interface Item {
  readonly sku: string;
  readonly amount: number;
  readonly at?: string;
}
const Item = json<Item>("shop/item");

// Nothing parks it while a call waits for its minute.
@StatefulFunction("shop/cart", { retry: { attempts: 1000 } })
class Cart {
  @State("items", Types.int) items = 0;

  @Handles(Item)
  add(item: Item, context: Context): { items: number; keys: string[]; tenant: string | null } {
    if (item.amount < 0) {
      throw new TerminalError("There is no such thing.", { code: "NO_SUCH", details: { sku: item.sku }, status: 409 });
    }
    this.items += item.amount;
    return { items: this.items, keys: Object.keys(item), tenant: context.metadata.getText("tenant") ?? null };
  }

  @Handles(Types.string)
  forget(_why: string): void {}

  @Handles(Types.bytes)
  bytes(bytes: Uint8Array): Uint8Array {
    return bytes.slice(1);
  }

  @Handles(Types.bool)
  fail(_now: boolean): string {
    throw new Error("A secret of the handler.");
  }

  @Handles(Types.int)
  async later(_now: number, context: Context): Promise<string> {
    return new Promise((resolve) => waiting.set(context.address.id, resolve));
  }
}
/** What lets the handlers of `later` end, by their ids. */
const waiting = new Map<string, (answer: string) => void>();

const quiet = { error: () => {}, warn: () => {} };
const open = (clock?: ManualClock) =>
  StatefunRuntime.open({
    functions: new StatefulFunctions(Greeter, Many, Cart),
    dir: false,
    ingress: { port: 0 },
    admin: false,
    logger: quiet,
    limits: { mailboxBytes: 1024 * 1024 },
    ...(clock === undefined ? {} : { clock }),
  });
const runtime = await open();
after(() => runtime.close({ grace: 0 }));
const client = connect(runtime.ingress?.url as string);

/** What both make. */
interface Refs {
  ref<F>(typeName: string, id: string): Ref<F>;
  sender<F>(typeName: string, id: string): Sender<F>;
}
const both: Readonly<Record<string, Refs>> = { "of the runtime": runtime, "of the client": client };

for (const [whose, refs] of Object.entries(both)) {
  const suffix = whose.split(" ").pop();
  const cart = (id: string) => refs.ref<Cart>("shop/cart", `${id}-${suffix}`);
  const many = (id: string) => refs.ref<Many>("example.deep/many", `${id}-${suffix}`);
  const addressOf = (id: string) => Address.of("shop/cart", `${id}-${suffix}`);

  describe(`a ref ${whose}`, () => {
    test("calls a handler by its method's name, with the fields of a message, and gives the answer's fields", async () => {
      const greeter = refs.ref<CountGreeter>("example/count", `bob/ü ?-${suffix}`);
      const greeting = await greeter.greet({ name: "Bob" });
      assert.deepEqual(greeting, { text: "Hello Bob", count: 1 });
      assert.equal(Object.getPrototypeOf(greeting), Object.prototype);
      assert.equal((await greeter.greet(example.User.create({ name: "Bob" }))).count, 2);
    });

    test("takes and gives values of every kind", async () => {
      assert.deepEqual(await many("m").order({ sku: "a", amount: 2 }), { sku: "a", amount: 4 });
      assert.equal(await many("m").add(1n), 1);
      assert.equal(await many("m").add(9_007_199_254_740_992n), "9007199254740993");
      assert.equal(await many("m").shout("psst"), "PSST");
      assert.equal(await many("m").either(example.Admin.create({ name: "Al" })), "admin Al");
      assert.equal(await cart("m").bytes(Uint8Array.of(1, 2, 3)), "AgM=");
      assert.equal(await cart("m").bytes(Types.bytes.pack(Uint8Array.of(1, 2, 3))), "AgM=");
      const unknown = await many("m").rest(new TypedValue("any/thing", Uint8Array.of(1, 2)));
      assert.ok(unknown instanceof TypedValue);
      assert.equal(unknown.typename, "example/echo");
      assert.deepEqual([...unknown.value], [1, 2]);
    });

    test("gives undefined for an answer without a value", async () => {
      assert.equal(await cart("m").forget("because"), undefined);
    });

    test("drops properties that are undefined, and is not touched by a later change of the message", async () => {
      const item: { sku: string; amount: number; at?: string } = { sku: "a", amount: 1, at: undefined as never };
      const answer = cart("keys").add(item);
      item.amount = 100;
      assert.deepEqual(await answer, { items: 1, keys: ["sku", "amount"], tenant: null });
    });

    test("refuses a value that JSON would drop or change", async () => {
      const add = cart("refused").add as (item: unknown) => Promise<unknown>;
      const circular: Record<string, unknown> = {};
      circular.self = circular;
      await rejectsCode(add({ sku: new Date(0) }), "VALUE_INVALID", "add", "value.sku", "Date");
      await rejectsCode(add(new Map()), "VALUE_INVALID", "Map");
      await rejectsCode(add([undefined]), "VALUE_INVALID", "value[0]");
      await rejectsCode(add(circular), "VALUE_INVALID", "refers to itself");
    });

    test("refuses what the handler's type can't read", async () => {
      const greet = refs.ref<CountGreeter>("example/count", "bob").greet as (user: unknown) => Promise<unknown>;
      await rejectsCode(greet({ nmae: "Bob" }), "VALUE_INVALID", "nmae");
      await rejectsCode(greet(example.Admin.create({ name: "Bob" })), "VALUE_INVALID", "Admin");
      const wrong = new TypedValue("example/count.User", Uint8Array.of(255));
      await rejectsCode(greet(wrong), "VALUE_INVALID");
      const broken = new TypedValue("type.googleapis.com/example.User", Uint8Array.of(255));
      await rejectsCode(greet(broken), "VALUE_UNREADABLE");
    });

    test("names a method and a function that are not there", async () => {
      const ref = refs.ref<{ buy(message: unknown): void }>("shop/cart", "bob");
      await rejectsCode(ref.buy({}), "OPTION_INVALID", "buy");
      await rejectsCode(refs.ref<Cart>("shop/basket", "bob").forget(""), "FUNCTION_UNKNOWN", "shop/basket");
      await rejectsCode(refs.sender<Cart>("shop/basket", "bob").forget(""), "FUNCTION_UNKNOWN", "shop/basket");
      await rejectsCode(refs.ref<Cart>("statefun/schedules", "bob").forget(""), "FUNCTION_UNKNOWN");
    });

    test("refuses ids and type names that make no address", () => {
      throwsCode(() => refs.ref("cart", "bob"), "TYPE_NAME_INVALID");
      throwsCode(() => refs.ref("shop/cart", ""), "ID_MISSING", 'is ""');
      throwsCode(() => refs.sender("shop/cart", undefined as never), "ID_MISSING");
    });

    test("is not a promise, and calls nothing when it is awaited or printed", async () => {
      const ref = refs.ref<any>("shop/cart", "bob");
      assert.equal(await ref, ref);
      assert.throws(() => `${ref}`, TypeError);
      assert.equal(JSON.stringify(ref), "{}");
    });

    test("rejects with the TerminalError of the function", async () => {
      const error = await cart("terminal")
        .add({ sku: "tea", amount: -1 })
        .catch((thrown: unknown) => thrown);
      assert.ok(error instanceof TerminalError);
      const { code, message, details, status } = error;
      assert.deepEqual(
        { code, message, details, status },
        { code: "NO_SUCH", message: "There is no such thing.", details: { sku: "tea" }, status: 409 },
      );
    });

    test("rejects with ANSWER_TIMEOUT when no answer comes in time, and says what failed", async (t) => {
      const clock = new ManualClock();
      const own = await open(clock);
      t.after(() => own.close({ grace: 0 }));
      const asked = refs === client ? connect(own.ingress?.url as string) : own;
      const answer = asked.ref<Cart>("shop/cart", "failing").fail(true, { timeout: { minutes: 1 } });
      const refused = rejectsCode(answer, "ANSWER_TIMEOUT", "HANDLER_FAILED");
      await until(() => own.engine.metrics.callsWaiting === 1);
      await clock.advance(60_000);
      await refused;
    });

    test("rejects with ADDRESS_PARKED, without another try", async () => {
      await runtime.engine.park(addressOf("parked"), "for a test");
      await rejectsCode(cart("parked").forget(""), "ADDRESS_PARKED");
    });

    test("rejects with the signal's reason, before and while it waits", async () => {
      const reason = new Error("The user has left.");
      const early = cart("signal").forget("", { signal: AbortSignal.abort(reason) });
      await assert.rejects(early, (thrown) => thrown === reason);
      const leaving = new AbortController();
      const late = cart("signal").later(1, { signal: leaving.signal });
      await until(() => waiting.has(addressOf("signal").id));
      leaving.abort(reason);
      await assert.rejects(late, (thrown) => thrown === reason);
    });

    test("carries a request out once under its key, and refuses the key for another request", async () => {
      const options = { idempotencyKey: `once-${suffix}` };
      const first = await cart("keyed").add({ sku: "tea", amount: 1 }, options);
      assert.deepEqual(await cart("keyed").add({ sku: "tea", amount: 1 }, options), first);
      await rejectsCode(cart("keyed").add({ sku: "tea", amount: 2 }, options), "IDEMPOTENCY_CONFLICT");
      assert.equal((await cart("keyed").add({ sku: "tea", amount: 0 })).items, 1);
      for (const key of ["", " spaces ", "ü", "x".repeat(257)]) {
        await rejectsCode(cart("keyed").forget("", { idempotencyKey: key }), "OPTION_INVALID", "idempotencyKey");
      }
    });

    test("refuses options that are not there, and wrong ones", async () => {
      await rejectsCode(cart("o").forget("", { tiemout: 5 } as object), "OPTION_INVALID", "tiemout");
      await rejectsCode(cart("o").forget("", { timeout: { days: 30 } }), "DURATION_INVALID", "timeout");
      await rejectsCode(cart("o").forget("", { timeout: 0 }), "DURATION_INVALID", "timeout");
    });

    test("sends metadata, its own before that of a packed value", async () => {
      const item: Item = { sku: "a", amount: 0 };
      assert.equal((await cart("meta").add(item, { metadata: { tenant: "shop" } })).tenant, "shop");
      const packed = Item.pack(item).withMetadata(Metadata.wrap([["tenant", new TextEncoder().encode("packed")]]));
      assert.equal((await cart("meta").add(packed)).tenant, "packed");
      assert.equal((await cart("meta").add(packed, { metadata: { tenant: "own" } })).tenant, "own");
      await rejectsCode(cart("meta").add(item, { metadata: { tenant: "x".repeat(9_000) } }), "METADATA_TOO_LARGE");
    });

    test("tries again what was not taken, until there is room", async (t) => {
      const { id } = addressOf("full");
      const held = cart("full").later(1, { timeout: { seconds: 20 } });
      await until(() => waiting.has(id));
      const sender = refs.sender<Cart>("shop/cart", id);
      for (let sent = 0; sent < 4; sent++) await sender.bytes(new Uint8Array(300_000));
      const engine = runtime.engine as EngineApi;
      const tries = [t.mock.method(engine, "call").mock, t.mock.method(engine, "send").mock];
      const pending = Promise.all([cart("full").add({ sku: "a", amount: 1 }), sender.add({ sku: "a", amount: 1 })]);
      await until(() => tries.every(({ calls }) => calls.length > 0));
      for (const { calls } of tries) await rejectsCode(calls[0]?.result as Promise<unknown>, "MAILBOX_FULL");
      waiting.get(id)?.("done");
      assert.equal(await held, "done");
      await pending;
      assert.equal((await cart("full").add({ sku: "a", amount: 0 })).items, 2);
    });
  });

  describe(`a sender ${whose}`, () => {
    const sender = (id: string) => refs.sender<Cart>("shop/cart", `${id}-${suffix}`);

    test("resolves when the message is stored", async () => {
      assert.equal(await sender("sent").add({ sku: "a", amount: 3 }), undefined);
      assert.equal((await cart("sent").add({ sku: "a", amount: 0 })).items, 3);
    });

    test("sends a delayed message, which its token withdraws", async () => {
      const cancellationToken = `later-${suffix}`;
      await sender("delayed").add({ sku: "a", amount: 3 }, { delay: { hours: 1 }, cancellationToken });
      const { delayed } = await runtime.engine.inspect(addressOf("delayed"));
      assert.deepEqual(
        delayed.map((message) => message.cancellationToken),
        [cancellationToken],
      );
      assert.equal(await runtime.cancel(cancellationToken), true);
      const at = new Date(Date.now() + 3_600_000);
      await sender("dated").forget("", { at });
      assert.equal((await runtime.engine.inspect(addressOf("dated"))).delayed[0]?.dueAt, at.getTime());
    });

    test("refuses a delay beside a time, and a token without either", async () => {
      await rejectsCode(sender("wrong").forget("", { delay: 5, at: 5 }), "OPTION_INVALID", "delay");
      await rejectsCode(sender("wrong").forget("", { cancellationToken: "x" }), "OPTION_INVALID", "cancellationToken");
      await rejectsCode(sender("wrong").forget("", { delay: -5 }), "DELAY_INVALID");
    });

    test("carries a send out once under its key", async () => {
      const options = { idempotencyKey: `sent-once-${suffix}` };
      for (let time = 0; time < 2; time++) await sender("keyed-send").add({ sku: "a", amount: 1 }, options);
      assert.equal((await cart("keyed-send").add({ sku: "a", amount: 0 })).items, 1);
    });

    test("rejects with the signal's reason", async () => {
      const reason = new Error("The user has left.");
      const left = sender("left").forget("", { signal: AbortSignal.abort(reason) });
      await assert.rejects(left, (thrown) => thrown === reason);
    });
  });
}

test("a ref by class is a ref by the class's type name", async () => {
  assert.equal((await runtime.ref(Cart, "by class").add({ sku: "a", amount: 2 })).items, 2);
  await runtime.sender(Cart, "by class").add({ sku: "a", amount: 1 });
  assert.equal((await runtime.ref<Cart>("shop/cart", "by class").add({ sku: "a", amount: 0 })).items, 3);
  class Plain {}
  throwsCode(() => runtime.ref(Plain, "bob"), "FUNCTION_UNDECORATED");
});

describe("a runtime that breaks off", () => {
  /** A ref whose first call breaks off, and the options that the engine gets. */
  const breaking = (code: ErrorCode) => {
    const asked: CallOptions[] = [];
    const call: EngineApi["call"] = async (_target, _value, options = {}) => {
      asked.push(options);
      if (asked.length === 1) throw new StatefunError(code, "for a test");
      return Types.string.pack("done");
    };
    const engine = { call, serves: () => true } as Partial<EngineApi> as EngineApi;
    const catalog = functionCatalog(new StatefulFunctions(Cart), []);
    return { asked, ref: refTo({ engine, catalog }, "shop/cart", "bob") as Ref<Cart> };
  };

  test("is called again under a key, within the time of the call", async () => {
    const { ref, asked } = breaking("ENGINE_RESTARTING");
    assert.equal(await ref.forget("", { idempotencyKey: "k", timeout: 10_000 }), "done");
    assert.deepEqual(
      asked.map(({ idempotencyKey }) => idempotencyKey),
      ["k", "k"],
    );
    const [first = 0, second = 0] = asked.map(({ timeoutMs }) => timeoutMs);
    assert.equal(first, 10_000);
    assert.ok(second < first, String(second));
  });

  test("is not called again without a key: the message may be carried out", async () => {
    const { ref, asked } = breaking("ENGINE_RESTARTING");
    await rejectsCode(ref.forget(""), "ENGINE_RESTARTING");
    assert.equal(asked.length, 1);
  });

  test("is not called again when it closes: it does not come back in this process", async () => {
    const { ref, asked } = breaking("SHUTTING_DOWN");
    await rejectsCode(ref.forget("", { idempotencyKey: "k" }), "SHUTTING_DOWN");
    assert.equal(asked.length, 1);
  });
});
