// Each due time has one message, whatever happens to the process and to the clock.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TerminalError, Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { Metadata } from "../../../src/model/metadata.js";
import { look, scheduleTypeName } from "../../../src/runtime/schedules/schedule-function.js";
import { rejectsCode } from "../../support/expect-code.js";
import { days, type Given, hours, Kept } from "./kept.js";

const nightly = { name: "nightly", cron: "0 3 * * *" };
const day = (number: number) => `2026-01-0${number}T03:00:00.000Z`;

async function opened(t: TestContext, ...given: Given[]): Promise<Kept> {
  const kept = new Kept(t, "2026-01-01T12:00:00Z");
  await kept.open(...given);
  return kept;
}

test("a schedule sends its message at each due time, with its name and the due time, and nothing before the first", async (t) => {
  const kept = await opened(t, nightly);
  assert.deepEqual(await kept.got(), []);
  await kept.clock.advance(2 * days);
  assert.deepEqual(await kept.got(), [`nightly due ${day(2)} go`, `nightly due ${day(3)} go`]);
});

test("a message can be made for its due time", async (t) => {
  const kept = await opened(t, { ...nightly, message: (due: Date) => `for ${due.getUTCDate()}` });
  await kept.clock.advance(1 * days);
  assert.deepEqual(await kept.got(), [`nightly due ${day(2)} for 2`]);
});

test("a field in front counts seconds", async (t) => {
  const kept = await opened(t, { name: "often", cron: "*/20 * * * * *" });
  await kept.clock.advance(60_000);
  assert.deepEqual(await kept.due(), [
    "2026-01-01T12:00:20.000Z",
    "2026-01-01T12:00:40.000Z",
    "2026-01-01T12:01:00.000Z",
  ]);
});

test("a restart before, at and after a due time sends its message once", async (t) => {
  const kept = await opened(t, nightly);
  await kept.clock.advance(15 * hours - 1);
  await kept.off(0, nightly);
  await kept.clock.advance(1);
  await kept.off(0, nightly);
  await kept.clock.advance(1);
  await kept.off(0, nightly);
  assert.deepEqual(await kept.due(), [day(2)]);
});

test("a start within the minute after a due time is in time", async (t) => {
  const kept = await opened(t, { ...nightly, ifMissed: "skip" });
  await kept.clock.advance(15 * hours - 30_000);
  await kept.off(60_000, { ...nightly, ifMissed: "skip" });
  assert.deepEqual(await kept.got(), [`nightly due ${day(2)} go`]);
});

const ends = {
  once: [`nightly missed ${day(5)} go`],
  all: [2, 3, 4, 5].map((number) => `nightly missed ${day(number)} go`),
  skip: [],
} as const;
for (const ifMissed of ["once", "all", "skip"] as const) {
  test(`after days off, ${ifMissed} sends ${ends[ifMissed].length} messages, and then the usual ones`, async (t) => {
    const kept = await opened(t, { ...nightly, ifMissed });
    await kept.off(4 * days, { ...nightly, ifMissed });
    assert.deepEqual(await kept.got(), ends[ifMissed]);
    await kept.clock.advance(1 * days);
    assert.deepEqual(await kept.got(), [...ends[ifMissed], `nightly due ${day(6)} go`]);
    assert.equal((await kept.schedules.list())[0]?.missed, 4);
  });
}

test("of very many missed due times, all sends the last 1,000, in their order", async (t) => {
  const often = { name: "often", cron: "* * * * *", ifMissed: "all" } as const;
  const kept = await opened(t, often);
  await kept.off(3 * days, often);
  const due = (await kept.due()).map((text) => Date.parse(text));
  assert.equal(due.length, 1_000);
  assert.deepEqual(
    due,
    due.map((_, index) => kept.clock.now() - (999 - index) * 60_000),
  );
  await kept.clock.advance(60_000);
  assert.equal((await kept.due()).length, 1_001);
});

test("a clock that jumps ahead misses what lies between", async (t) => {
  const kept = await opened(t, nightly);
  kept.clock.jump(3 * days);
  await kept.clock.advance(2 * 60_000);
  assert.deepEqual(await kept.got(), [`nightly missed ${day(4)} go`]);
});

test("a clock that jumps back sends nothing a second time", async (t) => {
  const kept = await opened(t, nightly);
  await kept.clock.advance(2 * days);
  assert.deepEqual(await kept.due(), [day(2), day(3)]);
  kept.clock.jump(-2 * days);
  await kept.clock.advance(2 * days);
  await kept.off(0, nightly);
  assert.deepEqual(await kept.due(), [day(2), day(3)]);
  await kept.clock.advance(1 * days);
  assert.deepEqual(await kept.due(), [day(2), day(3), day(4)]);
});

test("after a clock that was years ahead was put right, pause and resume let the schedule go on", async (t) => {
  const kept = await opened(t, nightly);
  kept.clock.jump(3650 * days);
  await kept.clock.advance(2 * 60_000);
  kept.clock.jump(-3650 * days);
  await kept.clock.advance(1 * days);
  assert.equal((await kept.due()).length, 1);
  await kept.schedules.pause("nightly");
  await kept.schedules.resume("nightly");
  await kept.clock.advance(1 * days);
  assert.deepEqual((await kept.due()).slice(1), [day(3)]);
});

test("due times that change count from the start with the new ones; what the old ones owed is sent", async (t) => {
  const kept = await opened(t, nightly);
  await kept.off(1 * days, { ...nightly, cron: "0 11 * * *" });
  assert.deepEqual(await kept.got(), [`nightly missed ${day(2)} go`]);
  await kept.clock.advance(1 * days);
  assert.deepEqual((await kept.due()).slice(1), ["2026-01-03T11:00:00.000Z"]);
  await kept.off(0, { ...nightly, cron: "0 11 * * *", timezone: "Asia/Tokyo" });
  await kept.clock.advance(1 * days);
  assert.deepEqual((await kept.due()).slice(2), ["2026-01-04T02:00:00.000Z"]);
});

test("another message and another target hold from the next due time on", async (t) => {
  const kept = await opened(t, nightly);
  await kept.off(0, { ...nightly, message: "gone" });
  await kept.clock.advance(1 * days);
  await kept.off(0, { ...nightly, id: "other" });
  await kept.clock.advance(1 * days);
  assert.deepEqual(await kept.got(), [`nightly due ${day(2)} gone`]);
  assert.notEqual(await kept.engine.state(Address.of("test/sink", "other"), "got"), undefined);
});

test("a schedule that is removed sends nothing, and one that comes back makes nothing up", async (t) => {
  const kept = await opened(t, nightly);
  await kept.clock.advance(1 * days);
  await kept.off(0);
  await kept.clock.advance(1 * days);
  await kept.off(1 * days, nightly);
  assert.deepEqual(await kept.due(), [day(2)]);
  await kept.clock.advance(1 * days);
  assert.deepEqual(await kept.due(), [day(2), day(5)]);
  assert.equal((await kept.schedules.list())[0]?.missed, 0);
});

test("a pause holds over a restart, and its due times are not made up for", async (t) => {
  const kept = await opened(t, { ...nightly, ifMissed: "all" });
  const { pausedAt, nextAt } = await kept.schedules.pause("nightly");
  assert.deepEqual([pausedAt, nextAt], [kept.clock.now(), undefined]);
  await kept.clock.advance(1 * days);
  await kept.off(1 * days, { ...nightly, ifMissed: "all" });
  await kept.schedules.pause("nightly");
  assert.equal((await kept.schedules.list())[0]?.pausedAt, pausedAt);
  const resumed = await kept.schedules.resume("nightly");
  assert.deepEqual([resumed.pausedAt, resumed.nextAt, resumed.missed], [undefined, Date.parse(day(4)), 0]);
  await kept.clock.advance(1 * days);
  assert.deepEqual(await kept.due(), [day(4)]);
});

test("a run by hand sends the message at once, also in a pause, and leaves the due times as they are", async (t) => {
  const kept = await opened(t, nightly);
  await kept.schedules.run("nightly");
  await kept.schedules.pause("nightly");
  const { last, sent } = await kept.schedules.run("nightly");
  assert.deepEqual([last?.run, last?.due, sent], ["manual", kept.clock.now(), 2]);
  await kept.schedules.resume("nightly");
  await kept.clock.advance(1 * days);
  const now = "2026-01-01T12:00:00.000Z";
  assert.deepEqual(await kept.got(), [
    `nightly manual ${now} go`,
    `nightly manual ${now} go`,
    `nightly due ${day(2)} go`,
  ]);
});

test("a message from outside pauses nothing, runs nothing and sends nothing twice", async (t) => {
  const kept = await opened(t, nightly);
  const address = Address.of(scheduleTypeName, "nightly");
  const forged = { "statefun-schedule-secret": "guess", order: "run" };
  await kept.engine.send(address, look.withMetadata(new Metadata(forged)));
  await kept.engine.send(address, look.withMetadata(new Metadata({ ...forged, order: "pause" })));
  await kept.engine.send(address, Types.int.pack(1));
  await kept.engine.send(Address.of(scheduleTypeName, "unknown"), look);
  await kept.clock.advance(1 * days);
  await kept.engine.send(address, look);
  await kept.clock.settle();
  assert.deepEqual(await kept.due(), [day(2)]);
  assert.equal((await kept.engine.addresses(scheduleTypeName, { limit: 10 })).addresses.length, 1);
});

test("after a drop at its address, a schedule stands still until an order or the next start", async (t) => {
  const kept = await opened(t, nightly);
  const address = Address.of(scheduleTypeName, "nightly");
  await kept.engine.park(address, "by hand");
  await kept.clock.advance(1 * days);
  assert.equal(await kept.engine.drop(address, "all"), 1);
  await kept.clock.advance(1 * days);
  assert.deepEqual(await kept.got(), []);
  await kept.schedules.resume("nightly");
  assert.deepEqual(await kept.got(), [`nightly missed ${day(3)} go`]);
});

test("the list has every schedule with what it has done", async (t) => {
  const kept = await opened(t, nightly, {
    name: "hourly",
    cron: "@hourly",
    timezone: "Europe/Berlin",
    ifMissed: "skip",
  });
  await kept.clock.advance(1 * hours);
  const [hourly, other] = await kept.schedules.list();
  const at = kept.clock.now();
  assert.deepEqual(hourly, {
    name: "hourly",
    cron: "@hourly",
    timezone: "Europe/Berlin",
    target: Address.of("test/sink", "all"),
    ifMissed: "skip",
    pausedAt: undefined,
    nextAt: at + hours,
    last: { due: at, at, run: "due" },
    sent: 1,
    missed: 0,
    failure: undefined,
  });
  assert.deepEqual([other?.name, other?.sent, other?.nextAt], ["nightly", 0, Date.parse(day(2))]);
});

test("a message that can't be made is tried until it can, and the list says why it waits", async (t) => {
  let broken = true;
  const message = () => {
    if (broken) throw new Error("the calendar is shut");
    return "go";
  };
  const kept = await opened(t, { ...nightly, message });
  await kept.clock.advance(1 * days);
  const [{ failure, sent } = {}] = await kept.schedules.list();
  assert.deepEqual([failure?.code, failure?.since, sent], ["HANDLER_FAILED", Date.parse(day(2)), 0]);
  assert.match(kept.log[0] ?? "", /nightly.*the calendar is shut/);
  broken = false;
  await kept.clock.advance(2 * 60_000);
  assert.deepEqual(await kept.due(), [day(2)]);
  assert.equal((await kept.schedules.list())[0]?.failure, undefined);
});

test("a schedule whose message can't be made is paused at once, and makes nothing up for it", async (t) => {
  let broken = true;
  const message = () => {
    if (broken) throw new Error("the calendar is shut");
    return "go";
  };
  const kept = await opened(t, { ...nightly, message });
  await kept.clock.advance(1 * days);
  const { pausedAt, failure } = await kept.schedules.pause("nightly");
  assert.deepEqual([pausedAt, failure], [kept.clock.now(), undefined]);
  broken = false;
  await kept.clock.advance(1 * days);
  assert.deepEqual(await kept.got(), []);
  await kept.schedules.resume("nightly");
  await kept.clock.advance(1 * days);
  assert.deepEqual(await kept.due(), [day(4)]);
});

for (const [what, thrown, code] of [
  ["an error", new Error("the calendar is shut"), "HANDLER_FAILED"],
  ["a terminal error", new TerminalError("the calendar is shut", { code: "SHUT" }), "SHUT"],
] as const) {
  test(`a run by hand whose message can't be made fails at once with ${what}, and is not made up for`, async (t) => {
    let broken = true;
    const message = () => {
      if (broken) throw thrown;
      return "go";
    };
    const kept = await opened(t, { ...nightly, message });
    await assert.rejects(kept.schedules.run("nightly"), { code, message: "the calendar is shut" });
    await kept.clock.advance(1 * days);
    assert.equal((await kept.schedules.list())[0]?.failure?.code, code);
    await assert.rejects(kept.schedules.run("nightly"), { code });
    broken = false;
    await kept.clock.advance(1 * days);
    assert.deepEqual(await kept.due(), [day(2), day(3)]);
  });
}

test("a schedule whose message can't be made goes on over a restart with another one", async (t) => {
  const kept = await opened(t, { ...nightly, message: () => undefined as never });
  await kept.clock.advance(1 * days);
  assert.equal((await kept.schedules.list())[0]?.failure?.code, "VALUE_UNTYPED");
  await kept.off(0, nightly);
  assert.deepEqual(await kept.due(), [day(2)]);
  assert.equal((await kept.schedules.list())[0]?.failure, undefined);
});

test("an order for a schedule that there is not is NOT_FOUND, and suggests the nearest", async (t) => {
  const kept = await opened(t, nightly);
  await rejectsCode(kept.schedules.pause("nigthly"), "NOT_FOUND", "nightly");
});
