// A failure on the wire (proto message Failure): its code, its message, its details as JSON, and its HTTP status.

import { platform } from "../bytes/platform.js";
import { delimited, tag, varint, type WireReader } from "../bytes/reader.js";
import type { WireWriter } from "../bytes/writer.js";
import type { Failure } from "../model/failure.js";
import { assertPlainJson, assertShallowJson } from "../model/plain-json.js";
import { isTerminalStatus } from "../model/terminal-error.js";

const field1 = tag(1, delimited);
const field2 = tag(2, delimited);
const field3 = tag(3, delimited);
const varint4 = tag(4, varint);

/** Writes a failure as a field. The stack stays out: whoever may call a function server may read its answers. */
export function writeFailure(
  writer: WireWriter,
  fieldTag: number,
  failure: Pick<Failure, "code" | "message" | "details" | "status">,
): void {
  const { code, message, details, status } = failure;
  const field = writer.begin(fieldTag);
  writer.string(field1, code);
  writer.string(field2, message);
  if (details !== undefined) writer.string(field3, JSON.stringify(details));
  if (status !== undefined) {
    writer.uint32(varint4);
    writer.uint32(status);
  }
  writer.end(field);
}

/** Reads a failure from a field's value. Throws an Error that says what is wrong with the bytes. */
export function readFailure(reader: WireReader, outerEnd: number, terminal: boolean): Failure {
  const end = reader.endOfField(outerEnd);
  let code = "";
  let message = "";
  let details: unknown;
  let status: number | undefined;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) code = reader.string(end);
    else if (fieldTag === field2) message = reader.string(end);
    else if (fieldTag === field3) details = readDetails(reader, end);
    else if (fieldTag === varint4) status = reader.uint32(end);
    else reader.skip(fieldTag, end);
  }
  if (code === "") throw new Error("a failure has no code");
  if (status !== undefined && !isTerminalStatus(status)) throw new Error(`a failure has the HTTP status ${status}`);
  return {
    code,
    message,
    terminal,
    ...(details === undefined ? {} : { details }),
    ...(status === undefined ? {} : { status }),
  };
}

function readDetails(reader: WireReader, outerEnd: number): unknown {
  const bytes = reader.copy(outerEnd);
  assertShallowJson(bytes);
  const details: unknown = JSON.parse(platform.decodeUtf8(bytes));
  // A caller's TerminalError refuses other details, and callers are told when a refusal comes too late.
  assertPlainJson(details, "TerminalError's details");
  return details;
}
