// Bytes, compared, copied and read as text on every host, with Node's Buffer or without it.

import { platform } from "../bytes/platform.js";
import { parseJson } from "../model/plain-json.js";

/** Whether two values have the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && platform.sameBytes(a, b);
}

/** Copies bytes into memory of their own, of the host's own class of bytes. */
export function copyOfBytes(bytes: Uint8Array): Uint8Array {
  return platform.view(new Uint8Array(bytes));
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text that the bytes are in UTF-8; undefined when they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Parses JSON in UTF-8, also behind a byte order mark. Throws a SyntaxError. */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  return parseJson(platform.decodeUtf8(bytes));
}
