// Requests with idempotency keys in a data folder of format 1, which kept them in another form.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Address } from "../../src/model/address.js";
import { clientName, clientNamespace } from "../../src/model/client-address.js";
import { TerminalError } from "../../src/model/terminal-error.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Store, Write } from "../../src/store/store.js";
import { Types } from "../../src/types/primitives.js";
import { freshFolder } from "../store/folders.js";
import { rejectsCode } from "../support/expect-code.js";
import { at, type Batch, spec } from "./functions.js";
import { open, type Running } from "./support.js";

const day = 24 * 60 * 60 * 1000;

/**
 * The entries of a folder in which the last version of format 1 had remembered a request of each kind: calls with an answer,
 * with none, with a failure for good, and with a result that was still to come; a send and a delayed send; a cancellation that
 * withdrew a message, and one that found none.
 */
const entries: Write[] = JSON.parse(readFileSync(new URL("format-1-requests.json", import.meta.url), "utf8")).map(
  ([key, value]: [string, string]) => [key, Buffer.from(value, "base64")],
);
/** The last of the times at which the requests came. */
const written = Math.max(
  ...entries.filter(([key]) => key.startsWith("e")).map(([key]) => Number.parseInt(key.slice(1, 10), 36) - day),
);

/** Handles messages anew, and counts them. */
const count = {
  states: [{ ...spec("count"), typename: "io.statefun.types/int" }],
  handle: (batch: Batch) => batch.reply("anew"),
};

const target = at("count/keyed");
const string = (text: string) => Types.string.pack(text);

async function call({ engine }: Running, text: string, idempotencyKey: string): Promise<string | undefined> {
  const answer = await engine.call(target, string(text), { idempotencyKey, timeoutMs: 1000 });
  if (answer === undefined) return undefined;
  return answer.typename === "io.statefun.types/string"
    ? Types.string.unpack(answer)
    : Buffer.from(answer.value).toString();
}

/** A data folder of format 1 on disk. */
async function folderStore(folder: string): Promise<Store> {
  const store = await openLevelStore(folder);
  await store.write(entries);
  await store.close();
  writeFileSync(join(folder, "FORMAT"), "statefun-ts 1\n");
  return openLevelStore(folder);
}

async function memoryStore(): Promise<Store> {
  const store = new MemoryStore();
  await store.write(entries);
  return store;
}

for (const [where, storeOf] of [
  ["in memory", memoryStore],
  ["on disk", folderStore],
] as [string, (folder: string) => Promise<Store>][]) {
  test(`requests of format 1 are known with their results until their time is over, ${where}`, async (t) => {
    const store = await storeOf(freshFolder(t));
    const running = await open(t, { store, functions: { count }, now: written + 1000 });
    const { engine, clock } = running;
    assert.equal(await call(running, "one", "called"), "counted one");
    assert.equal(await call(running, "nothing", "empty"), undefined);
    await assert.rejects(call(running, "refuse", "refused"), (error) => {
      assert.ok(error instanceof TerminalError);
      assert.deepEqual(
        [error.code, error.message, error.status, error.details],
        ["CARD_REFUSED", "no money", 402, { missing: 5 }],
      );
      return true;
    });
    const still = call(running, "later", "open");
    await engine.send(target, string("sent"), { idempotencyKey: "sent" });
    assert.equal(await engine.cancel("token", { idempotencyKey: "withdrawn" }), true);
    assert.equal(await engine.cancel("token", { idempotencyKey: "nothing-there" }), false);
    await rejectsCode(call(running, "two", "called"), "IDEMPOTENCY_CONFLICT");
    await rejectsCode(engine.send(target, string("sent"), { idempotencyKey: "delayed" }), "IDEMPOTENCY_CONFLICT");
    assert.equal(engine.metrics.messagesIn, 0, "each of them is a repeat");
    const timeout = rejectsCode(still, "ANSWER_TIMEOUT");
    await clock.advance(1000);
    await timeout;

    await running.close();
    await clock.advance(day);
    await running.open();
    await running.engine.sweep();
    await running.reopen();
    const left = await store.keys({ from: "", to: "\u{10ffff}", limit: 100 });
    assert.deepEqual(
      left.filter((key) => /^[ie]/.test(key)),
      [],
    );
    assert.equal(await call(running, "one", "called"), "anew");
  });
}

test("a result that comes to a request of format 1 is kept, and the request ends at its time", async (t) => {
  const store = await memoryStore();
  const seen: string[] = [];
  const answering = {
    ...count,
    handle(batch: Batch) {
      seen.push(...batch.values.map((value) => Types.string.unpack(value)));
      batch.send(new Address(clientNamespace, clientName, "key:open"), "at last");
    },
  };
  const running = await open(t, { store, functions: { count: answering }, now: written + 1000 });
  await running.engine.send(target, string("go on"), {});
  await running.settle();
  assert.equal(await call(running, "later", "open"), "at last");
  assert.deepEqual(seen, ["go on"]);
  await running.reopen();
  assert.equal(await call(running, "later", "open"), "at last");
  await running.close();
  await running.clock.advance(day);
  await running.open();
  await running.engine.sweep();
  await running.reopen();
  assert.equal(store.get("iopen"), undefined);
});
