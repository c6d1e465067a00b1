// Later events: delayed messages, their cancellation, and states that expire.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context, Handles, json, State, StatefulFunction, Types } from "statefun-ts";
import { inTime } from "../in-time.js";
import { tell, type World } from "../world.js";

const Delay = json<{ ms: number }>("test/Delay");
const Ring = json<{ name: string; sentAt: number }>("test/Ring");

@StatefulFunction("test/bell")
class Bell {
  @Handles(Delay)
  wind({ ms }: { ms: number }, context: Context) {
    const sentAt = Date.now();
    const { id } = context.address;
    const target = context.caller ?? context.address;
    context.sendAfter({ milliseconds: ms }, target, Ring.pack({ name: "late", sentAt }));
    context.sendAfter(0, "test/bell", id, Ring.pack({ name: "soon", sentAt }));
  }

  @Handles(Ring)
  ring({ name, sentAt }: { name: string; sentAt: number }, context: Context) {
    tell(context, { name, caller: String(context.caller), afterMs: Date.now() - sentAt });
  }
}

@StatefulFunction("test/bell-ringer")
class BellRinger extends Bell {
  @Handles(Types.string)
  call(_: string, context: Context) {
    context.send("test/bell", context.address.id, Delay.pack({ ms: 400 }));
  }
}

@StatefulFunction("test/alarm")
class Alarm {
  @Handles(Delay)
  set({ ms }: { ms: number }, context: Context) {
    const sentAt = Date.now();
    const arm = (name: string, afterMs: number, cancellationToken?: string) =>
      context.sendAfter(
        afterMs,
        context.address,
        Ring.pack({ name, sentAt }),
        cancellationToken ? { cancellationToken } : {},
      );
    const token = `token of ${context.address.id}`;
    // Order counts in one batch: sent, withdrawn, sent again under the same token.
    arm("withdrawn at once", ms, token);
    context.cancelDelayedMessage(token);
    arm("not withdrawn", ms);
    arm("withdrawn later", ms + 1, token);
    arm("the last", ms + 500);
    tell(context, { name: "set" });
  }

  @Handles(Types.string)
  withdraw(token: string, context: Context) {
    context.cancelDelayedMessage(token);
    tell(context, { name: "withdrawn" });
  }

  @Handles(Ring)
  ring({ name, sentAt }: { name: string; sentAt: number }, context: Context) {
    tell(context, { name, afterMs: Date.now() - sentAt });
  }
}

const ttlMs = 1500;
const Tick = json<{ left: number }>("test/Tick");

/** Reads its states at short intervals, then once after a pause that is long enough for both to expire. */
@StatefulFunction("test/expiring")
class Expiring {
  @State("written", Types.int, { expireAfterWrite: ttlMs }) written: number | undefined;
  @State("called", Types.int, { expireAfterCall: { milliseconds: ttlMs } }) called: number | undefined;
  @State("stays", Types.int) stays: number | undefined;

  @Handles(Types.string)
  start(_: string, context: Context) {
    this.written = this.called = this.stays = 1;
    this.#look(context, 5);
  }

  @Handles(Tick)
  tick({ left }: { left: number }, context: Context) {
    this.#look(context, left);
  }

  #look(context: Context, left: number) {
    tell(context, { at: Date.now(), written: this.written, called: this.called, stays: this.stays });
    if (left === 0) return;
    const pauseMs = left === 1 ? ttlMs + 1000 : 500;
    context.sendAfter(pauseMs, context.address, Tick.pack({ left: left - 1 }));
  }
}

export const timeFunctions = [Bell, BellRinger, Alarm, Expiring];

export function timeScenarios(world: World): void {
  test("a delayed message to itself arrives after its delay, and after one without delay", async () => {
    world.send("test/bell", "self", Delay.pack({ ms: 400 }));
    const rings = await world.told("test/bell/self", 2);
    assert.deepEqual(
      rings.map(({ name, caller }) => [name, caller]),
      [
        ["soon", "test/bell/self"],
        ["late", "test/bell/self"],
      ],
    );
    assert.ok(rings[1].afterMs >= 395, `after ${rings[1].afterMs} ms`);
  });

  test("a delayed message to its caller arrives there", async () => {
    world.send("test/bell-ringer", "c", Types.string.pack(""));
    const [ring] = await world.told("test/bell-ringer/c", 1);
    assert.equal(ring.name, "late");
    assert.equal(ring.caller, "test/bell/c");
    assert.ok(ring.afterMs >= 395, `after ${ring.afterMs} ms`);
  });

  test("states expire after their last write or their last call, and others stay", async () => {
    await inTime("e", async (id) => {
      world.send("test/expiring", id, Types.string.pack(""));
      const looks = await world.told(`test/expiring/${id}`, 6);
      const before = looks.slice(0, -1);
      const pauses = before.slice(1).map(({ at }, index) => at - before[index].at);
      if (Math.max(...pauses) > ttlMs - 200) return false;

      const [last] = looks.slice(-1);
      for (const { at, written, called, stays } of before) {
        assert.equal(called, 1, "each call puts the end off");
        assert.equal(stays, 1);
        // At the very end of its time, a state may be there or not.
        const age = at - before[0].at;
        if (age < ttlMs - 300) assert.equal(written, 1, `written ${age} ms ago`);
        if (age > ttlMs + 300) assert.equal(written, undefined, `written ${age} ms ago`);
      }
      assert.equal(before.at(-1).written, undefined);
      assert.deepEqual([last.written, last.called, last.stays], [undefined, undefined, 1]);
      return true;
    });
  });

  if (world.flavour.generation === "v2") return;

  test("a withdrawn message does not arrive, and the order of sending and withdrawing counts", async () => {
    await inTime("a", async (id) => {
      const begin = Date.now();
      world.send("test/alarm", id, Delay.pack({ ms: 1500 }));
      await world.told(`test/alarm/${id}`, 1);
      world.send("test/alarm", id, Types.string.pack(`token of ${id}`));
      await world.told(`test/alarm/${id}`, 2);
      if (Date.now() - begin > 1400) return false;
      // Timers fire in order: if the other messages still existed, they would arrive before the last message.
      const told = await world.told(`test/alarm/${id}`, 4);
      assert.deepEqual(
        told.map(({ name }) => name),
        ["set", "withdrawn", "not withdrawn", "the last"],
      );
      return true;
    });
  });
}
