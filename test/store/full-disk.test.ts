// A disk that fills up under the store: what is acknowledged stays, what is refused can be tried again.
// Alone in its process: it limits the files of the process.

import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { StatefunError } from "../../src/errors.js";
import { openLevelStore } from "../../src/store/level-store.js";
import type { Write } from "../../src/store/store.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { bytes, everything, text } from "./contract.js";
import { limitedDisk, mountedDisk, type SmallDisk } from "./small-disk.js";

/** Where no disk can be mounted, the limit must do. */
const disks: Readonly<Record<string, (t: TestContext) => SmallDisk>> = {
  "a small disk": (t) => mountedDisk(t, 8) ?? limitedDisk(t),
  "a limit": limitedDisk,
};

/** Values that can't be compressed, so that writing them takes room. */
const group = (number: number): Write[] =>
  Array.from(
    { length: 20 },
    (_, index): Write => [
      `${String(number).padStart(6, "0")}/${index}`,
      Buffer.concat([Buffer.from(`${number} `), crypto.getRandomValues(new Uint8Array(500))]),
    ],
  );

const numberOf = (value: Uint8Array | undefined) => Number.parseInt(text(value) ?? "", 10);

for (const [name, disk] of Object.entries(disks)) {
  test(`${name} that is full refuses writes, and takes them when there is room again`, async (t) => {
    const { dir, fill, free } = disk(t);
    const store = await openLevelStore(dir);
    t.after(() => store.close());
    await store.write([["a", bytes("1")]]);
    fill();
    const refused: Write[] = [
      ["a", bytes("2")],
      ["b", Buffer.alloc(100_000, 1)],
    ];
    await rejectsCode(store.write(refused), "STORE_FULL", dir);
    await rejectsCode(store.write(refused), "STORE_FULL");
    await rejectsCode(store.write([["c", bytes("3")]]), "STORE_FULL");
    free();
    await store.write(refused);
    assert.equal(text(store.get("a")), "2");
    assert.equal(store.get("b")?.length, 100_000);
    assert.equal(store.get("c"), undefined);
    await store.close();
    const again = await openLevelStore(dir);
    t.after(() => again.close());
    assert.equal(text(again.get("a")), "2");
    assert.deepEqual(await again.keys(everything), ["a", "b"]);
  });

  test(`writes that wait while ${name} is full are each refused or carried out whole`, async (t) => {
    const { dir, fill, free } = disk(t);
    const store = await openLevelStore(dir);
    t.after(() => store.close());
    await store.write([["a", bytes("1")]]);
    fill();
    const waiting = [1, 2, 3].map((number) => store.write(group(number)));
    for (const { status } of await Promise.allSettled(waiting)) assert.equal(status, "rejected");
    free();
    await Promise.all([4, 5, 6].map((number) => store.write(group(number))));
    const found = (await store.entries({ ...everything, to: "a" })).map(([, value]) => numberOf(value));
    for (const number of [4, 5, 6]) assert.equal(found.filter((other) => other === number).length, 20);
    for (const number of [1, 2, 3]) assert.ok([0, 20].includes(found.filter((other) => other === number).length));
  });

  test(`reading comes back after ${name} was full, without a write`, async (t) => {
    const { dir, fill, free } = disk(t);
    const store = await openLevelStore(dir);
    t.after(() => store.close());
    await store.write([["a", bytes("1")]]);
    fill();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await rejectsCode(store.write([["a", Buffer.alloc(100_000)]]), "STORE_FULL");
    }
    free();
    assert.deepEqual(await store.keys(everything), ["a"]);
    assert.equal(text(store.get("a")), "1");
  });

  test(`a new folder on ${name} that is full is refused, and made when there is room`, async (t) => {
    const { dir, fill, free } = disk(t);
    fill();
    await rejectsCode(openLevelStore(dir), "STORE_FULL", dir);
    free();
    await (await openLevelStore(dir)).close();
  });
}

test("what is there can be read while the disk is full", async (t) => {
  const mounted = mountedDisk(t, 8);
  const { dir, fill } = mounted ?? limitedDisk(t);
  const store = await openLevelStore(dir);
  t.after(() => store.close());
  await store.write([["a", bytes("1")]]);
  fill();
  // Under a limit the disk looks as if it had room: after the first refusal the store tries to open again, and can't.
  for (let attempt = 0; attempt < (mounted === undefined ? 1 : 3); attempt += 1) {
    await rejectsCode(store.write([["a", Buffer.alloc(100_000)]]), "STORE_FULL");
    assert.equal(text(store.get("a")), "1");
    assert.deepEqual(await store.keys(everything), ["a"]);
  }
});

test("a folder that has gone is not taken for a new one after a failed write", async (t) => {
  const { dir, fill, free } = limitedDisk(t);
  const store = await openLevelStore(dir);
  t.after(() => store.close());
  fill();
  await rejectsCode(store.write([["a", bytes("1")]]), "STORE_FULL");
  free();
  rmSync(dir, { recursive: true });
  await rejectsCode(store.write([["a", bytes("1")]]), "STORE_FAILED", dir);
  throwsCode(() => store.get("a"), "STORE_FAILED", dir);
  await rejectsCode(store.entries(everything), "STORE_FAILED", dir);
  assert.ok(!existsSync(dir));
});

test("a disk that fills up again and again loses nothing that was acknowledged", async (t) => {
  const disk = mountedDisk(t, 8) ?? limitedDisk(t);
  // A small buffer, so that sorting the logs meets the full disk too, not only the logs.
  let store = await openLevelStore(disk.dir, { writeBufferBytes: 128 * 1024 });
  let acknowledged = 0;
  for (let round = 0; round < 6; round += 1) {
    disk.fill(round * 100_000);
    let full = false;
    while (!full) {
      const writes = group(acknowledged % 300);
      try {
        await store.write(writes);
        acknowledged += 1;
      } catch (thrown) {
        assert.equal((thrown as StatefunError).code, "STORE_FULL");
        full = true;
      }
      if (full) {
        disk.free();
        await store.write(writes);
        acknowledged += 1;
      }
    }
    await store.close();
    store = await openLevelStore(disk.dir, { writeBufferBytes: 128 * 1024 });
    const groups = Math.min(acknowledged, 300);
    const entries = await store.entries(everything);
    assert.equal(entries.length, groups * 20);
    for (const [key, value] of entries) assert.equal(numberOf(value), Number.parseInt(key, 10));
  }
  await store.close();
});
