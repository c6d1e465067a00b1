// ToFunction bytes → InvocationBatch. Both generations share their field numbers, so one reader serves both; they
// differ in the argument's field 2: the value's bytes in v2's Any, the has_value flag in v3's TypedValue.

import { delimited, tag, varint, WireReader } from "../bytes/reader.js";
import { describe, StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { append, none } from "../model/append.js";
import type { Generation, Invocation, InvocationBatch, PersistedValue } from "../model/invocation.js";
import { type MetadataEntry, metadataField, readMetadataEntry } from "../model/metadata.js";
import { TypedValue } from "../model/typed-value.js";
import { readAddress } from "./address.js";
import { offerField } from "./batch-end.js";

const requestInvocation = tag(100, delimited);
const field1 = tag(1, delimited);
const field2 = tag(2, delimited);
const field3 = tag(3, delimited);
const hasValueFlag = tag(2, varint);

/** A value whose generation may not be known yet: an Any (v2) or a TypedValue (v3). */
interface Packed {
  typename: string;
  /** Where the value's bytes begin and end; both 0 when there are none. */
  start: number;
  end: number;
  hasValue: boolean;
  generation: Generation | undefined;
  /** Undefined when there is none. */
  metadata: MetadataEntry[] | undefined;
}

/**
 * The most states, messages and pairs of metadata that one request may hold; an engine sends a thousand messages unless
 * it is configured otherwise. An entry can be as short as two bytes, so that a body without this limit takes sixty times its own size in
 * memory.
 */
const mostEntries = 1_000_000;

interface PackedState {
  readonly name: string;
  readonly packed: Packed | undefined;
}

interface Draft {
  target: Address | undefined;
  state: readonly PackedState[];
  invocations: readonly Invocation[];
  /** The generation, as the first message that shows it. */
  generation: Generation | undefined;
  /** How many pairs of metadata were read. */
  pairs: number;
  /** The typename of the first message. */
  firstTypename: string | undefined;
}

/**
 * Decodes a request. The request itself shows its generation, unless the caller names one.
 * Throws REQUEST_MALFORMED when the bytes are not a ToFunction with a target, REQUEST_TOO_LARGE when the request holds
 * more states and messages than any engine sends, and GENERATION_MISMATCH.
 */
export function decodeRequest(bytes: Uint8Array, pinned?: Generation): InvocationBatch {
  const draft: Draft = {
    target: undefined,
    state: none,
    invocations: none,
    generation: undefined,
    pairs: 0,
    firstTypename: undefined,
  };
  let found = false;
  let partsOffered = false;
  try {
    const reader = new WireReader(bytes);
    const end = bytes.length;
    while (reader.pos < end) {
      const fieldTag = reader.tag(end);
      if (fieldTag === requestInvocation) {
        found = true;
        readBatch(reader, draft, end);
      } else if (fieldTag === offerField) partsOffered = reader.bool(end);
      else reader.skip(fieldTag, end);
    }
  } catch (error) {
    if (error instanceof StatefunError) throw error;
    throw malformed(describe(error), error);
  }
  if (!found) throw malformed("it holds no invocation");
  const { target } = draft;
  if (target === undefined) throw malformed("it has no target");
  if (target.namespace === "" || target.name === "") throw malformed(`its target "${target}" has no type name`);
  const generation = generationOf(draft, pinned);
  let state: readonly PersistedValue[] = none;
  for (const packed of draft.state) state = append(state, persistedValue(packed, generation, bytes));
  return { generation, target, state, invocations: draft.invocations, partsOffered };
}

function readBatch(reader: WireReader, draft: Draft, outerEnd: number): void {
  const end = reader.endOfField(outerEnd);
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) draft.target = readAddress(reader, end);
    else if (fieldTag === field2) {
      assertRoom(draft);
      draft.state = append(draft.state, readState(reader, end));
    } else if (fieldTag === field3) {
      assertRoom(draft);
      draft.invocations = append(draft.invocations, readInvocation(reader, draft, end));
    } else reader.skip(fieldTag, end);
  }
}

function assertRoom({ state, invocations, pairs }: Draft): void {
  if (state.length + invocations.length + pairs < mostEntries) return;
  throw new StatefunError(
    "REQUEST_TOO_LARGE",
    `The request holds more than ${mostEntries} states, messages and pairs of metadata.`,
  );
}

function readState(reader: WireReader, outerEnd: number): PackedState {
  const end = reader.endOfField(outerEnd);
  let name = "";
  let packed: Packed | undefined;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) name = reader.name(end);
    // The field has the type bytes in v2 and TypedValue in v3. The bytes hold an Any, so both are read in the same way.
    else if (fieldTag === field2) packed = readPacked(reader, undefined, end);
    else reader.skip(fieldTag, end);
  }
  return { name, packed };
}

function readInvocation(reader: WireReader, draft: Draft, outerEnd: number): Invocation {
  const end = reader.endOfField(outerEnd);
  let caller: Address | undefined;
  let argument: Packed | undefined;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) caller = readAddress(reader, end);
    else if (fieldTag === field2) argument = readPacked(reader, draft, end);
    else reader.skip(fieldTag, end);
  }
  if (argument === undefined) throw malformed("a message has no argument");
  draft.generation ??= argument.generation;
  draft.firstTypename ??= argument.typename;
  const fromFunction = caller !== undefined && caller.name !== "";
  return {
    caller: fromFunction ? caller : undefined,
    argument: TypedValue.slice(argument.typename, reader.bytes, argument.start, argument.end, argument.metadata),
  };
}

/** Reads a value. Its metadata is skipped without a draft: a state has none. */
function readPacked(reader: WireReader, draft: Draft | undefined, outerEnd: number): Packed {
  const end = reader.endOfField(outerEnd);
  const packed: Packed = {
    typename: "",
    start: 0,
    end: 0,
    hasValue: false,
    generation: undefined,
    metadata: undefined,
  };
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) packed.typename = reader.name(end);
    else if (fieldTag === hasValueFlag) {
      packed.hasValue = reader.bool(end);
      packed.generation = "v3";
    } else if (fieldTag === field3) {
      packed.end = reader.endOfField(end);
      packed.start = reader.pos;
      reader.pos = packed.end;
      packed.generation = "v3";
    } else if (fieldTag === field2) {
      packed.end = reader.endOfField(end);
      packed.start = reader.pos;
      reader.pos = packed.end;
      packed.hasValue = true;
      packed.generation = "v2";
    } else if (fieldTag === metadataField && draft !== undefined) {
      assertRoom(draft);
      draft.pairs += 1;
      packed.metadata ??= [];
      packed.metadata.push(readMetadataEntry(reader, end));
    } else reader.skip(fieldTag, end);
  }
  return packed;
}

/** Throws GENERATION_MISMATCH: every value would seem to be empty if it was read as the other generation. */
function generationOf({ generation, firstTypename, state }: Draft, pinned: Generation | undefined): Generation {
  if (generation !== undefined) return agreed(generation, pinned);
  for (const { packed } of state) if (packed?.generation !== undefined) return agreed(packed.generation, pinned);
  if (pinned !== undefined) return pinned;
  // A value without the fields 2 and 3 may be an Any with an empty message or a TypedValue without a value. A v3 engine
  // marks the value of every message as present, so the value must be an Any, unless its typename is one of v3.
  return firstTypename?.startsWith("io.statefun.types/") ? "v3" : "v2";
}

function agreed(told: Generation, pinned: Generation | undefined): Generation {
  if (pinned === undefined || pinned === told) return told;
  throw new StatefunError(
    "GENERATION_MISMATCH",
    `The request is in ${told}, but the handler is pinned to ${pinned}. Leave the option generation out, or correct it.`,
  );
}

function persistedValue({ name, packed }: PackedState, generation: Generation, bytes: Uint8Array): PersistedValue {
  // v2 has no has_value: an Any that names its type is a value, even without bytes.
  const present = packed !== undefined && (generation === "v3" ? packed.hasValue : packed.typename !== "");
  return { name, value: present ? TypedValue.slice(packed.typename, bytes, packed.start, packed.end) : undefined };
}

function malformed(why: string, cause?: unknown): StatefunError {
  return new StatefunError("REQUEST_MALFORMED", `The request is not a ToFunction message: ${why}.`, { cause });
}
