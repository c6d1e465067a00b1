// What every store must do, whatever keeps its data.

import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { endsRange, type Range, type Store, type Write } from "../../src/store/store.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { type Random, randomOf } from "../support/random.js";

/** Opens an empty store that is closed and removed with the test. */
export type OpenStore = (t: TestContext) => Promise<Store>;

export const everything: Range = { from: "", to: "\u{10ffff}", limit: 1_000_000 };
export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (value: Uint8Array | undefined) =>
  value === undefined ? undefined : new TextDecoder().decode(value);

/** In the order of their UTF-8 bytes: the units of JavaScript's strings come in another one. */
const inOrder = [
  "",
  "\0",
  "\0\0",
  "\0a",
  "\u0001",
  "a",
  "a\0",
  "a\0b",
  "a!",
  "aa",
  "b",
  "~",
  "\u007f",
  "\u0080",
  "é",
  "é\0",
  "字",
  "\ud7ff",
  "\ue000",
  "\ue000😀",
  "\uffee",
  "\uffff",
  "\u{10000}",
  "😀",
  "😀\ue000",
  "😀😀",
  "\u{10fffe}",
];

export function testStore(name: string, open: OpenStore): void {
  describe(name, () => {
    test("a key has the value written last, and none before and after", async (t) => {
      const store = await open(t);
      assert.equal(store.get("a"), undefined);
      await store.write([["a", bytes("1")]]);
      assert.equal(text(store.get("a")), "1");
      await store.write([["a", bytes("2")]]);
      assert.equal(text(store.get("a")), "2");
      await store.write([["a", undefined]]);
      assert.equal(store.get("a"), undefined);
      assert.deepEqual(await store.keys(everything), []);
    });

    test("deleting a key that is not there, and writing nothing, change nothing", async (t) => {
      const store = await open(t);
      await store.write([["a", bytes("1")]]);
      await store.write([["b", undefined]]);
      await store.write([]);
      assert.deepEqual(await store.keys(everything), ["a"]);
    });

    test("keys come in the order of their UTF-8 bytes", async (t) => {
      const store = await open(t);
      const sorted = inOrder.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.deepEqual(inOrder, sorted);
      await store.write(inOrder.toReversed().map((key): Write => [key, bytes(key)]));
      assert.deepEqual(await store.keys(everything), inOrder);
      assert.deepEqual(
        (await store.entries(everything)).map(([key, value]) => [key, text(value)]),
        inOrder.map((key) => [key, key]),
      );
      for (const key of inOrder) assert.equal(text(store.get(key)), key);
    });

    test("a range begins with its first key, ends before its last, and has no more than its limit", async (t) => {
      const store = await open(t);
      await store.write(inOrder.map((key): Write => [key, bytes(key)]));
      for (const [first, from] of inOrder.entries()) {
        for (const [last, to] of inOrder.entries()) {
          assert.deepEqual(await store.keys({ from, to, limit: 1000 }), inOrder.slice(first, last));
        }
        assert.deepEqual(await store.keys({ from, to: "\u{10ffff}", limit: 2 }), inOrder.slice(first, first + 2));
        assert.equal((await store.entries({ from, to: "\u{10ffff}", limit: 1 })).length, 1);
      }
      assert.deepEqual(await store.keys({ ...everything, limit: 0 }), []);
      assert.deepEqual(await store.entries({ ...everything, limit: 0 }), []);
      assert.equal((await store.keys({ ...everything, limit: Number.POSITIVE_INFINITY })).length, inOrder.length);
    });

    test("a range is read as it was when the call was made", async (t) => {
      const store = await open(t);
      await store.write(Array.from({ length: 5000 }, (_, index): Write => [key(index), bytes("old")]));
      const reads = [store.entries(everything), store.keys(everything)] as const;
      await store.write(
        Array.from({ length: 6000 }, (_, index): Write => [key(index), index % 2 ? undefined : bytes("new")]),
      );
      const [entries, keys] = await Promise.all(reads);
      assert.equal(keys.length, 5000);
      assert.equal(entries.length, 5000);
      assert.ok(entries.every(([, value]) => text(value) === "old"));
      assert.equal((await store.keys(everything)).length, 3000);
    });

    test("writes whose iterable throws are not carried out", async (t) => {
      const store = await open(t);
      const broken = function* (): Generator<Write> {
        yield ["a", bytes("1")];
        throw new RangeError("half way");
      };
      await assert.rejects(store.write(broken()), RangeError);
      assert.equal(store.get("a"), undefined);
      await store.write([["b", bytes("2")]]);
      assert.deepEqual(await store.keys(everything), ["b"]);
    });

    test("a group of writes shows whole or not at all while it is under way", async (t) => {
      const store = await open(t);
      const group = (value: string) => Array.from({ length: 2000 }, (_, index): Write => [key(index), bytes(value)]);
      await store.write(group("0"));
      for (let round = 1; round <= 5; round += 1) {
        const written = store.write(group(`${round}`));
        const seen = new Set((await store.entries(everything)).map(([, value]) => text(value)));
        assert.equal(seen.size, 1);
        await written;
      }
    });

    test("writes made one after the other without waiting are carried out in that order", async (t) => {
      const store = await open(t);
      await Promise.all(Array.from({ length: 50 }, (_, index) => store.write([["a", bytes(`${index}`)]])));
      assert.equal(text(store.get("a")), "49");
    });

    test("a value does not change with the buffer it came in", async (t) => {
      const store = await open(t);
      const buffer = Buffer.from("abc");
      await store.write([["a", buffer.subarray(1)]]);
      buffer.fill("x");
      assert.equal(text(store.get("a")), "bc");
      assert.equal(text((await store.entries(everything))[0]?.[1]), "bc");
    });

    test("a value may be empty", async (t) => {
      const store = await open(t);
      await store.write([["a", new Uint8Array(0)]]);
      assert.equal(store.get("a")?.length, 0);
      assert.deepEqual(
        (await store.entries(everything)).map(([key, value]) => [key, value.length]),
        [["a", 0]],
      );
    });

    test("a value may be of 5 MB", async (t) => {
      const store = await open(t);
      const large = Buffer.alloc(5_000_000, "0123456789abcdefg");
      await store.write([["a", large]]);
      assert.ok(large.equals(store.get("a") as Uint8Array));
      assert.ok(large.equals((await store.entries(everything))[0]?.[1] as Uint8Array));
    });

    test("a page ends with the entry that reaches its bytes, and has at least one", async (t) => {
      const store = await open(t);
      const keys = Array.from({ length: 3000 }, (_, number) => `k${String(number).padStart(4, "0")}`);
      await store.write(keys.map((key): Write => [key, new Uint8Array(95)]));
      for (const [limit, size] of [
        [1, 1],
        [1, 100],
        [2, 101],
        [2500, 250_000],
        [3000, 300_001],
      ] as const) {
        const range: Range = { ...everything, bytes: size };
        const page = await store.entries(range);
        assert.deepEqual([page.length, page[0]?.[0], page.at(-1)?.[0]], [limit, "k0000", keys[limit - 1]]);
        assert.equal(endsRange(page, range), limit === 3000);
      }
      const few: Range = { ...everything, from: "k0010", limit: 3, bytes: 1000 };
      const page = await store.entries(few);
      assert.deepEqual(
        page.map(([key]) => key),
        ["k0010", "k0011", "k0012"],
      );
      assert.equal(endsRange(page, few), false);
      assert.deepEqual(await store.entries({ ...everything, from: "l", bytes: 1000 }), []);
      assert.equal(endsRange([], everything), true);
    });

    test("keys are counted as they are when the call is made, also more than one step reads", async (t) => {
      const store = await open(t);
      const keys = Array.from({ length: 25_000 }, (_, number) => `k${String(number).padStart(5, "0")}`);
      await store.write(keys.map((key): Write => [key, bytes(key)]));
      const counted = store.count({ from: "k00005", to: "l" });
      const more = store.write(keys.map((key): Write => [`${key}x`, bytes(key)]));
      assert.equal(await counted, 24_995);
      await more;
      assert.equal(await store.count({ from: "", to: "l" }), 50_000);
      assert.equal(await store.count({ from: "l", to: "m" }), 0);
    });

    test("a long key is found whole, wherever its characters of many bytes lie", async (t) => {
      const store = await open(t);
      store.get("a");
      const long = Array.from({ length: 70 }, (_, index) => `${"x".repeat(index * 3 + 1)}é字😀`);
      for (const cut of [2, 3, 4]) await store.write(long.map((key): Write => [key.slice(0, -cut), bytes("wrong")]));
      await store.write(long.map((key): Write => [key, bytes("right")]));
      for (const key of long) assert.equal(text(store.get(key)), "right");
    });

    test("10,000 writes are one group", async (t) => {
      const store = await open(t);
      await store.write(Array.from({ length: 10_000 }, (_, index): Write => [key(index), bytes(`${index}`)]));
      const entries = await store.entries(everything);
      assert.equal(entries.length, 10_000);
      assert.ok(entries.every(([, value], index) => text(value) === `${index}`));
    });

    test("random writes and reads are as those of a plain map", async (t) => {
      const random = randomOf(t);
      const store = await open(t);
      const model = new Map<string, string>();
      const anyKey = () => randomKey(random);
      for (let round = 0; round < 300; round += 1) {
        const group = new Map<string, string | undefined>();
        for (let count = random.below(20); count > 0; count -= 1) {
          const known = [...model.keys()];
          const key = random.chance() && known.length > 0 ? random.pick(known) : anyKey();
          group.set(key, random.chance(0.4) ? undefined : `${round}`);
        }
        await store.write([...group].map(([key, value]): Write => [key, value === undefined ? value : bytes(value)]));
        for (const [key, value] of group) {
          if (value === undefined) model.delete(key);
          else model.set(key, value);
        }
        const range = { from: anyKey(), to: anyKey(), limit: random.below(40) };
        const expected = inRange(model, range);
        assert.deepEqual(await store.keys(range), expected);
        assert.deepEqual(
          (await store.entries(range)).map(([key, value]) => [key, text(value)]),
          expected.map((key) => [key, model.get(key)]),
        );
        const one = anyKey();
        assert.equal(text(store.get(one)), model.get(one));
      }
    });

    test("thousands of keys stay in order while they come and go", async (t) => {
      const random = randomOf(t);
      const store = await open(t);
      const model = new Set<string>();
      for (let round = 0; round < 8; round += 1) {
        const group = new Map<string, Uint8Array | undefined>();
        for (let count = 0; count < 3000; count += 1)
          group.set(key(random.below(9000)), round % 2 ? undefined : bytes("1"));
        await store.write(group);
        for (const [key, value] of group) {
          if (value === undefined) model.delete(key);
          else model.add(key);
        }
        assert.deepEqual(await store.keys(everything), [...model].toSorted());
      }
    });

    test("a closed store refuses everything but another close", async (t) => {
      const store = await open(t);
      const written = store.write([["a", bytes("1")]]);
      const read = store.entries(everything);
      const closed = store.close();
      await Promise.all([written, read, closed, store.close()]);
      throwsCode(() => store.get("a"), "STORE_FAILED");
      await rejectsCode(store.write([["a", bytes("1")]]), "STORE_FAILED");
      await rejectsCode(store.entries(everything), "STORE_FAILED");
      await rejectsCode(store.keys(everything), "STORE_FAILED");
      await store.close();
    });
  });
}

const key = (index: number) => `k/${String(index).padStart(6, "0")}`;

/** From few letters, so that keys meet; a quarter has units whose order is another in UTF-8. */
function randomKey(random: Random): string {
  const letters = random.chance(0.25) ? ["\0", "é", "\ue000", "😀", "\uffff"] : ["\0", "a", "b", "/"];
  return Array.from({ length: random.below(5) }, () => random.pick(letters)).join("");
}

function inRange(model: ReadonlyMap<string, string>, { from, to, limit }: Range): string[] {
  const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  return [...model.keys()]
    .filter((key) => compare(key, from) >= 0 && compare(key, to) < 0)
    .toSorted(compare)
    .slice(0, limit);
}
