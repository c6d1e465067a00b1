// What is kept is as large as it says: nothing small keeps the large answer in memory that it came in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { at, type Batch, text } from "./functions.js";
import { open } from "./support.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const answers = 300;
const large = "x".repeat(500_000);

/** Each makes one small thing that stays, and one that is large and gone at once. */
const kept: Record<string, (batch: Batch) => void> = {
  state: (batch) => batch.set("kept", "small"),
  delayed: (batch) => batch.after(1_000_000, "g/a", "small"),
  message: (batch) => batch.send("parked/a", "small"),
  record: (batch) => batch.effects.egresses.push({ namespace: "out", name: "slow", argument: text("small") }),
};

for (const [name, keep] of Object.entries(kept)) {
  test(`a small ${name} does not keep the large answer that it was in`, async (t) => {
    const running = await open(t, {
      egresses: ["out/all", "out/slow"],
      functions: {
        f: {
          states: ["kept"],
          handle(batch) {
            keep(batch);
            batch.egress("all", large);
          },
        },
        g() {},
        parked() {},
      },
    });
    running.engine.attach("out/all", { window: 10, receive: async () => {} });
    await running.engine.park(at("parked/a"), "for the test");
    collect();
    const before = process.memoryUsage().arrayBuffers;
    for (let id = 0; id < answers; id += 1) {
      await running.send(`f/${id}`, "x");
      await running.settle();
    }
    let bytes = Number.POSITIVE_INFINITY;
    // Buffers are given back beside the collection, a little later.
    for (let tries = 0; tries < 50 && bytes >= (answers * large.length) / 4; tries += 1) {
      collect();
      await new Promise(setImmediate);
      bytes = process.memoryUsage().arrayBuffers - before;
    }
    assert.ok(bytes < (answers * large.length) / 4, `${answers} answers keep ${bytes} bytes`);
  });
}
