// A request with an idempotency key as the engine keeps it in memory, and its form in the store; and the entries that say when
// requests are forgotten.

import { delimited, tag, varint, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import type { Failure } from "../model/failure.js";
import type { Generation } from "../model/invocation.js";
import type { SingleEntry } from "./group.js";
import { kinds, ordered, parseOrdered } from "./keys.js";
import type { Encodable } from "./message.js";
import { generationField, Packed, readGeneration } from "./packed.js";

const fingerprintField = tag(1, delimited);
const answerField = tag(2, delimited);
const withdrewField = tag(5, varint);
const failureField = tag(6, delimited);
const emptyAnswerField = tag(7, varint);
/** Requests of format 1 have a field 4 instead, so no other field may take that number. */
const endsAtField = tag(8, varint);

const listedField = tag(1, delimited);

/** About how many bytes a request takes without its result: its entry, and its place in a list of what expires. */
const requestBytes = 64;

/** What a call came to: an answer, which is undefined for a handler that ended without a value, or a failure for good. */
export type CallResult = { readonly answer: Packed | undefined } | { readonly failure: Failure };

/** A request that is remembered. It is encoded when its group is written, which most calls' results come before. */
export class RememberedRequest implements Encodable {
  constructor(
    readonly fingerprint: string,
    /** When the request is forgotten, in milliseconds since 1970. */
    readonly endsAt: number,
    /** Whether a cancellation withdrew a message; undefined for a request that is no cancellation. */
    readonly withdrew?: boolean,
    /** Undefined while the call has no result. */
    readonly result?: CallResult,
  ) {}

  /** The same request, with what its call came to. */
  with(result: CallResult): RememberedRequest {
    return new RememberedRequest(this.fingerprint, this.endsAt, this.withdrew, result);
  }

  get size(): number {
    const { result } = this;
    if (result === undefined) return requestBytes;
    if ("failure" in result) return requestBytes + JSON.stringify(result.failure).length;
    return requestBytes + (result.answer?.size ?? 0);
  }

  encode(): Uint8Array {
    const { fingerprint, endsAt, withdrew, result } = this;
    const writer = new WireWriter();
    writer.string(fingerprintField, fingerprint);
    writer.uint32(endsAtField);
    writer.int64(endsAt);
    if (withdrew !== undefined) {
      writer.uint32(withdrewField);
      writer.uint32(withdrew ? 1 : 0);
    }
    if (result === undefined) return writer.finish();
    if ("failure" in result) writer.string(failureField, JSON.stringify(result.failure));
    else if (result.answer !== undefined) result.answer.write(writer, answerField);
    else {
      writer.uint32(emptyAnswerField);
      writer.uint32(1);
    }
    return writer.finish();
  }
}

/** Decodes the entry of a request. */
export function decodeRequest(bytes: Uint8Array): RememberedRequest {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  let fingerprint = "";
  // A request of format 1 holds no time, and the only expiry entry that lists it is its own.
  let endsAt = 0;
  let answer: Uint8Array | undefined;
  let result: CallResult | undefined;
  let withdrew: boolean | undefined;
  let generation: Generation = "v3";
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === fingerprintField) fingerprint = reader.string(end);
    else if (fieldTag === answerField) answer = reader.copy(end);
    else if (fieldTag === generationField) generation = readGeneration(reader, end);
    else if (fieldTag === endsAtField) endsAt = reader.int64(end);
    else if (fieldTag === withdrewField) withdrew = reader.bool(end);
    else if (fieldTag === failureField) result = { failure: JSON.parse(reader.string(end)) as Failure };
    else if (fieldTag === emptyAnswerField) result = reader.bool(end) ? { answer: undefined } : undefined;
    else reader.skip(fieldTag, end);
  }
  if (answer !== undefined) result = { answer: new Packed(answer, generation) };
  return new RememberedRequest(fingerprint, endsAt, withdrew, result);
}

/** An entry that lists the idempotency keys of requests of one group that are forgotten at the same time. */
export class ExpiryList implements SingleEntry {
  group = 0;
  place = -1;
  readonly endsAt: number;
  readonly listed: string[] = [];
  readonly key: string;
  /** The requests count the bytes of their places. */
  readonly size = 0;

  /** `number` is one that no other list has. */
  constructor(endsAt: number, number: number) {
    this.endsAt = endsAt;
    this.key = kinds.expiry + ordered(endsAt) + ordered(number);
  }

  encode(): Uint8Array {
    const writer = new WireWriter();
    for (const idempotencyKey of this.listed) writer.string(listedField, idempotencyKey);
    return writer.finish();
  }
}

/** Reads which idempotency keys are forgotten, and when. In format 1 each key had an entry of its own, without a value. */
export function decodeExpiry(key: string, bytes: Uint8Array): { endsAt: number; listed: string[] } {
  const endsAt = parseOrdered(key.slice(kinds.expiry.length));
  if (bytes.length === 0) return { endsAt, listed: [key.slice(kinds.expiry.length + ordered(0).length)] };
  const reader = new WireReader(bytes);
  const listed: string[] = [];
  while (reader.pos < bytes.length) {
    const fieldTag = reader.tag(bytes.length);
    if (fieldTag === listedField) listed.push(reader.string(bytes.length));
    else reader.skip(fieldTag, bytes.length);
  }
  return { endsAt, listed };
}
