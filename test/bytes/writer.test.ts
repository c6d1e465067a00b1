import assert from "node:assert/strict";
import { test } from "node:test";
import { WireWriter } from "../../src/bytes/writer.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

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
