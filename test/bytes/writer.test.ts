// The writer on both platforms: what every host has comes first, since Node's Buffer stays in use.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { useNodeBuffer } from "../../src/bytes/node-buffer.js";
import { WireWriter } from "../../src/bytes/writer.js";
import { encode, message, text } from "../fuzz/wire-tree.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

for (const name of ["every host", "Node's Buffer"]) {
  describe(`with what ${name} has`, () => {
    before(() => {
      if (name !== "every host") useNodeBuffer();
    });

    test("a writer that begins before another has ended disturbs neither", () => {
      const outer = new WireWriter();
      const start = outer.begin(0x0a);
      outer.string(0x0a, "outer");
      const inner = new WireWriter();
      inner.string(0x0a, "inner");
      assert.equal(hex(inner.finish()), `0a05${Buffer.from("inner").toString("hex")}`);
      outer.end(start);
      assert.equal(hex(outer.finish()), `0a070a05${Buffer.from("outer").toString("hex")}`);
    });

    test("a writer that never ended leaves the next one whole", () => {
      new WireWriter().string(0x0a, "lost");
      const writer = new WireWriter();
      writer.string(0x0a, "kept");
      assert.equal(hex(writer.finish()), `0a04${Buffer.from("kept").toString("hex")}`);
    });

    test("what was finished stays as it is when the buffer is used again", () => {
      const first = new WireWriter();
      first.string(0x0a, "first");
      const bytes = first.finish();
      const second = new WireWriter();
      second.string(0x0a, "other");
      second.finish();
      assert.equal(hex(bytes), `0a05${Buffer.from("first").toString("hex")}`);
    });

    test("what outgrows the room that is left is whole, and so is what was written before it and is written after", () => {
      const finished: { bytes: Uint8Array; expected: Buffer }[] = [];
      const write = (length: number, meanwhile = () => {}) => {
        const value = String.fromCharCode(97 + (length % 26)).repeat(length);
        const writer = new WireWriter();
        const start = writer.begin(0x0a);
        writer.string(0x0a, "first");
        meanwhile();
        writer.string(0x12, value);
        writer.end(start);
        const expected = encode([message(1, text(1, "first"), text(2, value))]);
        finished.push({ bytes: writer.finish(), expected });
      };
      for (const length of [1, 100, 400, 3000, 3000, 3000, 8000, 9000, 30_000, 5, 2_000_000, 70_000, 8192, 1, 600, 7]) {
        write(length);
        write(length, () => write(9000 - (length % 9000)));
      }
      for (const { bytes, expected } of finished) assert.ok(expected.equals(bytes), `${expected.length} bytes differ`);
    });

    test("writers that are open at the same time, in any order, disturb neither each other nor what was finished", () => {
      let seed = 1;
      const random = (below: number) => {
        seed = (seed * 48271) % 2147483647;
        return seed % below;
      };
      type Open = { writer: WireWriter; text: string };
      const open: Open[] = [];
      const finished: { bytes: Uint8Array; expected: string }[] = [];
      for (let step = 0; step < 20_000; step++) {
        if (open.length === 0 || (open.length < 4 && random(10) === 0))
          open.push({ writer: new WireWriter(), text: "" });
        const at = random(open.length);
        const current = open[at] as Open;
        const text = String.fromCharCode(97 + (step % 26)).repeat(random(4) === 0 ? 1000 + random(3000) : random(50));
        current.writer.fixed32(text.length);
        for (let index = 0; index < text.length; index++) current.writer.uint32(text.charCodeAt(index));
        current.text += `${text.length}:${text}`;
        if (random(5) === 0) {
          finished.push({ bytes: current.writer.finish(), expected: current.text });
          open.splice(at, 1);
        }
      }
      for (const { bytes, expected } of finished) {
        let text = "";
        const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
        for (let pos = 0; pos < buffer.length; ) {
          const length = buffer.readInt32LE(pos);
          text += `${length}:${buffer.toString("latin1", pos + 4, pos + 4 + length)}`;
          pos += 4 + length;
        }
        assert.equal(text === expected, true);
      }
    });

    test("handing one's memory to another thread takes no other one's", () => {
      const write = (text: string) => {
        const writer = new WireWriter();
        writer.string(0x0a, text);
        return writer.finish();
      };
      write("x".repeat(5000)); // the next one begins a slab or goes on in one
      const kept = write("kept");
      const input = write("given");
      try {
        structuredClone(input.buffer, { transfer: [input.buffer as ArrayBuffer] });
      } catch {
        // From Node 21 on it is refused.
      }
      assert.equal(hex(kept), `0a04${Buffer.from("kept").toString("hex")}`);
      assert.equal(hex(write("after")), `0a05${Buffer.from("after").toString("hex")}`);
    });

    test("a long value keeps no more memory than its own", () => {
      const writer = new WireWriter();
      writer.string(0x0a, "x".repeat(20_000));
      const bytes = writer.finish();
      assert.equal(bytes.buffer.byteLength, bytes.length);
    });
  });
}
