// How a folder gets an owner: who makes the file, and who replaces a dead owner.

import assert from "node:assert/strict";
import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ownerHere } from "../../src/store/owner.js";
import { Ownership } from "../../src/store/ownership.js";
import { rejectsCode } from "../support/expect-code.js";
import { assertDead, claimed, folderOf, ownedBy, patient, quick, stranger } from "./owners.js";

test("an owner is dead when another process has its number now", async (t) => {
  const dir = folderOf(t);
  ownedBy(dir, { started: "1" });
  await assertDead(dir);
});

test("an owner on another machine is replaced once it is silent, and not before", async (t) => {
  const dir = folderOf(t);
  ownedBy(dir, stranger);
  const begun = performance.now();
  await claimed(t, dir, quick);
  assert.ok(performance.now() - begun >= quick.silenceMs);
});

test("an owner on another machine that touches its file keeps the folder, however long an opening waits", async (t) => {
  const dir = folderOf(t);
  ownedBy(dir, stranger);
  let time = 1_000;
  const beating = setInterval(() => {
    time += 1;
    utimesSync(join(dir, "OWNER"), time, time);
  }, 5);
  t.after(() => clearInterval(beating));
  await rejectsCode(Ownership.claim(dir, { dir, times: patient }), "STORE_LOCKED", "elsewhere");
  await rejectsCode(Ownership.claim(dir, { dir, times: patient, waitMs: 50 }), "STORE_LOCKED", "elsewhere");
});

test("a file that names no owner counts as an owner of whom nothing is known", async (t) => {
  for (const content of ["", "{", "null", '{"token":"../../x","pid":1}']) {
    const dir = folderOf(t);
    writeFileSync(join(dir, "OWNER"), content);
    const ownership = await claimed(t, dir, quick);
    await ownership.confirm();
    assert.deepEqual(readdirSync(dir), ["OWNER"]);
  }
});

for (const [what, other] of Object.entries({ dead: { started: "1" }, silent: stranger })) {
  test(`of many who find the same ${what} owner at once, one gets the folder`, async (t) => {
    for (let round = 0; round < 20; round += 1) {
      const dir = folderOf(t);
      ownedBy(dir, other);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, () => Ownership.claim(dir, { dir, times: quick })),
      );
      const winners = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
      assert.equal(winners.length, 1);
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") assert.equal(outcome.reason.code, "STORE_LOCKED");
      }
      await winners[0]?.confirm();
      await winners[0]?.release();
      assert.deepEqual(readdirSync(dir), []);
    }
  });
}

test("many that open and close one folder again and again never hold it at the same time", async (t) => {
  const dir = folderOf(t);
  let held = 0;
  const turns = async () => {
    for (let turn = 0; turn < 10; turn += 1) {
      const ownership = await Ownership.claim(dir, { dir, times: quick, waitMs: 60_000 });
      held += 1;
      assert.equal(held, 1);
      await ownership.confirm();
      held -= 1;
      await ownership.release();
    }
  };
  await Promise.all(Array.from({ length: 6 }, turns));
});

test("a takeover that was killed half way is taken over itself", async (t) => {
  const dir = folderOf(t);
  ownedBy(dir, { token: "first", started: "1" });
  const second = JSON.stringify({ ...ownerHere(dir), token: "second", started: "1" });
  writeFileSync(join(dir, "OWNER.first"), second);
  writeFileSync(join(dir, "OWNER.second.new"), second);
  await claimed(t, dir, patient);
  assert.deepEqual(readdirSync(dir), ["OWNER"]);
});
