// A process killed 200 times under load, in rounds: then what it holds is compared with what its clients were told.
// STATEFUN_KILLS says how many times, STATEFUN_SEED repeats the load of a round.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { farMs, randomApp } from "../engine/app.js";
import { Model } from "../engine/model.js";
import { freshFolder } from "../store/folders.js";
import { type Random, randomOf } from "../support/random.js";
import type { Looks } from "./lines.js";
import { Clients, isLooks, keyOf, type Last, Life, type Request, tearLog } from "./lives.js";

const kills = Number(process.env.STATEFUN_KILLS ?? 200);
const killsPerRound = 20;

function requestsOf(random: Random): Request[] {
  const { steps } = randomApp(random, { steps: 6000, commuting: true, delaysMs: [0, 1, 5, 20, 100] });
  return steps.filter((step): step is Request => step.step === "send" || step.step === "call");
}

/** When to kill: at the start, while it opens, while it goes on by itself, or after some answers under load. */
function moment(random: Random, { done }: Clients): { answers: number } | { ms: number } {
  if (done || random.chance(0.15)) return { ms: random.below(1000) };
  return { answers: random.below(random.chance() ? 15 : 150) };
}

/** What happens besides the kills of a round: nothing, the last write is torn, or the store fails before. */
type Trouble = "none" | "torn" | "failing";
const troubles: readonly Trouble[] = ["none", "torn", "failing"];
const titles = ["nothing else", "the last write is torn", "the store fails before"];

/** When the process ends by itself. */
function lastOf(random: Random, trouble: Trouble, { done }: Clients): Last | undefined {
  if (trouble === "none" || done || random.chance(0.3)) return undefined;
  const write = 1 + random.below(25);
  if (trouble === "torn") return { write, ms: random.next() * 2 };
  return { write, ms: random.below(400), failing: random.pick(["full", "silent"] as const) };
}

async function round(t: TestContext, random: Random, trouble: Trouble): Promise<void> {
  const torn = trouble === "torn";
  const begun = performance.now();
  const dir = freshFolder(t);
  const requests = requestsOf(random).slice(0, 1200);
  const clients = new Clients(requests);
  let [bytes, tears, fails] = [0, 0, 0];
  for (let kill = 0; kill < killsPerRound; kill += 1) {
    const last = lastOf(random, trouble, clients);
    if (last?.failing !== undefined) fails += 1;
    const life = new Life(dir, clients, last);
    await life.killAfter(last === undefined ? moment(random, clients) : { ms: 5000 });
    if (!torn || !existsSync(`${dir}/db`)) continue;
    const tornBytes = tearLog(dir, life, random);
    bytes += tornBytes;
    if (tornBytes > 0) tears += 1;
  }
  const before = clients.answers.size;
  await compare(new Life(dir, clients, undefined), clients, requests);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  t.diagnostic(
    `${killsPerRound} kills in ${seconds} s: ${before} of ${clients.answers.size} answers before the last, ${clients.records.size} records${torn ? `, ${tears} logs torn by ${bytes} bytes` : ""}${fails > 0 ? `, ${fails} while the store failed` : ""}`,
  );
}

/** Lets the last life finish everything, and compares it with the model. */
async function compare(life: Life, clients: Clients, requests: readonly Request[]): Promise<void> {
  const model = new Model();
  const keys = new Map<string, Request>();
  for (const request of requests) {
    if (keys.has(keyOf(request))) continue;
    keys.set(keyOf(request), request);
    const caller = request.step === "call" ? `call:${request.msg.id}` : undefined;
    model.send("outside", request.to, request.msg, caller);
  }
  model.runUntil(farMs);
  try {
    await life.ask(undefined, (line): line is { ready: true } => "ready" in line || clients.done);
    let looks: Looks;
    for (;;) {
      looks = await life.ask({ order: "look" }, isLooks);
      assert.deepEqual(clients.faults, []);
      assert.equal(looks.parked, 0);
      if (clients.done && !looks.busy) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(looks.delayedPending, model.delayed.length);
    const addresses = [...model.places.keys()];
    const { kept } = await life.ask({ order: "states", addresses }, (line) => "kept" in line);
    for (const address of addresses) {
      assert.deepEqual(kept[address], Object.fromEntries(model.statesOf(address, 0)), `states of ${address}`);
    }
  } finally {
    await life.end();
  }
  for (const [key, { step, msg }] of keys) {
    assert.equal(clients.answers.get(key), step === "send" ? "sent" : model.answers.get(`call:${msg.id}`), key);
  }
  const records = new Map<string, string[]>();
  for (const { egress, from, text } of clients.records.values()) {
    records.set(`${egress} ${from}`, [...(records.get(`${egress} ${from}`) ?? []), text]);
  }
  const sorted = (all: Map<string, string[]>) => [...all].map(([name, texts]) => [name, texts.toSorted()]).sort();
  assert.deepEqual(sorted(records), sorted(model.egress), "egress records");
}

// Two at a time: one process waits for the disk while the other one starts.
test(`${kills} kills of a process under load`, { concurrency: 2, timeout: 900_000 }, async (t) => {
  const random = randomOf(t);
  const rounds = Math.ceil(kills / killsPerRound);
  await Promise.all(
    Array.from({ length: rounds }, (_, index) =>
      t.test(`round ${index + 1}: ${titles[index % 3]}`, (inner) =>
        round(inner, random, troubles[index % 3] as Trouble),
      ),
    ),
  );
});
