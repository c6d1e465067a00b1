// Records for Kafka and Kinesis as the consumers of egresses get them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { json, kafkaRecord, kinesisRecord, Types } from "../../src/index.js";
import { TypedValue } from "../../src/model/typed-value.js";
import { recordObject } from "../../src/types/record-json.js";
import { jsonOf } from "../../src/types/value-json.js";

const cart = json<{ items: number }>("shop/record-cart");
const find = (typename: string) => (typename === cart.typename ? cart : undefined);
const shown = (value: TypedValue) => JSON.parse(jsonOf(find, value) ?? "null");

test("a value whose type is known is JSON, text is text, and everything else is base64", () => {
  assert.deepEqual(shown(kafkaRecord({ topic: "t", key: "k", value: cart.pack({ items: 2 }) })), {
    topic: "t",
    key: "k",
    value: { items: 2 },
  });
  assert.deepEqual(shown(kafkaRecord({ topic: "t", value: "plain" })), { topic: "t", value: "plain" });
  assert.deepEqual(shown(kafkaRecord({ topic: "t", value: Types.long.pack(5n) })), { topic: "t", value: 5 });
  assert.deepEqual(shown(kafkaRecord({ topic: "t", value: Uint8Array.of(104, 105) })), { topic: "t", base64: "aGk=" });
  const strange = new TypedValue("strange/type", Uint8Array.of(1));
  assert.deepEqual(shown(kafkaRecord({ topic: "t", value: strange })), { topic: "t", base64: "AQ==" });
  assert.deepEqual(
    shown(kinesisRecord({ stream: "s", partitionKey: "p", explicitHashKey: "7", value: cart.pack({ items: 1 }) })),
    { stream: "s", value: { items: 1 }, partitionKey: "p", explicitHashKey: "7" },
  );
});

test("headers are shown as metadata is", () => {
  const record = kafkaRecord({ topic: "t", value: "v", headers: { a: "b", raw: Uint8Array.of(0, 255), none: null } });
  assert.deepEqual(shown(record).headers, [
    { name: "a", value: "b" },
    { name: "raw", base64: "AP8=" },
    { name: "none", value: null },
  ]);
});

test("a handler's object has the value as its type reads it", () => {
  const decode = (packed: TypedValue) => cart.unpack(packed as TypedValue<{ items: number }>);
  const record = recordObject(kafkaRecord({ topic: "t", value: cart.pack({ items: 3 }) }), decode);
  assert.deepEqual(record, { topic: "t", value: { items: 3 } });
  assert.equal(recordObject(cart.pack({ items: 3 }), decode), undefined);
});
