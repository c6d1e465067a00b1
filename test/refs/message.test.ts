// Messages as the methods of a ref take them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { TypedValue } from "../../src/model/typed-value.js";
import { messageOf } from "../../src/refs/message.js";
import { throwsCode } from "../support/expect-code.js";

const half = "😀".slice(0, 1);

test("a protobuf message with half of a surrogate pair is refused before it is sent", () => {
  throwsCode(() => messageOf(example.User.create({ name: half }), "greet"), "VALUE_INVALID", "name");
  const { content } = messageOf(example.User.create({ name: "😀" }), "greet");
  assert.equal(example.User.decode(content as Uint8Array).name, "😀");
});

test("a typename with half of a surrogate pair is refused before it is sent", () => {
  throwsCode(() => messageOf(new TypedValue(`example/${half}`), "greet"), "TYPE_NAME_INVALID");
});

test("a value that another copy of this package has packed is refused with the cause", () => {
  throwsCode(
    () => messageOf({ typename: "example/x", value: new Uint8Array(0) }, "greet"),
    "VALUE_INVALID",
    "two copies",
  );
});
