import assert from "node:assert/strict";
import { test } from "node:test";
import { custom } from "../../src/index.js";
import { throwsCode, withCode } from "../support/expect-code.js";

const date = custom<Date>(
  "example/date",
  (value) => Buffer.from(value.toISOString()),
  (bytes) => new Date(Buffer.from(bytes).toString()),
);

test("a custom type writes and reads with the user's functions", () => {
  const packed = date.pack(new Date(5));
  assert.equal(packed.typename, "example/date");
  assert.equal(Buffer.from(packed.value).toString(), "1970-01-01T00:00:00.005Z");
  assert.deepEqual(date.unpack(packed), new Date(5));
  assert.equal(packed.toV2(), packed);
});

test("what serialize throws is VALUE_INVALID, with the error as its cause", () => {
  const cause = new TypeError("not today");
  const type = custom<number>(
    "example/thrower",
    () => {
      throw cause;
    },
    () => 1,
  );
  assert.throws(
    () => type.pack(1),
    (error: Error) => withCode("VALUE_INVALID", "example/thrower", "not today")(error) && error.cause === cause,
  );
});

test("what deserialize throws is VALUE_UNREADABLE, with the error as its cause", () => {
  const type = custom<number>(
    "example/thrower",
    () => new Uint8Array(0),
    () => {
      throw "text";
    },
  );
  assert.throws(
    () => type.deserialize(new Uint8Array(0)),
    (error: Error) => withCode("VALUE_UNREADABLE", "example/thrower", "text")(error) && error.cause === "text",
  );
});

test("a serialize that returns no bytes is VALUE_INVALID", () => {
  for (const returned of [undefined, null, "text", [1], new ArrayBuffer(1), Promise.resolve(new Uint8Array(0))]) {
    const type = custom<number>("example/bad", () => returned as unknown as Uint8Array, Number);
    throwsCode(() => type.pack(1), "VALUE_INVALID", "example/bad");
  }
});

test("a custom type of a bad typename is TYPE_NAME_INVALID", () => {
  throwsCode(() => custom("date", () => new Uint8Array(0), String), "TYPE_NAME_INVALID", "date");
});
