// A process that keeps schedules is killed again and again around their due times: each due time has exactly one message.
// STATEFUN_KILLS says how many times, STATEFUN_SEED repeats the moments.

import assert from "node:assert/strict";
import { test } from "node:test";
import { freshFolder } from "../store/folders.js";
import { randomOf } from "../support/random.js";
import { killedLife, lastLife } from "./schedule-lives.js";

const kills = Math.min(Number(process.env.STATEFUN_KILLS ?? 40), 200);

test(`a process killed ${kills} times around due times sends the message of each due time once`, async (t) => {
  const random = randomOf(t);
  const dir = freshFolder(t);
  for (let kill = 0; kill < kills; kill += 1) await killedLife(dir, random);
  const got = await lastLife(dir);
  for (const [name, stepMs] of [
    ["each", 1000],
    ["other", 2000],
  ] as const) {
    const due = got.filter((line) => line.startsWith(`${name} `)).map((line) => Date.parse(line.slice(name.length)));
    const first = due[0] as number;
    assert.deepEqual(
      due,
      due.map((_, index) => first + index * stepMs),
    );
    assert.ok(due.length > 10);
    t.diagnostic(`${name}: ${due.length} due times, each once`);
  }
});
