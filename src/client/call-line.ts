// A call as a line of a request with many calls, and the line that answers it.

import type { Address } from "../model/address.js";
import { addressHeader } from "../model/header-values.js";
import type { Metadata } from "../model/metadata.js";
import { TypedValue } from "../model/typed-value.js";
import type { RefMessage } from "../refs/message.js";
import { metadataOfJson, showMetadata } from "../types/metadata-json.js";
import { bytesJson } from "../types/scalar-json.js";
import { type Answer, type ErrorBody, noContent, notFromRuntime } from "./answer.js";
import type { Key } from "./key.js";

/** What a line says beside its message. */
export interface LineOptions {
  readonly metadata: Metadata;
  readonly key: Key;
  /** Whether the caller asks for the bytes of the answer. */
  readonly asBytes: boolean;
  /** The address whose handler waits for the answer. */
  readonly from: Address | undefined;
}

/** Writes a call as JSON without its end, which {@link endOfLine} writes when the line is sent. */
export function lineOf(target: Address, message: RefMessage, { metadata, key, asBytes, from }: LineOptions): string {
  const { content, method, typename } = message;
  let line = `{"function":${JSON.stringify(target.typeName)},"id":${JSON.stringify(target.id)}`;
  if (method !== undefined) line += `,"handler":${JSON.stringify(method)}`;
  if (typename !== undefined) line += `,"type":${JSON.stringify(typename)}`;
  line += typeof content === "string" ? `,"value":${content}` : `,"base64":"${bytesJson.toJson(content)}"`;
  line += `,"idempotencyKey":${JSON.stringify(key.text)}`;
  if (key.lifetimeMs !== undefined) line += `,"idempotencyKeyLifetime":${key.lifetimeMs}`;
  if (metadata.size > 0) line += `,"metadata":${JSON.stringify(showMetadata(metadata))}`;
  if (asBytes) line += ',"accept":"base64"';
  if (from !== undefined) line += `,"from":${JSON.stringify(addressHeader(from))}`;
  return line;
}

/** The end of a line that has this much time left. */
export const endOfLine = (remainingMs: number) => `,"timeout":${Math.ceil(remainingMs)}}\n`;

/** A line of an answer. */
export interface ReadLine extends Partial<ErrorBody> {
  /** The number of the call's line, from 1 on. */
  readonly line: number;
  readonly status: number;
  /** In seconds. */
  readonly retryAfter?: number;
  readonly type?: string;
  readonly value?: unknown;
  readonly base64?: string;
  readonly metadata?: unknown;
}

/** The answer to a call of a line. */
export class LineAnswer implements Answer {
  readonly #line: ReadLine;

  constructor(line: ReadLine) {
    this.#line = line;
  }

  plain(): unknown {
    const { base64, value } = this.#line;
    return base64 === undefined ? value : this.packed();
  }

  packed(): TypedValue | undefined {
    const { status, type, base64, metadata } = this.#line;
    if (status === noContent) return undefined;
    const bytes = bytesJson.fromJson(base64);
    if (type === undefined || bytes === undefined) throw notFromRuntime("lacks the bytes of its value");
    const packed = new TypedValue(type, bytes);
    return metadata === undefined ? packed : packed.withMetadata(metadataOfJson(metadata));
  }
}
