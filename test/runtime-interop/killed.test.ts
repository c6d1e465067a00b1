// A peer that is killed under load and started again: each message has its effects once, and nothing is parked.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import type { PeerName } from "../interop/peers.ts";
import { Application } from "./application.js";
import { Front } from "./front.js";

const peers: readonly [language: string, peer: PeerName][] = [
  ["js", "js"],
  ["python", "python"],
  ["python", "python-2.2"],
  ["go", "go"],
  ["java", "java"],
];
const instances = 20;
const wave = 200;
const kills = 2;
const messages = (kills + 1) * wave;

describe("a peer is killed under load", { timeout: 300_000 }, () => {
  for (const [language, peer] of peers) {
    test(`${peer}: all is done once, and in order`, async () => {
      const front = await Front.open();
      const app = new Application({ peers: { [language]: peer }, endpointOf: () => front.endpoint, maxBatch: 2 });
      const spawned = spawnings();
      try {
        let pid = await spawned(() => app.start());
        front.port = app.peer(language).port;
        const sent: Promise<void>[] = [];
        for (let kill = 0; kill <= kills; kill++) {
          const begun = app.toldInAll;
          for (let count = 0; count < wave; count++) sent.push(perform(app, language, sent.length));
          if (kill === kills) break;
          await app.until("some to be done", () => app.toldInAll >= begun + 20);
          process.kill(pid, "SIGKILL");
          front.port = undefined;
          assert.ok(app.toldInAll < 2 * sent.length, "it was killed under load");
          pid = await spawned(() => app.replace(language));
          front.port = app.peer(language).port;
        }
        await Promise.all(sent);
        await app.until("all to be done", () => app.toldInAll >= 2 * messages);
        await app.quiet();
        for (let number = 0; number < messages; number++) {
          const told = await app.told(`ours/actor/number-${number}`, 1);
          assert.deepEqual(
            told.map(({ caller, seen }) => [caller, seen]),
            [[`${language}/actor/${number % instances}`, number % 2 === 0 ? 1 : -1]],
          );
        }
        for (let instance = 0; instance < instances; instance++) {
          const told = await app.told(`${language}/actor/${instance}`, messages / instances);
          const inTurn = Array.from({ length: messages / instances }, (_, index) => index % 2 === 0);
          assert.deepEqual(
            told.map(({ seen }) => seen),
            inTurn,
          );
        }
        assert.deepEqual(await app.engine.parked({ limit: 10 }), []);
      } finally {
        await app.stop();
        await front.close();
      }
    });
  }
});

function perform(app: Application, language: string, number: number): Promise<void> {
  return app.perform(`${language}/actor`, `${number % instances}`, [
    // Each message goes to an instance of its own, which reports how often it was called.
    { do: "send", to: `ours/actor/number-${number}`, value: number % 2 === 0 ? "int 1" : "int -1" },
    { do: "set", value: Math.floor(number / instances) % 2 === 0 ? "bool true" : "bool false" },
    { do: "tell", kind: "bool" },
  ]);
}

/** Finds the child process that an action started: a peer does not report its process id. */
function spawnings(): (start: () => Promise<unknown>) => Promise<number> {
  const children = async () =>
    (await readFile(`/proc/${process.pid}/task/${process.pid}/children`, "utf8"))
      .split(" ")
      .filter(Boolean)
      .map(Number);
  return async (start) => {
    const before = await children();
    await start();
    const started = (await children()).filter((pid) => !before.includes(pid));
    assert.equal(started.length, 1);
    return started[0] as number;
  };
}
