// Many messages that are kept behind one that failed: long lines, the bound, new deployments, and random failures.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generations, type Packed } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";
import { acts, boom, functionsWith, job, refuse, setUp } from "../support/failing-worker.js";
import { randomOf } from "../support/random.js";

test('order "keep": a long line runs in several calls', async () => {
  const worker = setUp("v3", { order: "keep" });
  acts.set("bad", boom);
  await worker.send(job("bad"));
  const ids = Array.from({ length: 250 }, (_, index) => String(index));
  for (const id of ids) await worker.send(job(id));
  acts.delete("bad");
  const before = worker.done.length;
  assert.equal(before, 0);
  await worker.deliver();
  assert.equal(worker.done.length, 100);
  await worker.send(job("last"));
  for (let calls = 0; worker.due.length > 0; calls++) {
    assert.ok(calls < 5);
    await worker.deliver();
  }
  assert.deepEqual(worker.done, ["bad", ...ids, "last"]);
  assert.ok(!worker.keeps);
});

test('order "keep": beyond the bound the call fails, and each repetition tries the line', async () => {
  const worker = setUp("v3", { order: "keep" });
  const large = "x".repeat(600_000);
  acts.set("bad", boom);
  await worker.send(job("bad", large.repeat(3)));
  await worker.send(job("1", large));
  const state = new Map(worker.state);
  await rejectsCode(worker.send(job("2", large)), "FAILED_MESSAGES_FULL", "test/worker/w");
  await rejectsCode(worker.send(job("2", large)), "FAILED_MESSAGES_FULL", "test/worker/w");
  assert.deepEqual(worker.state, state);
  acts.delete("bad");
  await worker.send(job("2", large));
  assert.deepEqual(worker.done, ["bad", "1", "2"]);
  await worker.deliver();
  assert.deepEqual([worker.done, worker.keeps], [["bad", "1", "2"], false]);
});

test('order "keep": beyond the bound the whole line runs in one call, however long it is', async () => {
  const worker = setUp("v3", { order: "keep" });
  acts.set("bad", boom);
  const ids = Array.from({ length: 150 }, (_, index) => String(index));
  await worker.send(job("bad"), ...ids.map((id) => job(id, "x".repeat(6_800))));
  acts.delete("bad");
  await worker.send(job("large", "x".repeat(900_000)));
  assert.deepEqual(worker.done, ["bad", ...ids, "large"]);
});

test("beyond the bound, a message that fails while others may overtake it is a letter at once", async () => {
  const worker = setUp("v3");
  const large = "x".repeat(600_000);
  for (const bad of ["a", "b", "c"]) acts.set(bad, boom);
  await worker.send(job("a", large.repeat(3)), job("b", large), job("c", large), job("1"));
  assert.deepEqual(worker.done, ["1"]);
  assert.deepEqual(
    worker.letters.map(({ message, attempts }) => [message.value.id, attempts]),
    [["c", 1]],
  );
  acts.clear();
  await worker.deliver();
  assert.deepEqual(worker.done, ["1", "a", "b"]);
});

test("an instance that can't be made is the failure of every message, and none is lost", async () => {
  const worker = setUp("v3");
  const functions = functionsWith({ onFailure: "deadLetter", retry: { attempts: 3, firstDelay: 100 } });
  const spec = functions.get("test/worker");
  let away = true;
  const create = () => (away ? boom() : spec?.create());
  worker.deploy(functions);
  functions.find = () => ({ ...spec, create }) as never;
  await worker.send(job("1"), job("2"));
  assert.deepEqual(
    worker.due.map(({ delayMs }) => delayMs),
    [100, 100],
  );
  away = false;
  await worker.deliver();
  assert.deepEqual(worker.done, ["1", "2"]);
});

test("messages that were kept are handled when the function has no dead letters any more", async () => {
  const worker = setUp("v3");
  acts.set("bad", boom);
  await worker.send(job("bad"));
  worker.deploy(functionsWith({}));
  const due = worker.takeDue() as [Packed];
  await rejectsCode(worker.send(...due), "HANDLER_FAILED", "boom");
  acts.delete("bad");
  await worker.send(...due);
  assert.deepEqual([worker.done, worker.keeps], [["bad"], false]);
});

test("messages that waited in order are all handled after a deployment that keeps no order", async () => {
  const worker = setUp("v3", { order: "keep" });
  acts.set("bad", boom);
  await worker.send(job("bad"), job("1"));
  worker.deploy(functionsWith({ onFailure: "deadLetter" }));
  await worker.send(job("2"));
  assert.deepEqual(worker.done, ["1", "2"]);
  acts.delete("bad");
  await worker.deliver();
  assert.deepEqual([worker.done, worker.keeps], [["1", "2", "bad"], false]);
});

for (const order of ["overtake", "keep"] as const) {
  test(`random failures, order "${order}": every message is handled once or becomes a letter, none is lost`, async (t) => {
    const random = randomOf(t);
    for (let run = 0; run < 40; run++) {
      const worker = setUp(random.pick(generations), { order, retry: { attempts: 3, firstDelay: 100 } });
      const ids = Array.from({ length: 40 }, (_, index) => `${index}`);
      const failures = new Map(ids.map((id) => [id, random.chance(0.3) ? random.below(5) : 0]));
      const refused = new Set(ids.filter(() => random.chance(0.05)));
      const tries = new Map<string, number>();
      for (const id of ids) {
        acts.set(id, () => {
          const tried = (tries.get(id) ?? 0) + 1;
          tries.set(id, tried);
          if (tried <= (failures.get(id) as number)) boom();
          if (refused.has(id)) refuse();
        });
      }
      const left = [...ids];
      while (left.length > 0 || worker.due.length > 0) {
        const due = worker.takeDue(random.below(worker.due.length + 1));
        const came = left.splice(0, random.below(4)).map((id) => job(id));
        if (due.length + came.length > 0)
          await worker.send(...(random.chance() ? [...came, ...due] : [...due, ...came]));
      }
      const lost = ids.filter((id) => refused.has(id) || (failures.get(id) as number) >= 3);
      const good = ids.filter((id) => !lost.includes(id));
      const set = worker.letters.map(({ message }) => message.value.id);
      const { done } = worker;
      if (order === "overtake") for (const list of [done, set]) list.sort((a, b) => Number(a) - Number(b));
      assert.deepEqual([done, set, worker.keeps], [good, lost, false]);
      for (const id of ids) {
        const most = Math.min((failures.get(id) as number) + 1, 3);
        assert.equal(tries.get(id), most, `tries of ${id}`);
      }
    }
  });
}
