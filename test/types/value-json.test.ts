// A value of any type as JSON text, for people and egresses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { json, Type, TypedValue, Types } from "../../src/index.js";
import { jsonOf } from "../../src/types/value-json.js";

class Broken extends Type<unknown> {
  serialize(): Uint8Array {
    return new Uint8Array(0);
  }
  deserialize(): unknown {
    throw new TypeError("a fault of the type's own code");
  }
}

/** A schema that returns what JSON can't hold. */
const Amount = json<bigint>("value-json/amount", {
  "~standard": { version: 1, vendor: "test", validate: (value) => ({ value: BigInt(value as number) }) },
});

test("a value is shown by the type that this process has for it", () => {
  assert.equal(
    jsonOf(() => undefined, Types.int.pack(5)),
    "5",
  );
  assert.equal(
    jsonOf(() => undefined, new TypedValue("value-json/unknown")),
    undefined,
  );
});

test("a type whose own code throws, or whose value is no JSON, shows nothing", () => {
  const broken = new Broken("value-json/broken");
  assert.equal(
    jsonOf(() => broken, new TypedValue(broken.typename)),
    undefined,
  );
  assert.equal(
    jsonOf(() => Amount, new TypedValue(Amount.typename, Buffer.from("5"))),
    undefined,
  );
  assert.equal(
    jsonOf(() => Amount, new TypedValue(Amount.typename, Buffer.from("0.5"))),
    undefined,
  );
});
