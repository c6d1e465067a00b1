// ToFunction bytes → InvocationBatch. Both generations share their field numbers, so one reader serves both; they
// differ in the argument's field 2: the value's bytes in v2's Any, the has_value flag in v3's TypedValue.

import protobuf from "protobufjs/minimal.js";
import { describeCause, StatefunError } from "../errors.js";
import { Address } from "../model/address.js";
import type { Generation, Invocation, InvocationBatch, PersistedValue } from "../model/invocation.js";
import { TypedValue } from "../model/type.js";

type Reader = InstanceType<typeof protobuf.Reader>;

/** Wire types, the low three bits of a field's tag. */
const varint = 0;
const delimited = 2;

const tag = (field: number, wireType: number) => (field << 3) | wireType;
const requestInvocation = tag(100, delimited);
const field1 = tag(1, delimited);
const field2 = tag(2, delimited);
const field3 = tag(3, delimited);
const hasValueFlag = tag(2, varint);

/** An Any or a TypedValue, before it is known which. */
interface Packed {
  typename: string;
  value: Uint8Array | undefined;
  hasValue: boolean;
  generation: Generation | undefined;
}

interface Draft {
  target: Address | undefined;
  state: { name: string; packed: Packed | undefined }[];
  invocations: { caller: Address | undefined; argument: Packed | undefined }[];
}

/**
 * Decodes a request. The generation is told from the request itself unless one is pinned.
 * Throws REQUEST_MALFORMED when the bytes are not a ToFunction with a target.
 */
export function decodeRequest(bytes: Uint8Array, pinned?: Generation): InvocationBatch {
  const draft: Draft = { target: undefined, state: [], invocations: [] };
  let found = false;
  try {
    const reader = protobuf.Reader.create(bytes);
    while (reader.pos < reader.len) {
      const fieldTag = reader.uint32();
      if (fieldTag === requestInvocation) {
        found = true;
        readBatch(reader, draft);
      } else reader.skipType(fieldTag & 7);
    }
  } catch (error) {
    if (error instanceof StatefunError) throw error;
    throw malformed(describeCause(error), error);
  }
  if (!found) throw malformed("it holds no invocation");
  const { target } = draft;
  if (target === undefined) throw malformed("it has no target");
  if (target.namespace === "" || target.name === "") throw malformed(`its target "${target}" has no type name`);
  const generation = pinned ?? tellGeneration(draft);
  return {
    generation,
    target,
    state: draft.state.map((value) => persistedValue(value, generation)),
    invocations: draft.invocations.map(invocation),
  };
}

/** Reads a message's length and returns where it ends, which must lie inside the message around it. */
function endOfMessage(reader: Reader, outerEnd: number): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > outerEnd) throw malformed(`a field of ${length} bytes reaches beyond its message`);
  return end;
}

function readBatch(reader: Reader, draft: Draft): void {
  const end = endOfMessage(reader, reader.len);
  while (reader.pos < end) {
    const fieldTag = reader.uint32();
    if (fieldTag === field1) draft.target = readAddress(reader, end);
    else if (fieldTag === field2) draft.state.push(readState(reader, end));
    else if (fieldTag === field3) draft.invocations.push(readInvocation(reader, end));
    else reader.skipType(fieldTag & 7);
  }
  assertAt(reader, end);
}

function readAddress(reader: Reader, outerEnd: number): Address {
  const end = endOfMessage(reader, outerEnd);
  let namespace = "";
  let name = "";
  let id = "";
  while (reader.pos < end) {
    const fieldTag = reader.uint32();
    if (fieldTag === field1) namespace = reader.string();
    else if (fieldTag === field2) name = reader.string();
    else if (fieldTag === field3) id = reader.string();
    else reader.skipType(fieldTag & 7);
  }
  assertAt(reader, end);
  return new Address(namespace, name, id);
}

function readState(reader: Reader, outerEnd: number): Draft["state"][number] {
  const end = endOfMessage(reader, outerEnd);
  let name = "";
  let packed: Packed | undefined;
  while (reader.pos < end) {
    const fieldTag = reader.uint32();
    if (fieldTag === field1) name = reader.string();
    // v2 says `bytes` where v3 says TypedValue; what the bytes hold is an Any, so both are read alike.
    else if (fieldTag === field2) packed = readPacked(reader, end);
    else reader.skipType(fieldTag & 7);
  }
  assertAt(reader, end);
  return { name, packed };
}

function readInvocation(reader: Reader, outerEnd: number): Draft["invocations"][number] {
  const end = endOfMessage(reader, outerEnd);
  let caller: Address | undefined;
  let argument: Packed | undefined;
  while (reader.pos < end) {
    const fieldTag = reader.uint32();
    if (fieldTag === field1) caller = readAddress(reader, end);
    else if (fieldTag === field2) argument = readPacked(reader, end);
    else reader.skipType(fieldTag & 7);
  }
  assertAt(reader, end);
  return { caller, argument };
}

function readPacked(reader: Reader, outerEnd: number): Packed {
  const end = endOfMessage(reader, outerEnd);
  const packed: Packed = { typename: "", value: undefined, hasValue: false, generation: undefined };
  while (reader.pos < end) {
    const fieldTag = reader.uint32();
    if (fieldTag === field1) packed.typename = reader.string();
    else if (fieldTag === hasValueFlag) {
      packed.hasValue = reader.bool();
      packed.generation = "v3";
    } else if (fieldTag === field3) {
      packed.value = reader.bytes();
      packed.generation = "v3";
    } else if (fieldTag === field2) {
      packed.value = reader.bytes();
      packed.hasValue = true;
      packed.generation = "v2";
    } else reader.skipType(fieldTag & 7);
  }
  assertAt(reader, end);
  return packed;
}

function assertAt(reader: Reader, end: number): void {
  if (reader.pos !== end) throw malformed("a field reaches beyond its message");
}

/**
 * A value with neither field 2 nor 3 tells nothing: an Any whose message is empty looks like a TypedValue without a
 * value. Then a protobuf type URL means v2, because a v3 engine always marks a protobuf message's value as present.
 */
function tellGeneration({ invocations, state }: Draft): Generation {
  const packed = [...invocations.map((invocation) => invocation.argument), ...state.map((value) => value.packed)];
  const told = packed.find((value) => value?.generation !== undefined)?.generation;
  if (told !== undefined) return told;
  return invocations[0]?.argument?.typename.startsWith("type.googleapis.com/") ? "v2" : "v3";
}

function persistedValue({ name, packed }: Draft["state"][number], generation: Generation): PersistedValue {
  // v2 has no has_value: there, an Any that names its type is a value, even one of no bytes.
  const present = packed !== undefined && (generation === "v3" ? packed.hasValue : packed.typename !== "");
  return { name, value: present ? new TypedValue(packed.typename, packed.value) : undefined };
}

function invocation({ caller, argument }: Draft["invocations"][number]): Invocation {
  if (argument === undefined) throw malformed("a message has no argument");
  const fromFunction = caller !== undefined && caller.name !== "";
  return {
    caller: fromFunction ? caller : undefined,
    argument: new TypedValue(argument.typename, argument.value),
  };
}

function malformed(why: string, cause?: unknown): StatefunError {
  return new StatefunError("REQUEST_MALFORMED", `The request is not a ToFunction message: ${why}.`, { cause });
}
