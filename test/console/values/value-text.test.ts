import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf, faultIn, textOf } from "../../../console/values/value-text.js";

const json = { "Content-Type": "application/json" };
const bytesTypename = "type.googleapis.com/google.protobuf.BytesValue";

test("a decoded value is edited as JSON, and its text is sent as it is", () => {
  const shown = { typename: "shop/order", value: { sku: "tea", pieces: 1 } };
  const value = textOf(shown);
  assert.deepEqual(value, { text: '{\n  "sku": "tea",\n  "pieces": 1\n}', editing: "json" });
  assert.deepEqual(bodyOf({ text: "9007199254740993", editing: "json" }, "shop/n"), {
    body: "9007199254740993",
    headers: json,
  });
});

test("a value whose type is not known is edited as its bytes, and bytes are sent", () => {
  const value = textOf({ typename: "shop/other", base64: "AAH/" });
  assert.deepEqual(value, { text: "00 01 ff", editing: "hex" });
  const { body, headers } = bodyOf({ text: "00 01 fe", editing: "hex" }, "shop/other");
  assert.deepEqual([body, headers], [Uint8Array.of(0, 1, 254), { "Content-Type": "application/octet-stream" }]);
});

test("a value of bytes is edited as its bytes, and sent as the JSON that its type has", () => {
  assert.deepEqual(textOf({ typename: bytesTypename, value: "AAH/" }), { text: "00 01 ff", editing: "hex" });
  assert.deepEqual(bodyOf({ text: "00 01 ff", editing: "hex" }, bytesTypename), { body: '"AAH/"', headers: json });
});

test("of a large value there is no text to edit", () => {
  assert.equal(textOf({ typename: "shop/order", bytes: 1 << 20, head: "{", headIs: "text" }), undefined);
});

test("text that can't be read back has a fault", () => {
  assert.equal(faultIn({ text: "{}", editing: "json" }, "a/b"), undefined);
  for (const editing of ["json", "hex"] as const) assert.ok(faultIn({ text: "{", editing }, "a/b"));
});
