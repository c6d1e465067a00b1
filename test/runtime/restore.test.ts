// A backup that is put back: everything goes on as it stood at the moment of the backup, once.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  Address,
  type Context,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
  Workflow,
  type WorkflowContext,
} from "statefun-ts";
import { type RuntimeSchedule, StatefunRuntime } from "statefun-ts/runtime";
import { freshFolder } from "../store/folders.ts";
import { Gate } from "../support/gate.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

const hour = 3_600_000;
const numbers = json<number[]>("shop.types/numbers");
const Order = json<{ total: number }>("shop.types/order");
const Approval = json<{ by: string }>("shop.types/approval");

/** Keeps every number that it gets, and sends a record of each. */
@StatefulFunction("shop/ledger")
class Ledger {
  @State("got", numbers) got: number[] = [];

  @Handles(Types.int)
  take(n: number, context: Context) {
    this.got.push(n);
    context.sendEgress("shop/out", Types.int.pack(n));
    return this.got.length;
  }
}

/** Sends each number on, so that messages between functions are under way. */
@StatefulFunction("shop/relay")
class Relay {
  @Handles(Types.int)
  relay(n: number, context: Context) {
    context.send(Ledger, "load", Types.int.pack(n));
  }
}

@StatefulFunction("shop/checkout")
class Checkout {
  @State("charged", Types.int) charged = 0;
  @State("done", Types.string) done = "";

  @Workflow(Order)
  async place({ total }: { total: number }, flow: WorkflowContext<{ by: string }>) {
    await flow.step("charge", () => {
      this.charged += 1;
    });
    if (total > 100) await flow.sleep({ hours: 3 });
    const { by } = await flow.receive(Approval);
    await flow.step("confirm", () => {
      this.done += `${by} ${this.charged}`;
    });
  }
}

/** What the bank answers: it is slow, then away. It is repaired after the restore. */
class Bank {
  open = false;
  readonly slow = new Gate();

  functions(): StatefulFunctions {
    const pay = { handles: [Types.string], retry: { attempts: 1 } } as const;
    const paying = (onFailure: "park" | "deadLetter") => ({
      ...pay,
      onFailure,
      state: { paid: { type: Types.int, default: 0 } },
    });
    const take = (_what: string, _context: Context, state: { paid: number }) => {
      if (!this.open) throw new Error("the bank is closed");
      state.paid += 1;
    };
    const book = async (n: number, context: Context, state: { booked: number[] }) => {
      await this.slow.promise;
      state.booked.push(n);
      context.sendEgress("shop/out", Types.int.pack(n));
    };
    return new StatefulFunctions(Ledger, Relay, Checkout)
      .register("shop/books", book, { handles: [Types.int], state: { booked: { type: numbers, default: () => [] } } })
      .register("shop/parks", take, paying("park"))
      .register("shop/letters", take, paying("deadLetter"));
  }
}

const booked = [100_001, 100_002, 100_003];

const hourly: RuntimeSchedule = {
  name: "hourly",
  cron: "0 * * * *",
  target: "shop/ledger",
  id: "hourly",
  message: Types.int.pack(1),
  ifMissed: "all",
};

/** A runtime on a folder, with a clock of its own. */
async function life(t: TestContext, bank: Bank, dir: string, file: string, now: number) {
  const clock = new ManualClock(now);
  const logger = new RecordingLogger();
  const runtime = await StatefunRuntime.open({
    functions: bank.functions(),
    dir,
    clock,
    logger,
    egresses: { "shop/out": { file } },
    schedules: [hourly],
    ingress: false,
    admin: false,
  });
  t.after(() => runtime.close());
  const { engine } = runtime;
  const state = async (address: string, name: string) => {
    const value = await engine.state(Address.of(dirname(address), address.slice(dirname(address).length + 1)), name);
    return value as ReturnType<typeof Types.int.pack> | undefined;
  };
  return {
    runtime,
    clock,
    logger,
    got: async (id: string) => (await state(`shop/ledger/${id}`, "got"))?.as(numbers) ?? [],
    done: async (id: string) => (await state(`shop/checkout/${id}`, "done"))?.as(Types.string),
    booked: async () => (await state("shop/books/a", "booked"))?.as(numbers) ?? [],
    paid: async (address: string) => (await state(address, "paid"))?.as(Types.int),
    /** Waits until no message and no record is under way. */
    async settle() {
      const { metrics } = engine;
      while (metrics.inFlight > 0 || metrics.egressAcknowledged < metrics.egressRecords || (await waits())) {
        await new Promise(setImmediate);
      }
      async function waits(): Promise<boolean> {
        return metrics.mailboxMessages > (await engine.parked({ limit: 10 })).length;
      }
    },
  };
}

const linesOf = (file: string) =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; value: number });

/** Everything that a runtime can keep, at work; a backup in the midst of it; and what the runtime has done after it. */
async function backedUp(t: TestContext) {
  const bank = new Bank();
  const dir = freshFolder(t);
  const [copy, file] = [join(dirname(dir), "copy"), join(dirname(dir), "out.jsonl")];
  const now = Date.UTC(2026, 0, 1, 10, 30);
  const first = await life(t, bank, dir, file, now);
  const { runtime, clock } = first;
  await clock.advance(hour); // the schedule is due at 11:00
  await runtime.send("shop/ledger", "later", Types.int.pack(7), { delay: { hours: 2 } });
  await runtime.send("shop/ledger", "withdrawn", Types.int.pack(7), {
    delay: { hours: 2 },
    cancellationToken: "withdraw",
  });
  await runtime.send("shop/checkout", "waits", Order.pack({ total: 5 }));
  await runtime.send("shop/checkout", "sleeps", Order.pack({ total: 500 }));
  await runtime.send("shop/parks", "a", Types.string.pack("rent"));
  await runtime.send("shop/letters", "a", Types.string.pack("rent"));
  const once = { idempotencyKey: "once" };
  assert.equal((await runtime.call("shop/ledger", "keyed", Types.int.pack(1), once))?.as(Types.double), 1);
  await runtime.call("shop/ledger", "keyed", Types.int.pack(2));
  await clock.settle();

  // One is in flight during the backup, the others wait behind it.
  await Promise.all(booked.map((n) => runtime.send("shop/books", "a", Types.int.pack(n))));
  let [sent, over] = [0, false];
  const load = () =>
    Promise.all(
      Array.from({ length: 30 }, () => {
        sent += 1;
        return runtime.send("shop/relay", String(sent % 7), Types.int.pack(sent));
      }),
    );
  for (let round = 0; round < 10; round += 1) await load();
  const before = sent;
  const made = runtime.backup(copy).finally(() => {
    over = true;
  });
  while (!over) await load();
  await made;
  const after = sent;

  // What comes after the backup is not in the copy.
  bank.slow.open();
  await load();
  await runtime.send("shop/checkout", "waits", Approval.pack({ by: "too late" }));
  await runtime.cancel("withdraw");
  await runtime.call("shop/ledger", "keyed", Types.int.pack(3));
  await clock.advance(2.5 * hour);
  await first.settle();
  await runtime.close();
  return { bank, copy, file, before, after, now };
}

test("everything goes on once as of the backup: states, messages, delayed ones, schedules, keys, runs, failures", async (t) => {
  const { bank, copy, file, before, after, now } = await backedUp(t);
  bank.open = true;
  // 11:30 was the backup. Meanwhile 12:00, 13:00 and 14:00 have passed, the delayed messages and the sleep were due.
  const again = await life(t, bank, copy, join(dirname(copy), "other.jsonl"), now + 4.25 * hour);
  const { runtime, clock } = again;
  await clock.advance(1_000);
  await again.settle();

  const load = await again.got("load");
  assert.equal(new Set(load).size, load.length, "no message is handled twice");
  const all = new Set(load);
  for (let n = 1; n <= before; n += 1) assert.ok(all.has(n), `message ${n} was acknowledged before the backup`);
  assert.ok(Math.max(...load) <= after);
  const written = linesOf(join(dirname(copy), "other.jsonl")).map(({ value }) => value);
  const known = new Set([...written, ...linesOf(file).map(({ value }) => value)]);
  for (const n of load) assert.ok(known.has(n), `the record of ${n} is in one of the files`);
  const ofLoad = written.filter((n) => n > 10);
  assert.equal(new Set(ofLoad).size, ofLoad.length, "no record is written twice");

  assert.deepEqual(await again.booked(), booked);
  assert.deepEqual(
    written.filter((n) => n > 100_000),
    booked,
  );
  assert.deepEqual(await again.got("later"), [7]);
  assert.deepEqual(await again.got("withdrawn"), [7], "it was withdrawn after the backup");
  assert.deepEqual(await again.got("hourly"), [1, 1, 1, 1], "one at 11:00, and the three that were missed");
  const once = { idempotencyKey: "once" };
  assert.equal((await runtime.call("shop/ledger", "keyed", Types.int.pack(1), once))?.as(Types.double), 1);
  assert.deepEqual(await again.got("keyed"), [1, 2]);

  const [waiting] = (await runtime.runs("shop/checkout", "waits")).runs;
  assert.equal(waiting?.status, "waiting", "its signal came after the backup");
  for (const id of ["waits", "sleeps"]) await runtime.send("shop/checkout", id, Approval.pack({ by: "ann" }));
  await again.settle();
  await clock.settle();
  for (const id of ["waits", "sleeps"]) {
    assert.equal(await again.done(id), "ann 1", "each step has run once");
  }

  const [parked] = await runtime.engine.parked({ limit: 10 });
  assert.equal(String(parked?.address), "shop/parks/a");
  await runtime.engine.retry(Address.of("shop/parks", "a"));
  const [letter] = (await runtime.engine.deadLetters.list()).letters;
  await runtime.engine.deadLetters.resend(letter?.id as string);
  await again.settle();
  assert.deepEqual([await again.paid("shop/parks/a"), await again.paid("shop/letters/a")], [1, 1]);
});

test("the file of an egress keeps its lines; messages that waited in the backup write theirs again, with later ids", async (t) => {
  const { bank, copy, file, now } = await backedUp(t);
  const lines = linesOf(file);
  const again = await life(t, bank, copy, file, now + 4.25 * hour);
  await again.clock.advance(1_000);
  await again.settle();
  const load = await again.got("load");
  await again.runtime.close();
  const all = linesOf(file);
  assert.deepEqual(all.slice(0, lines.length), lines);
  const ids = all.map(({ id }) => id);
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(
    new Set(ids).size,
    ids.length,
    "a record that waited in the backup and is in the file is not written again",
  );
  const added = all.slice(lines.length).map(({ value }) => value);
  const ofBooks = (values: number[]) => values.filter((n) => n > 100_000);
  assert.deepEqual([ofBooks(lines.map(({ value }) => value)), ofBooks(added)], [booked, booked]);
  const values = new Set(all.map(({ value }) => value));
  for (const n of load) assert.ok(values.has(n), `${n}`);
});
