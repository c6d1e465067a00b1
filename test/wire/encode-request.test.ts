// What a function reads of a request that the engine has written: by reflection, and by our own decoder.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Address, Types } from "../../src/index.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { encodeRequest } from "../../src/wire/encode-request.js";
import { encodePacked } from "../../src/wire/packed.js";
import { generations } from "../support/calls.js";
import { plain, toFunction } from "../support/reflection.js";

const target = Address.of("a/b/c", "1");
const caller = Address.of("d/e", "2");

for (const generation of generations) {
  const int = (value: number) => encodePacked(Types.int.pack(value), generation);
  const states = [
    { name: "set", packed: int(5) },
    { name: "unset", packed: undefined },
  ];
  const messages = [
    { caller: undefined, argument: int(1) },
    { caller, argument: int(2) },
    { caller, argument: int(3) },
  ];

  test(`${generation}: a request names its target, its states and its messages`, () => {
    const { invocation } = plain(toFunction[generation], encodeRequest(target, states, messages, 0, 3));
    assert.deepEqual(invocation.target, { namespace: "a/b", type: "c", id: "1" });
    assert.deepEqual(
      invocation.state.map((state: any) => state.state_name),
      ["set", "unset"],
    );
    assert.deepEqual(
      invocation.invocations.map((message: any) => message.caller?.id),
      [undefined, "2", "2"],
    );
  });

  test(`${generation}: a request is read back as it was written`, () => {
    const batch = decodeRequest(encodeRequest(target, states, messages, 0, 3), generation);
    assert.equal(String(batch.target), "a/b/c/1");
    assert.deepEqual(
      batch.state.map(({ name, value }) => [name, value?.as(Types.int)]),
      [
        ["set", 5],
        ["unset", undefined],
      ],
    );
    assert.deepEqual(
      batch.invocations.map((message) => [message.caller?.id, message.argument.as(Types.int)]),
      [
        [undefined, 1],
        ["2", 2],
        ["2", 3],
      ],
    );
  });

  test(`${generation}: a part of the messages is written alone`, () => {
    const batch = decodeRequest(encodeRequest(target, [], messages, 1, 2), generation);
    assert.deepEqual(
      batch.invocations.map((message) => message.argument.as(Types.int)),
      [2],
    );
  });
}
