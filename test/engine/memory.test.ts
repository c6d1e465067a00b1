// What is kept is as large as it says: nothing small keeps the large answer in memory that it came in, or the block of memory
// that it was written into.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { encodeResponse } from "../../src/wire/encode-response.js";
import { at, type Batch, text } from "./functions.js";
import { open, stores } from "./support.js";

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

const many = 2_000;
/** What passes between two small things and is gone at once: about as much as one block of memory. */
const passing = "x".repeat(3_000);

/** The answer as it comes over HTTP: at the end of memory that the connection has read. */
function overHttp(batch: Batch): void {
  const answer = encodeResponse(batch.effects, "v3");
  const read = new Uint8Array(8_000);
  read.set(answer, read.length - answer.length);
  batch.raw = read.subarray(read.length - answer.length);
}

/** Each is one small thing that waits. */
const waiting: Record<string, (batch: Batch) => void> = {
  "message of a function": (batch) => batch.send("parked/a", "small"),
  "message of a function over HTTP": (batch) => {
    batch.send("parked/a", "small");
    overHttp(batch);
  },
  "delayed message": (batch) => batch.after(1_000_000, "gone/a", "small"),
  record: (batch) => batch.effects.egresses.push({ namespace: "out", name: "slow", argument: text("small") }),
  state: (batch) => batch.set("kept", "small"),
  "message from outside": () => {},
};

for (const [name, wait] of Object.entries(waiting)) {
  test(`a small ${name} that waits takes little memory beside itself`, async (t) => {
    const [, onDisk] = stores;
    const running = await open(t, {
      store: await (onDisk as (typeof stores)[number]).open(t),
      egresses: ["out/slow"],
      functions: {
        f: {
          states: ["kept"],
          handle(batch) {
            batch.send("gone/a", passing);
            wait(batch);
          },
        },
        gone() {},
        parked() {},
      },
    });
    await running.engine.park(at("parked/a"), "for the test");
    const send = async (from: number, to: number) => {
      for (let id = from; id < to; id += 50) {
        const sent: Promise<void>[] = [];
        for (let each = id; each < id + 50; each += 1) {
          if (name === "message from outside") {
            sent.push(running.send("parked/a", "small"), running.send("gone/a", passing));
          } else sent.push(running.send(`f/${name === "state" ? each % 1_500 : each % 20}`, "x"));
        }
        await Promise.all(sent);
        await running.settle();
      }
    };
    const held = async () => {
      let least = Number.POSITIVE_INFINITY;
      for (let tries = 0; tries < 10; tries += 1) {
        collect();
        await new Promise(setImmediate);
        const { heapUsed, external } = process.memoryUsage();
        least = Math.min(least, heapUsed + external);
      }
      return least;
    };
    await send(0, 500);
    const before = await held();
    await send(500, 500 + many);
    const each = ((await held()) - before) / many;
    assert.ok(each < 1_000, `each takes ${Math.round(each)} bytes`);
  });
}
