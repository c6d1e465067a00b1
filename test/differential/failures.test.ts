// Messages that fail end the same on Flink and on the embedded runtime: a refused message is rolled back alone, a message that
// fails is tried again, and a message that has used up its tries is a dead letter. Everything else goes on in its order.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { type Context, json, StatefulFunctions, TerminalError, Types } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { async33 } from "../flink/flavours.js";
import { tell, World } from "../flink/world.js";
import { egressRecords } from "../support/reflection.js";

const letterEgress = "statefun.dead-letters/all";
const toldEgress = "test/told";
const ids = ["a", "b", "c"];
const count = 60;

interface Order {
  readonly number: number;
  readonly kind: "good" | "refused" | "flaky" | "broken";
}
const Order = json<Order>("shop/Order");
const Numbers = json<readonly number[]>("shop/numbers");

const kinds = ["good", "refused", "good", "flaky", "good", "good", "broken"] as const;
const orders = Array.from(
  { length: count },
  (_, number): Order => ({
    number,
    kind: kinds[number % kinds.length] as Order["kind"],
  }),
);
const idOf = ({ number }: Order) => ids[number % ids.length] as string;
const lastOf = (id: string) => orders.filter((order) => idOf(order) === id && isDone(order)).at(-1)?.number;
const isDone = ({ kind }: Order) => kind === "good" || kind === "flaky";

/** The functions of one engine. An order does everything before it fails, so that all of it has to be undone. */
function functionsOf(tries: Map<number, number>): StatefulFunctions {
  return new StatefulFunctions()
    .register(
      "shop/orders",
      ({ number, kind }: Order, context: Context, state) => {
        const attempt = (tries.get(number) ?? 0) + 1;
        tries.set(number, attempt);
        state.done = [...state.done, number];
        context.send("shop/ledger", context.address.id, Types.int.pack(number));
        tell(context, state.done);
        if (kind === "refused") throw new TerminalError("It is refused.", { code: "REFUSED", details: { number } });
        if (kind === "broken" || (kind === "flaky" && attempt === 1)) throw new Error(`order ${number} fails`);
      },
      {
        handles: [Order],
        state: { done: { type: Numbers, default: () => [] } },
        onFailure: "deadLetter",
        retry: { attempts: 3, firstDelay: { milliseconds: 20 } },
        order: "keep",
      },
    )
    .register(
      "shop/ledger",
      (number: number, context, state) => {
        state.booked = [...state.booked, number];
        tell(context, state.booked);
      },
      { handles: [Types.int], state: { booked: { type: Numbers, default: () => [] } } },
    );
}

/** What came of the orders: what each address told in the end, its tries, and the dead letters. */
interface Outcome {
  readonly told: Record<string, readonly (readonly number[])[]>;
  readonly tries: readonly (readonly [number, number])[];
  readonly letters: readonly object[];
}

const addresses = ids.flatMap((id) => [`shop/orders/${id}`, `shop/ledger/${id}`]);
const letterCount = orders.filter(({ kind }) => kind === "refused" || kind === "broken").length;
const sorted = (tries: Map<number, number>) => [...tries].sort(([a], [b]) => a - b);

/** A letter without what differs: its id, its times, its stack, and the message's place in a batch. */
function comparable(letter: any) {
  const { letter: _id, firstFailedAt, lastFailedAt, error, ...rest } = letter;
  assert.ok(Date.parse(firstFailedAt) <= Date.parse(lastFailedAt));
  const { stack, ...told } = error;
  assert.equal(typeof stack, "string");
  const message = told.message.replace(/message \d+ of \d+/, "a message");
  return { ...rest, error: { ...told, message } };
}

const byNumber = (letters: any[]) =>
  letters.map(comparable).sort((a, b) => a.message.value.number - b.message.value.number);

async function onFlink(): Promise<Outcome> {
  const tries = new Map<number, number>();
  const world = new World(async33, { functions: functionsOf(tries), egresses: [letterEgress] });
  world.expectFailures("shop/orders");
  try {
    await world.start();
    for (const order of orders) world.send("shop/orders", idOf(order), Order.pack(order));
    const records = await world.records(letterEgress, letterCount);
    const told: Record<string, number[][]> = {};
    for (const address of addresses) {
      const id = address.split("/")[2] as string;
      const done = orders.filter((order) => idOf(order) === id && isDone(order)).length;
      told[address] = await world.told(address, done);
      assert.equal(told[address]?.at(-1)?.at(-1), lastOf(id));
    }
    assert.deepEqual(world.unexpectedFailures, []);
    const type = egressRecords.v3.lookupType("io.statefun.sdk.egress.KafkaProducerRecord");
    const letters = records.map(({ value }) =>
      JSON.parse(Buffer.from((type.decode(value) as any).value_bytes).toString()),
    );
    return { told, tries: sorted(tries), letters: byNumber(letters) };
  } finally {
    await world.stop();
  }
}

async function embedded(): Promise<Outcome> {
  const tries = new Map<number, number>();
  const told: Record<string, number[][]> = {};
  const letters: unknown[] = [];
  let done = () => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const expected = 2 * orders.filter(isDone).length + letterCount;
  let seen = 0;
  const see = () => {
    seen += 1;
    if (seen === expected) done();
  };
  const runtime = await StatefunRuntime.open({
    functions: functionsOf(tries),
    dir: false,
    ingress: false,
    admin: false,
    logger: { warn() {}, error() {} },
    egresses: {
      [toldEgress]: (value: unknown, { value: packed }) => {
        const { from, value: list } = JSON.parse(Buffer.from(packed.value).toString());
        told[from] = [...(told[from] ?? []), list];
        see();
        return void value;
      },
      [letterEgress]: (letter: unknown) => {
        letters.push(letter);
        see();
      },
    },
  });
  try {
    for (const order of orders) await runtime.send("shop/orders", idOf(order), Order.pack(order));
    await all;
    return { told, tries: sorted(tries), letters: byNumber(letters) };
  } finally {
    await runtime.close();
  }
}

describe("messages that fail", { timeout: 300_000 }, () => {
  let flink: Outcome;
  let runtime: Outcome;
  before(async () => {
    runtime = await embedded();
    flink = await onFlink();
  });

  test("a message that fails or is refused is undone alone, and the others go on in their order, on both", () => {
    for (const address of addresses) assert.deepEqual(runtime.told[address], flink.told[address], address);
    for (const id of ids) {
      const done = orders.filter((order) => idOf(order) === id && isDone(order)).map(({ number }) => number);
      assert.deepEqual(runtime.told[`shop/orders/${id}`]?.at(-1), done);
    }
  });

  test("a message runs once when it is good or refused, and as often as it is tried otherwise, on both", () => {
    const expected = orders.map(({ number, kind }) => [number, { good: 1, refused: 1, flaky: 2, broken: 3 }[kind]]);
    assert.deepEqual(runtime.tries, expected);
    assert.deepEqual(flink.tries, expected);
  });

  test("the dead letters hold the same on both", () => {
    assert.equal(runtime.letters.length, letterCount);
    assert.deepEqual(runtime.letters, flink.letters);
  });
});
