// Dead letters of functions in this process: what their egress gets, who is told, and how often each message runs.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Address, type Context, json, StatefulFunctions, TerminalError, Types } from "../../src/index.js";
import { type RuntimeOptions, StatefunRuntime } from "../../src/runtime/entry.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { ManualClock } from "../support/manual-clock.js";
import { RecordingLogger } from "../support/recording-logger.js";

const Order = json<{ sku: string }>("shop.types/order");

async function shop(t: TestContext, options: Partial<RuntimeOptions> = {}) {
  const runs: string[] = [];
  const clock = new ManualClock();
  const functions = new StatefulFunctions()
    .register(
      "shop/orders",
      ({ sku }, _context, state) => {
        runs.push(sku);
        state.count += 1;
        if (sku.startsWith("bad")) throw new Error(`no ${sku}`);
        if (sku.startsWith("refused")) {
          throw new TerminalError("Not sold.", { code: "NOT_SOLD", details: { sku }, status: 410 });
        }
        return state.count;
      },
      {
        handles: [Order],
        state: { count: { type: Types.int, default: 0 } },
        retry: { attempts: 2, firstDelay: 10 },
        onFailure: "deadLetter",
      },
    )
    .register("shop/relay", (order, context) => context.send("shop/orders", "a", Order.pack(order)), {
      handles: [Order],
    });
  const closed = { dir: false, ingress: false, admin: false } as const;
  const runtime = await StatefunRuntime.open({
    functions,
    clock,
    logger: new RecordingLogger(),
    ...closed,
    ...options,
  });
  t.after(() => runtime.close());
  const order = (sku: string) => Order.pack({ sku });
  const send = (id: string, ...skus: string[]) =>
    Promise.all(skus.map((sku) => runtime.send("shop/orders", id, order(sku))));
  const letters = async () => {
    const { letters } = await runtime.engine.deadLetters.list();
    return letters.map(({ value, error, attempts }) => [value.as(Order).sku, error.code, attempts]);
  };
  return { runtime, clock, runs, order, send, letters };
}

test("each good message runs once, the bad ones use up their tries and go aside, and the state is that of the good ones", async (t) => {
  const { runtime, clock, runs, order, send, letters } = await shop(t);
  await send("a", "good1", "good2", "bad1", "good3", "bad2", "good4");
  await clock.advance(1_000);
  assert.deepEqual(runs, ["good1", "good2", "bad1", "bad1", "good3", "bad2", "bad2", "good4"]);
  assert.deepEqual(await letters(), [
    ["bad1", "HANDLER_FAILED", 2],
    ["bad2", "HANDLER_FAILED", 2],
  ]);
  assert.equal((await runtime.call("shop/orders", "a", order("good5")))?.as(Types.double), 5);
});

test("with one try there is one try, although the message came with others", async (t) => {
  const functionOptions = { "shop/orders": { retry: { attempts: 1 } } };
  const { clock, runs, send, letters } = await shop(t, { functionOptions });
  await send("a", "good1", "bad", "good2");
  await clock.settle();
  assert.deepEqual(runs, ["good1", "bad", "good2"]);
  assert.deepEqual(await letters(), [["bad", "HANDLER_FAILED", 1]]);
});

test("the egress of dead letters gets the message as JSON, with the stack", async (t) => {
  const records: any[] = [];
  const egresses = { "statefun.dead-letters/all": (record: unknown) => void records.push(record) };
  const { clock, send } = await shop(t, { egresses });
  await send("a", "bad");
  await clock.advance(1_000);
  const [{ function: typeName, id, message, error, attempts }] = records;
  assert.deepEqual([typeName, id, attempts, records.length], ["shop/orders", "a", 2, 1]);
  assert.deepEqual(message, { typename: "shop.types/order", value: { sku: "bad" } });
  assert.match(error.stack, /no bad\n.*dead-letters\.test\.ts/);
});

test("a caller outside is told by the code when its message goes aside, and gets a refusal whole, without a letter", async (t) => {
  const { runtime, clock, order, letters } = await shop(t);
  const bad = runtime.call("shop/orders", "a", order("bad"), { idempotencyKey: "k" });
  const told = rejectsCode(bad, "HANDLER_FAILED", "shop/orders/a");
  await clock.advance(1_000);
  await told;
  await rejectsCode(runtime.call("shop/orders", "a", order("bad"), { idempotencyKey: "k" }), "HANDLER_FAILED");
  await assert.rejects(runtime.call("shop/orders", "a", order("refused")), (thrown: unknown) => {
    assert.ok(thrown instanceof TerminalError);
    assert.deepEqual([thrown.code, thrown.details, thrown.status], ["NOT_SOLD", { sku: "refused" }, 410]);
    return true;
  });
  assert.deepEqual(await letters(), [["bad", "HANDLER_FAILED", 2]]);
});

test("a refused message for which nobody outside waits is a letter at once, and runs once", async (t) => {
  const { runtime, clock, runs, order, send, letters } = await shop(t);
  await send("a", "refused1");
  await runtime.send("shop/relay", "a", order("refused2"));
  await clock.settle();
  assert.deepEqual(runs, ["refused1", "refused2"]);
  assert.deepEqual(await letters(), [
    ["refused1", "NOT_SOLD", 1],
    ["refused2", "NOT_SOLD", 1],
  ]);
  const { letters: kept } = await runtime.engine.deadLetters.list({ code: "NOT_SOLD" });
  assert.deepEqual(kept[1]?.error.details, { sku: "refused2" });
  assert.equal(String(kept[1]?.caller), "shop/relay/a");
});

/** A function whose answer, or whose failure, the test chooses. */
async function scripted(t: TestContext, options: Partial<RuntimeOptions> = {}) {
  const script = { act: (_context: Context): unknown => undefined };
  const functions = new StatefulFunctions().register("test/f", (_message, context) => script.act(context), {
    retry: { attempts: 1 },
    onFailure: "deadLetter",
  });
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  const closed = { dir: false, ingress: false, admin: false } as const;
  const runtime = await StatefunRuntime.open({ functions, clock, logger, ...closed, ...options });
  t.after(() => runtime.close());
  const { deadLetters } = runtime.engine;
  const codes = async () => (await deadLetters.list()).letters.map(({ error }) => error.code);
  const resend = async () => {
    const [letter] = (await deadLetters.list()).letters;
    await deadLetters.resend(letter?.id as string);
    await clock.settle();
  };
  const call = (id: string, idempotencyKey?: string) =>
    runtime.call("test/f", id, Types.string.pack("x"), idempotencyKey === undefined ? {} : { idempotencyKey });
  return { runtime, clock, script, call, codes, resend };
}
const fail = () => {
  throw new Error("on purpose");
};
const refuse = () => {
  throw new TerminalError("no", { code: "REFUSED" });
};

for (const key of [undefined, "k"]) {
  test(`a call's message that is sent again and then refused is another letter: its caller was told before, key ${key}`, async (t) => {
    const { script, call, codes, resend } = await scripted(t);
    script.act = fail;
    await rejectsCode(call("a", key), "HANDLER_FAILED");
    script.act = refuse;
    await resend();
    assert.deepEqual(await codes(), ["REFUSED"]);
  });
}

test("a call's message that is refused when its caller has stopped waiting is a letter", async (t) => {
  const { script, runtime, codes, clock } = await scripted(t);
  const gate = new Gate();
  script.act = async () => {
    await gate.promise;
    refuse();
  };
  const stop = new AbortController();
  const call = runtime.call("test/f", "a", Types.string.pack("x"), { signal: stop.signal });
  const stopped = assert.rejects(call);
  await clock.settle();
  stop.abort();
  await stopped;
  gate.open();
  await clock.settle();
  assert.deepEqual(await codes(), ["REFUSED"]);
});

test("a message that is sent again answers no later call that uses its idempotency key", async (t) => {
  const { script, call, clock, runtime, resend } = await scripted(t, { idempotencyKeyLifetime: 60_000 });
  script.act = fail;
  await rejectsCode(call("a", "k"), "HANDLER_FAILED");
  await clock.advance(120_000);
  let client: Address | undefined;
  script.act = (context) => {
    client = context.deferReply();
  };
  const later = call("b", "k");
  await clock.settle();
  script.act = () => "of the first call";
  await resend();
  script.act = (context) => context.send(client as Address, "of the second call");
  await runtime.send("test/f", "c", Types.string.pack("x"));
  assert.equal((await later)?.as(Types.string), "of the second call");
});

test("where nothing is set aside, a refused message leaves no letter and parks nobody", async (t) => {
  const { clock, runtime, runs, send, letters } = await shop(t, {
    functionOptions: { "shop/orders": { onFailure: "park" } },
  });
  await send("a", "refused", "good");
  await clock.settle();
  assert.deepEqual([runs, await letters(), runtime.engine.metrics.parked], [["refused", "good"], [], 0]);
});
