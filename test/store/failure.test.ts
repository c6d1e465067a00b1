// What went wrong with a data folder, by the words of LevelDB and of the systems.

import assert from "node:assert/strict";
import { test } from "node:test";
import { failureByText, failureOf, freeBytes } from "../../src/store/failure.js";
import { freshFolder } from "./folders.js";

const dir = "/data/folder";
const wrapped = (code: string, cause: Error) => Object.assign(new Error("outer words", { cause }), { code });

test("a folder that is open elsewhere is STORE_LOCKED", () => {
  const thrown = wrapped("LEVEL_DATABASE_NOT_OPEN", Object.assign(new Error("busy"), { code: "LEVEL_LOCKED" }));
  const { code, message, cause } = failureByText("opened", dir, thrown);
  assert.equal(code, "STORE_LOCKED");
  assert.ok(message.includes(dir));
  assert.equal(cause, thrown);
});

test("a full disk is STORE_FULL, in the words of each system", () => {
  for (const words of [
    "IO error: /data/000005.log: No space left on device",
    "Disk quota exceeded",
    "File too large",
    "ENOSPC: no space left on device, write",
    "There is not enough space on the disk.",
  ]) {
    assert.equal(failureByText("written", dir, new Error(words)).code, "STORE_FULL", words);
  }
  assert.equal(failureByText("written", dir, Object.assign(new Error("write"), { code: "EDQUOT" })).code, "STORE_FULL");
});

test("anything else is STORE_FAILED, with the words of the innermost cause", () => {
  const thrown = wrapped("LEVEL_IO_ERROR", new Error("Corruption: checksum mismatch"));
  const { code, message } = failureByText("read", dir, thrown);
  assert.equal(code, "STORE_FAILED");
  assert.ok(message.includes("checksum mismatch") && message.includes(dir) && !message.includes("outer words"));
  assert.equal(failureByText("read", dir, "a text").code, "STORE_FAILED");
  assert.equal(failureByText("read", dir, undefined).code, "STORE_FAILED");
});

test("the disk is asked when the words do not say: with room it is STORE_FAILED, and so it is when it can't be asked", async (t) => {
  const folder = freshFolder(t);
  assert.equal((await failureOf("written", folder, new Error("odd"))).code, "STORE_FAILED");
  assert.equal((await failureOf("written", "/not/there", new Error("odd"))).code, "STORE_FAILED");
  assert.ok((await freeBytes("/not/there")) === Number.POSITIVE_INFINITY);
});
