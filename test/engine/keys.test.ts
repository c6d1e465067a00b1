// The keys of the store: no two things share one, and all of one address stands together.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressKey,
  egressKey,
  functionKey,
  highest,
  kinds,
  ordered,
  parseAddressKey,
  parseEgressKey,
  parseOrdered,
  rangeEnd,
} from "../../src/engine/keys.js";

const parts = ["a", "b", "", "a\0", "\0a", "\u0001", "\u0001\u0001", "\u0001\u0002", "\0\0", "é", "😀"];

test("an address is read back from its key, whatever characters its parts hold", () => {
  for (const namespace of parts) {
    for (const name of parts) {
      for (const id of parts) {
        const { address, rest } = parseAddressKey(`${kinds.state}${addressKey(namespace, name, id)}rest\0of it`);
        assert.deepEqual([address.namespace, address.name, address.id, rest], [namespace, name, id, "rest\0of it"]);
      }
    }
  }
});

test("an egress is read back from the key of its record, whatever characters its name holds", () => {
  for (const egress of parts) {
    assert.deepEqual(parseEgressKey(`${egressKey(egress)}000000001`), { egress, rest: "000000001" });
  }
});

test("no egress's key is the start of another's", () => {
  for (const one of parts) {
    for (const other of parts) if (one !== other) assert.ok(!egressKey(other).startsWith(egressKey(one)));
  }
});

test("no address's key is the start of another's", () => {
  const keys = parts.flatMap((namespace) =>
    parts.flatMap((name) => parts.map((id) => addressKey(namespace, name, id))),
  );
  assert.equal(new Set(keys).size, keys.length);
  const sorted = [...keys].sort();
  for (const [index, key] of sorted.entries()) {
    assert.ok(!sorted[index + 1]?.startsWith(key), JSON.stringify(key));
  }
});

test("the keys of an address begin with the key of its function", () => {
  assert.ok(addressKey("a\0", "b", "c").startsWith(functionKey("a\0", "b")));
});

test("a range of a prefix holds its keys and no other", () => {
  const prefix = kinds.message + addressKey("n", "f", "a");
  const end = rangeEnd(prefix);
  for (const key of [prefix, `${prefix}\0`, `${prefix}zzz`, `${prefix}\uffff`]) assert.ok(key >= prefix && key < end);
  for (const other of ["a\u0001\u0001", "aa", "b", ""]) {
    const key = `${kinds.message}${addressKey("n", "f", other)}x`;
    assert.ok(key < prefix || key >= end, JSON.stringify(other));
  }
});

test("numbers as texts sort as the numbers do, and are read back", () => {
  const numbers = [0, 1, 35, 36, 1000, 36 ** 5, Date.UTC(2026, 0, 1), highest - 1, highest];
  const texts = numbers.map(ordered);
  assert.deepEqual([...texts].sort(), texts);
  assert.deepEqual(
    texts.map((text) => parseOrdered(`${text}behind`)),
    numbers,
  );
});

test("the kinds of entries are what data folders hold", () => {
  assert.deepEqual(kinds, {
    state: "s",
    message: "m",
    delayed: "d",
    token: "t",
    outbox: "o",
    parked: "p",
    drop: "r",
    letter: "l",
    head: "h",
    expiring: "x",
    registration: "f",
    request: "i",
    expiry: "e",
    meta: "!",
  });
});
