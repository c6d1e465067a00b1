// Reads the description that a function server tells, and checks every part of it: protobufjs makes code of the names.

import { describe, StatefunError } from "../../errors.js";
import {
  type DescribedField,
  type DescribedFunction,
  type DescribedFunctions,
  type DescribedMessage,
  type DescribedType,
  describedForm,
} from "../../model/described-functions.js";
import type { Expiration } from "../../model/expiration.js";
import { isBase64 } from "../../model/text.js";
import type { Type } from "../../model/type.js";
import { parseTypeName } from "../../model/type-name.js";
import { TypedValue } from "../../model/typed-value.js";
import type { DeclaredTypes } from "../../types/type-catalog.js";
import { isOwnType, primitives } from "../../types/value-json.js";
import { describedTypes, type OnGivenUp } from "./described-types.js";

/** A function of a server, with its types. */
export interface RemoteFunction extends DeclaredTypes {
  readonly takesAll: boolean;
  /** The types of `taken`. */
  readonly handled: readonly Type<any>[];
}

/** The functions and the types of a server. */
export interface RemoteFunctions {
  readonly functions: ReadonlyMap<string, RemoteFunction>;
  readonly types: ReadonlyMap<string, Type<any>>;
  readonly described: DescribedFunctions;
}

/** Reads the text of a description. Rejects with ENDPOINT_FAILED. */
export async function readDescription(text: string, onGivenUp: OnGivenUp): Promise<RemoteFunctions> {
  try {
    const described = checked(JSON.parse(text));
    const types = await describedTypes(described, onGivenUp);
    const find = (typename: string) => types.get(typename) ?? primitives.get(typename);
    return {
      functions: new Map(described.functions.map((each) => [each.function, remoteFunction(each, find)])),
      types,
      described,
    };
  } catch (cause) {
    throw new StatefunError("ENDPOINT_FAILED", `its description of the functions can't be read: ${describe(cause)}`, {
      cause,
    });
  }
}

function remoteFunction(
  { takesAll, handlers, states }: DescribedFunction,
  find: (typename: string) => Type<any> | undefined,
): RemoteFunction {
  const known = (typename: string) => {
    const type = find(typename);
    if (type === undefined) throw new Error(`it lacks the type ${typename}`);
    return type;
  };
  const defaults = new Map<string, TypedValue>();
  for (const { name, typename, default: packed } of states) {
    if (packed !== null) defaults.set(name, new TypedValue(typename, Buffer.from(packed, "base64")));
  }
  const taken = handlers.map(({ method, typename, readOnly, beginsRun }) => ({
    type: known(typename),
    method,
    readOnly,
    beginsRun,
  }));
  return {
    takesAll,
    taken,
    handled: taken.map(({ type }) => type),
    states: states.map(({ name, typename, expireMode, expireAfterMs }) => ({
      name,
      type: known(typename),
      expiration: { mode: expireMode, afterMs: expireAfterMs },
    })),
    defaults: () => defaults,
  };
}

/** The types that a .proto file knows. */
const scalars = new Set(
  "double float int32 uint32 sint32 fixed32 sfixed32 int64 uint64 sint64 fixed64 sfixed64 bool string bytes".split(" "),
);
const modes: readonly unknown[] = ["none", "after-write", "after-call"] satisfies Expiration["mode"][];
const kinds: readonly unknown[] = ["json", "protobuf", "unknown"];
const mostFieldNumber = 2 ** 29 - 1;
/** How many functions, types, messages and enums a description may have together. */
const mostParts = 10_000;
/** How deep a schema may be nested. Code that follows a schema calls itself for each level. */
const deepestSchema = 100;

/** Throws an Error that names the part which is wrong. */
function checked(input: unknown): DescribedFunctions {
  const { statefun, functions, types, messages, enums } = fieldsOf(input, "it");
  if (statefun !== describedForm) throw new Error(`its form is ${JSON.stringify(statefun)}, not ${describedForm}`);
  const names = { ...fieldsOf(messages, "messages"), ...fieldsOf(enums, "enums") };
  const isName = (name: unknown) => typeof name === "string" && Object.hasOwn(names, name);
  const parts = listOf(functions, "functions").length + listOf(types, "types").length + Object.keys(names).length;
  if (parts > mostParts) throw new Error(`it has ${parts} functions, types and messages, more than ${mostParts}`);
  for (const each of functions as readonly unknown[]) assertFunction(each);
  for (const each of types as readonly unknown[]) assertType(each, isName);
  for (const [name, each] of Object.entries(fieldsOf(messages, "messages"))) assertMessage(name, each, isName);
  for (const [name, values] of Object.entries(fieldsOf(enums, "enums"))) {
    assertIdentifier(name);
    for (const [value, number] of Object.entries(fieldsOf(values, "an enum"))) {
      assertIdentifier(value);
      assert(Number.isInteger(number), "the number of an enum's value");
    }
  }
  return input as DescribedFunctions;
}

function assertType(input: unknown, isName: (name: unknown) => boolean): void {
  const { typename, kind, schema, message } = fieldsOf(input, "a type") as Partial<DescribedType>;
  parseTypeName(textOf(typename, "a typename"));
  if (isOwnType(typename as string)) throw new Error(`${typename} is no type of its own: every runtime has it`);
  assert(kinds.includes(kind), "the kind of a type");
  if (schema !== null) assertShallow(fieldsOf(schema, `the schema of ${typename}`), `the schema of ${typename}`);
  assert(message === null || isName(message), "the message of a type");
}

function assertFunction(input: unknown): void {
  const each = fieldsOf(input, "a function") as Partial<DescribedFunction>;
  parseTypeName(textOf(each.function, "the name of a function"));
  assert(typeof each.takesAll === "boolean", "takesAll");
  for (const entry of listOf(each.handlers, "handlers")) {
    const handler = fieldsOf(entry, "a handler") as Partial<DescribedFunction["handlers"][number]>;
    textOf(handler.method, "a method");
    textOf(handler.typename, "the typename of a handler");
    assert(typeof handler.readOnly === "boolean" && typeof handler.beginsRun === "boolean", "a handler");
  }
  for (const entry of listOf(each.states, "states")) {
    const state = fieldsOf(entry, "a state") as Partial<DescribedFunction["states"][number]>;
    textOf(state.name, "the name of a state");
    textOf(state.typename, "the typename of a state");
    assert(modes.includes(state.expireMode) && isWhole(state.expireAfterMs), "the expiration of a state");
    assert(state.default === null || isBase64(textOf(state.default, "the default of a state")), "a default");
  }
}

function assertMessage(name: string, input: unknown, isName: (name: unknown) => boolean): void {
  assertIdentifier(name);
  const { fields, oneofs } = fieldsOf(input, "a message") as Partial<DescribedMessage>;
  for (const [field, each] of Object.entries(fieldsOf(fields, "the fields of a message"))) {
    assertIdentifier(field);
    const { id, type, keyType, isList } = fieldsOf(each, "a field") as Partial<DescribedField>;
    assert(Number.isInteger(id) && Number(id) > 0 && Number(id) <= mostFieldNumber, "the number of a field");
    assert(scalars.has(textOf(type, "the type of a field")) || isName(type), "the type of a field");
    assert(keyType === undefined || scalars.has(keyType), "the type of a map's keys");
    assert(isList === undefined || typeof isList === "boolean", "isList");
  }
  for (const [oneof, members] of Object.entries(fieldsOf(oneofs, "the oneofs of a message"))) {
    assertIdentifier(oneof);
    for (const member of listOf(members, "a oneof")) {
      assert(Object.hasOwn(fields as object, textOf(member, "a member of a oneof")), "a member of a oneof");
    }
  }
}

const isWhole = (input: unknown) => Number.isSafeInteger(input) && Number(input) >= 0;

/** Throws an Error for a value that is nested deep. */
function assertShallow(value: unknown, what: string, depth = 0): void {
  if (depth > deepestSchema) throw new Error(`${what} is nested more than ${deepestSchema} levels deep`);
  if (typeof value !== "object" || value === null) return;
  for (const inner of Object.values(value)) assertShallow(inner, what, depth + 1);
}

function assert(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(`${what} is wrong`);
}

/** A name that may stand in code, and that no object has by itself. */
function assertIdentifier(name: string): void {
  if (/^[A-Za-z_]\w{0,199}$/.test(name) && !(name in Object.prototype)) return;
  throw new Error(`${JSON.stringify(name.slice(0, 100))} can't be a name in a message`);
}

function fieldsOf(input: unknown, what: string): Record<string, unknown> {
  if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  throw new Error(`${what} is no object`);
}

function listOf(input: unknown, what: string): readonly unknown[] {
  if (Array.isArray(input)) return input;
  throw new Error(`${what} is no list`);
}

function textOf(input: unknown, what: string): string {
  if (typeof input === "string") return input;
  throw new Error(`${what} is no text`);
}
