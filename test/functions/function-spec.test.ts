// What a declared function comes to: which handler takes which typename, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import {
  assertStateName,
  type HandlerSource,
  handledName,
  isGenerator,
  makeFunctionSpec,
  type StateSpec,
} from "../../src/functions/function-spec.js";
import { TypedValue, Types } from "../../src/index.js";
import { noExpiration } from "../../src/model/expiration.js";
import { throwsCode } from "../support/expect-code.js";
import { wrapperType } from "../support/reflection.js";

const handler = (name: string, ...types: HandlerSource["types"]): HandlerSource => ({
  types,
  name,
  readOnly: false,
  call: () => name,
});
const state = (name: string): StateSpec => ({
  name,
  type: Types.int,
  expiration: noExpiration,
  property: undefined,
  get: () => undefined,
  set: () => {},
});
const make = (handlers: HandlerSource[], states: StateSpec[] = []) =>
  makeFunctionSpec({ typeName: "a/b", policy: {}, schedules: [] }, states, handlers, {
    create: () => ({}),
    makeDefaults: undefined,
  });

test("a handler is found by each typename of its types, in both generations", () => {
  const { handlers, catchAll, handled } = make([
    handler("count", Types.int, example.User),
    handler("rest", TypedValue),
  ]);
  assert.deepEqual([...handlers.keys()].sort(), [
    "io.statefun.types/int",
    "type.googleapis.com/example.User",
    "type.googleapis.com/google.protobuf.Int32Value",
  ]);
  assert.equal(catchAll?.call({}, undefined, undefined as never), "rest");
  assert.deepEqual(
    handled.map(({ type, name }) => [type.typename, name]),
    [
      ["io.statefun.types/int", "count"],
      ["type.googleapis.com/example.User", "count"],
    ],
  );
});

test("a handler that names the wrapper of a primitive wins over the primitive's", () => {
  const { handlers } = make([handler("int", Types.int), handler("wrapper", wrapperType("Int32Value"))]);
  const taken = handlers.get("type.googleapis.com/google.protobuf.Int32Value");
  assert.equal(taken?.call({}, undefined, undefined as never), "wrapper");
});

test("two handlers of one type, and one handler of a type twice, are HANDLER_DUPLICATE", () => {
  throwsCode(() => make([handler("one", Types.int), handler("two", Types.int)]), "HANDLER_DUPLICATE", "one", "two");
  throwsCode(() => make([handler("one", Types.int, Types.int)]), "HANDLER_DUPLICATE", "one");
  throwsCode(() => make([handler("one", TypedValue), handler("two", TypedValue)]), "HANDLER_DUPLICATE");
});

test("a function without a handler is HANDLER_MISSING", () => {
  throwsCode(() => make([]), "HANDLER_MISSING", "a/b");
});

test("states are indexed by their names, and two of one name are STATE_DUPLICATE", () => {
  const { stateIndex } = make([handler("any", TypedValue)], [state("one"), state("two")]);
  assert.deepEqual(
    [...stateIndex],
    [
      ["one", 0],
      ["two", 1],
    ],
  );
  throwsCode(() => make([handler("any", TypedValue)], [state("one"), state("one")]), "STATE_DUPLICATE", "one");
});

test("a type is named by its typename, a catch-all by words, and anything else is TYPE_UNKNOWN", () => {
  assert.equal(handledName(Types.int), "io.statefun.types/int");
  assert.equal(handledName(TypedValue), "every other type");
  throwsCode(() => handledName("a/b" as never), "TYPE_UNKNOWN");
});

test("a state's name is text that UTF-8 can hold, and not empty", () => {
  assertStateName("here", "any text: ä/☃");
  for (const name of ["", undefined, 5, "\ud800"]) {
    throwsCode(() => assertStateName("here", name), "STATE_NAME_INVALID", "here");
  }
});

test("a generator is told from a plain and an async method", () => {
  assert.deepEqual([function* () {}, async function* () {}, async () => {}, () => {}, undefined].map(isGenerator), [
    true,
    true,
    false,
    false,
    false,
  ]);
});
