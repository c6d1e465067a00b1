// The two platforms do the same: what every host has, and Node's Buffer.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { useNodeBuffer } from "../../src/bytes/node-buffer.js";
import { platform } from "../../src/bytes/platform.js";

const portable = { ...platform };

for (const name of ["every host", "Node's Buffer"]) {
  describe(`with what ${name} has`, () => {
    before(() => (name === "every host" ? Object.assign(platform, portable) : useNodeBuffer()));
    after(() => Object.assign(platform, portable));

    test("a text and its UTF-8 become each other", () => {
      for (const text of ["", "a", "é", "\ufeffwith a mark", "😀", `${"a".repeat(50)}é😀`]) {
        const bytes = platform.encodeUtf8(text);
        assert.deepEqual([...bytes], [...new TextEncoder().encode(text)]);
        assert.equal(platform.utf8Length(text), bytes.length);
        assert.equal(platform.decodeUtf8(bytes), text);
        const written = platform.allocate(bytes.length + 2).fill(1);
        platform.writeUtf8(written, text, 1);
        assert.deepEqual([...written], [1, ...bytes, 1]);
        const plain = new Uint8Array(bytes.length);
        platform.writeUtf8(plain, text, 0);
        assert.deepEqual([...plain], [...bytes]);
      }
      assert.equal(platform.decodeUtf8(Uint8Array.of(0x61, 0xff)), "a\ufffd");
    });

    test("ASCII is read from the middle of bytes", () => {
      assert.equal(platform.decodeAscii(platform.encodeUtf8("hello world"), 6, 11), "world");
      assert.equal(platform.decodeAscii(new Uint8Array(2), 1, 1), "");
    });

    test("bytes and base64 become each other, in either alphabet, with or without padding", () => {
      for (const length of [0, 1, 2, 3, 255, 8192, 8193, 100_000]) {
        const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) & 255);
        const base64 = platform.encodeBase64(bytes.subarray());
        assert.equal(base64, Buffer.from(bytes).toString("base64"));
        for (const text of [base64, base64.replace(/=+$/, ""), Buffer.from(bytes).toString("base64url")]) {
          assert.ok(Buffer.from(bytes).equals(platform.decodeBase64(text)), `${length} bytes`);
        }
      }
      assert.equal(platform.encodeBase64(Uint8Array.of(9, 0xfb, 9).subarray(1, 2)), "+w==");
    });

    test("a view is of the same memory", () => {
      const bytes = Uint8Array.of(1, 2, 3);
      const view = platform.view(bytes.subarray(1));
      bytes[1] = 9;
      assert.deepEqual([...view], [9, 3]);
    });

    test("bytes are the same when each of them is", () => {
      for (const [a, b, same] of [
        [[], [], true],
        [[1, 2], [1, 2], true],
        [[1, 2], [1, 3], false],
        [[0, 2], [1, 2], false],
      ] as const) {
        assert.equal(platform.sameBytes(Uint8Array.from(a), Uint8Array.from(b)), same, `${a} and ${b}`);
      }
    });

    test("memory that others share can't be transferred away", () => {
      assert.equal(platform.staysHere, name !== "every host");
      assert.equal(platform.allocateAlone(10).buffer.byteLength, 10);
    });
  });
}

test("a server takes Node's Buffer, a client does not", async () => {
  assert.ok(!(platform.allocate(1) instanceof Buffer));
  await import("../../src/client/client.js");
  assert.ok(!(platform.allocate(1) instanceof Buffer));
  await import("../../src/index.js");
  assert.ok(platform.allocate(1) instanceof Buffer);
});
