// The platform by Node's Buffer. Only servers import this file: a browser has no Buffer.

import { type Platform, platform } from "./platform.js";

/** Uses Buffer from now on, where the host has it. */
export function useNodeBuffer(): void {
  if (typeof Buffer === "function") Object.assign(platform, bufferPlatform());
}

function bufferPlatform(): Platform {
  const view = ({ buffer, byteOffset, length }: Uint8Array) => Buffer.from(buffer, byteOffset, length);
  // It reads short ASCII without the checks and the view that a TextDecoder needs.
  const { latin1Slice } = Buffer.prototype as unknown as { latin1Slice(start: number, end: number): string };
  return {
    staysHere: true, // below 4 kB, where allocUnsafe takes a part of Node's pool
    allocate: (length) => Buffer.allocUnsafe(length),
    allocateAlone: (length) => Buffer.allocUnsafeSlow(length),
    view,
    sameBytes: (a, b) => Buffer.compare(a, b) === 0,
    utf8Length: (text) => Buffer.byteLength(text),
    // A writer may have begun before Buffer came into use.
    writeUtf8: (bytes, text, at) => {
      if ("write" in bytes) (bytes as Buffer).write(text, at);
      else view(bytes).write(text, at);
    },
    encodeUtf8: (text) => Buffer.from(text),
    decodeUtf8: (bytes) => view(bytes).toString(),
    decodeAscii: (bytes, start, end) => latin1Slice.call(bytes, start, end),
    encodeBase64: (bytes) => view(bytes).toString("base64"),
    decodeBase64: (text) => new Uint8Array(Buffer.from(text, "base64")),
  };
}
