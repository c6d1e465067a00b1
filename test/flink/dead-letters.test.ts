// Dead letters on the real engines: ten thousand messages, one of a hundred fails for ever, and the job never restarts.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Context, json, StatefulFunctions, Types } from "statefun-ts";
import { freePorts } from "../support/free-ports.js";
import { egressRecords } from "../support/reflection.js";
import { async33, type Flavour, statefun22 } from "./flavours.js";
import { tell, World } from "./world.js";

const letters = "statefun.dead-letters/all";
const Order = json<{ readonly number: number }>("shop/Order");
const isPoison = (number: number) => number % 100 === 7;
/** Fails when it comes first. */
const isFlaky = (number: number) => number % 100 === 57;
const ids = 19;
const idOf = (number: number) => `id-${number % ids}`;

const tried = new Map<string, number>();

interface Books {
  count: number;
}

function order({ number }: { readonly number: number }, context: Context, state: Books): void {
  const key = `${context.address} ${number}`;
  const tries = (tried.get(key) ?? 0) + 1;
  tried.set(key, tries);
  state.count += 1;
  context.send("shop/ledger", context.address.id, Types.int.pack(1));
  tell(context, number);
  if (isPoison(number) || (isFlaky(number) && tries === 1)) throw new Error(`order ${number} can't be read`);
}

const retry = { attempts: 3, firstDelay: 50 };
const functions = () => {
  tried.clear();
  const count = { type: Types.int, default: 0 };
  const declared = { handles: [Order], state: { count }, onFailure: "deadLetter", retry } as const;
  return new StatefulFunctions()
    .register("shop/orders", order, declared)
    .register("shop/kept", order, { ...declared, order: "keep", deadLetterTopic: "kept" })
    .register(
      "shop/ledger",
      (amount, context, state) => {
        state.count += amount;
        if (amount === 0) tell(context, state.count);
      },
      { handles: [Types.int], state: { count } },
    );
};

/** What Flink says of its one job: its state, when it last failed and started again, and why. */
async function job(port: number) {
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).json() as Promise<any>;
  const [{ jid }] = (await get("/jobs/overview")).jobs;
  const { state, timestamps } = await get(`/jobs/${jid}`);
  const { "root-exception": failure } = await get(`/jobs/${jid}/exceptions`);
  return { state, failedAt: timestamps.FAILING, restartedAt: timestamps.RESTARTING, failure };
}

function readLetter(flavour: Flavour, value: Uint8Array) {
  const name = { v2: "org.apache.flink.statefun.flink.io", v3: "io.statefun.sdk.egress" }[flavour.generation];
  const record = egressRecords[flavour.generation].lookupType(`${name}.KafkaProducerRecord`).decode(value) as any;
  return { topic: record.topic, key: record.key, letter: JSON.parse(Buffer.from(record.value_bytes).toString()) };
}

for (const flavour of [async33, statefun22]) {
  describe(flavour.name, { timeout: 600_000 }, () => {
    test("10,000 messages with one poison per hundred: the job never restarts, all else is exact, each letter is readable", async (t) => {
      const [restPort] = (await freePorts(1)) as [number];
      const world = new World(flavour, { functions: functions(), egresses: [letters], restPort, restarts: 100 });
      world.expectFailures("shop/");
      const sizes = { "shop/orders": 10_000, "shop/kept": 2_000 };
      try {
        await world.start();
        for (const [typeName, size] of Object.entries(sizes)) {
          for (let number = 0; number < size; number++) world.send(typeName, idOf(number), Order.pack({ number }));
        }
        let booked = 0;
        for (const [typeName, size] of Object.entries(sizes)) {
          for (let start = 0; start < ids; start++) {
            const sent = Array.from({ length: size }, (_, number) => number).filter((number) => number % ids === start);
            const good = sent.filter((number) => !isPoison(number));
            const told = await world.told(`${typeName}/${idOf(start)}`, good.length);
            booked += good.length;
            if (typeName === "shop/orders") told.sort((a, b) => a - b);
            assert.deepEqual(told, good, `${typeName}/${idOf(start)}`);
          }
        }
        const records = await world.records(letters, 120);
        const read = records.map(({ value }) => readLetter(flavour, value));
        assert.equal(read.length, 120);
        const expected = Object.entries(sizes).flatMap(([typeName, size]) =>
          Array.from({ length: size }, (_, number) => number)
            .filter(isPoison)
            .map((number) => `${typeName}/${idOf(number)} ${number}`),
        );
        const found = read.map(({ topic, key, letter }) => {
          const { function: typeName, id, attempts, error, message, caller } = letter;
          assert.deepEqual([key, attempts, caller], [`${typeName}/${id}`, 3, null]);
          assert.equal(topic, typeName === "shop/kept" ? "kept" : "statefun.dead-letters");
          assert.match(error.message, new RegExp(`order ${message.value.number} can't be read`));
          return `${key} ${message.value.number}`;
        });
        assert.deepEqual(found.sort(), expected.sort());
        for (const [key, tries] of tried) {
          const number = Number(key.split(" ")[1]);
          const most = isPoison(number) ? 3 : isFlaky(number) ? 2 : 1;
          assert.equal(tries, most, key);
        }

        // Messages to the ledger are behind those of the orders, which have all been told.
        for (let id = 0; id < ids; id++) world.send("shop/ledger", `id-${id}`, Types.int.pack(0));
        let inLedgers = 0;
        for (let id = 0; id < ids; id++) inLedgers += (await world.told(`shop/ledger/id-${id}`, 1)).at(-1);
        assert.equal(inLedgers, booked);

        assert.deepEqual(await job(restPort), { state: "RUNNING", failedAt: 0, restartedAt: 0, failure: null });
        assert.deepEqual(world.unexpectedFailures, []);
        t.diagnostic(`${booked} good messages and ${read.length} letters in ${world.server.calls.length} calls`);
      } finally {
        await world.stop();
      }
    });

    test("messages that are kept outlive a restore from a checkpoint", async () => {
      const world = new World(flavour, { functions: functions(), egresses: [letters] });
      world.expectFailures("shop/");
      try {
        await world.start();
        for (const number of [1, 7, 2]) world.send("shop/kept", "a", Order.pack({ number }));
        await world.server.until("a try", () => tried.get("shop/kept/a 7") === 1);
        await world.engine.waitForCheckpoint();
        await world.engine.kill();
        await world.restore();
        const [record] = await world.records(letters, 1);
        const { letter } = readLetter(flavour, record?.value as Uint8Array);
        assert.deepEqual([letter.message.value, letter.attempts], [{ number: 7 }, 3]);
        const told = await world.told("shop/kept/a", 2);
        assert.deepEqual(told.slice(-1), [2]);
        assert.deepEqual(world.unexpectedFailures, []);
      } finally {
        await world.stop();
      }
    });
  });
}

describe("StateFun 2.2", { timeout: 600_000 }, () => {
  test("a module file that lacks the state of kept messages: the log says what to add", async () => {
    const world = new World(statefun22, { functions: functions(), undeclared: ["statefun.failed-messages"] });
    world.expectFailures("shop/");
    try {
      await world.start();
      world.send("shop/kept", "a", Order.pack({ number: 1 }));
      const named = () => world.server.logger.lines.find((line) => line.includes("STATE_UNDECLARED"));
      await world.server.until("the line", () => named() !== undefined);
      assert.match(named() ?? "", /- name: statefun\.failed-messages/);
    } finally {
      await world.stop();
    }
  });
});
