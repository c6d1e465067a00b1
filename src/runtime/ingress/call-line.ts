// One line of a request with many calls: a call as JSON.

import type { CallOptions, EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";
import { addressOfHeader, idempotencyKeyOption } from "../../model/header-values.js";
import type { Metadata } from "../../model/metadata.js";
import { checked, defineOptions, type Option, oneOf, unchecked } from "../../model/options.js";
import { isBase64 } from "../../model/text.js";
import type { TypedValue } from "../../model/typed-value.js";
import { metadataOfJson } from "../../types/metadata-json.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { fromJson, jsonOfBytes, readerOfBytes, typeOfJson } from "../http/body-value.js";
import { keyLifetimeOf, timeoutOf } from "./durations.js";
import { assertServed } from "./served.js";

/** A line, as its client writes it. */
interface CallLine {
  /** The function's type name, "namespace/name". */
  readonly function?: string;
  readonly id?: string;
  /** The value as JSON. A line has either this or `base64`. */
  readonly value?: unknown;
  /** The value's own bytes. */
  readonly base64?: string;
  /** The typename of the value. */
  readonly type?: string;
  /** The method that takes the value. */
  readonly handler?: string;
  readonly metadata?: unknown;
  readonly timeout?: string | number;
  readonly idempotencyKey?: string;
  readonly idempotencyKeyLifetime?: string | number;
  /** Asks for the bytes of the answer, also when it could be told as JSON. */
  readonly accept?: "base64";
  /** The address whose handler waits for the answer, as the header of a single call has it. */
  readonly from?: string;
}

/** A call that was read from a line. */
export interface ReadCall {
  readonly target: Address;
  readonly value: TypedValue;
  readonly options: CallOptions;
  /** Whether the client asks for the bytes of the answer. */
  readonly wantsBytes: boolean;
}

/** A line names its function, id and type in as many characters as a request of one call has for its path and headers. */
const longestNames = 16 * 1024;

const text = checked("a text", (input): input is string => typeof input === "string");
const base64 = checked("text in base64", (input): input is string => typeof input === "string" && isBase64(input));

/** A duration as the query and headers of a single call have it, or as a number of milliseconds. */
const durationBy =
  (read: (name: string, written: unknown) => number): Option<string | number, number | undefined> =>
  (input, name) =>
    input === undefined ? undefined : read(name, input);

const callLine = defineOptions<CallLine>()({
  function: text,
  id: text,
  value: unchecked<unknown>(),
  base64,
  type: text,
  handler: text,
  metadata: unchecked<unknown>(),
  timeout: durationBy((_name, written) => timeoutOf(written)),
  idempotencyKey: idempotencyKeyOption,
  idempotencyKeyLifetime: durationBy(keyLifetimeOf),
  accept: oneOf("base64"),
  from: text,
});

/** A line whose function is known, and whose value was not read yet. */
export interface OpenedLine {
  readonly target: Address;
  readonly line: ReadLine;
}

/** Reads which function a line calls. Throws what a single call with the same mistake is answered with. */
export function openCallLine(engine: EngineApi, bytes: Buffer): OpenedLine {
  const line = callLine.read("The line", jsonOfBytes("The line", bytes) as CallLine);
  const target = targetOf(line);
  assertServed(engine, target);
  return { target, line };
}

/**
 * Reads the call of a line, once the types of its function are known. A line without metadata of its own has that of the request.
 * Throws what a single call with the same mistake is answered with.
 */
export function readCallLine(
  { target, line }: OpenedLine,
  catalog: TypeCatalog,
  ofRequest: Metadata | undefined,
  signal: AbortSignal,
): ReadCall {
  const metadata = line.metadata === undefined ? ofRequest : metadataOfJson(line.metadata);
  return {
    target,
    value: valueIn(catalog, target.typeName, line).withMetadata(metadata),
    options: optionsOf(line, signal),
    wantsBytes: line.accept !== undefined,
  };
}

/** A line has few of the options, and a spread for each of them would cost more than the rest. Throws OPTION_INVALID. */
function optionsOf(line: ReadLine, signal: AbortSignal): CallOptions {
  const { idempotencyKey, idempotencyKeyLifetime, timeout, from } = line;
  const options: { -readonly [K in keyof CallOptions]: CallOptions[K] } = { signal };
  if (idempotencyKey !== undefined) {
    options.idempotencyKey = idempotencyKey;
    if (idempotencyKeyLifetime !== undefined) options.keyLifetimeMs = idempotencyKeyLifetime;
  }
  if (timeout !== undefined) options.timeoutMs = timeout;
  if (from !== undefined) options.from = addressOfHeader(from);
  return options;
}

type ReadLine = ReturnType<typeof callLine.read>;

/** Throws TYPE_NAME_INVALID, ID_MISSING and REQUEST_TOO_LARGE. */
function targetOf({ function: typeName = "", id = "", type = "" }: ReadLine): Address {
  if (typeName.length + id.length + type.length > longestNames) {
    throw new StatefunError(
      "REQUEST_TOO_LARGE",
      `The function, the id and the type of a line may have ${longestNames} characters together.`,
    );
  }
  const target = Address.of(typeName, id);
  if (id === "") throw new StatefunError("ID_MISSING", `The line has no id for ${typeName}.`);
  return target;
}

/** Throws as the readers of a single request's body do. */
function valueIn(catalog: TypeCatalog, typeName: string, line: ReadLine): TypedValue {
  const named = { typename: line.type, method: line.handler };
  if (line.base64 === undefined) {
    const type = typeOfJson(catalog, typeName, named);
    if (line.value !== undefined) return fromJson(type, line.value);
  } else if (line.value === undefined) {
    return readerOfBytes(catalog, typeName, named)(Buffer.from(line.base64, "base64"));
  }
  throw new StatefunError("VALUE_INVALID", `The line must have either a value, as JSON, or base64, the value's bytes.`);
}
