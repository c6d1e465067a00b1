// Memory, text and base64 by what every JavaScript host has. In Node, src/bytes/node-buffer.ts puts Buffer in its
// place.

/** What differs between hosts in speed, and in nothing else. */
export interface Platform {
  /** Whether nobody can transfer the memory of `allocate` to another thread, so that several answers may share it. */
  readonly staysHere: boolean;
  /** Returns memory to be overwritten. Its content is undefined, and it may be part of a pool. */
  allocate(length: number): Uint8Array;
  /** Returns memory to be overwritten that is no part of a pool. Its content is undefined. */
  allocateAlone(length: number): Uint8Array;
  /** Returns the same memory as the host's own class of bytes. */
  view(bytes: Uint8Array): Uint8Array;
  /** Compares bytes of the same length. */
  sameBytes(a: Uint8Array, b: Uint8Array): boolean;
  /** Returns how many bytes a text takes in UTF-8. */
  utf8Length(text: string): number;
  /** Writes a text as UTF-8. The caller has made room for it. */
  writeUtf8(bytes: Uint8Array, text: string, at: number): void;
  encodeUtf8(text: string): Uint8Array;
  /** Decodes UTF-8. What is not UTF-8 becomes U+FFFD. */
  decodeUtf8(bytes: Uint8Array): string;
  /** Decodes bytes that are all below 128. */
  decodeAscii(bytes: Uint8Array, start: number, end: number): string;
  encodeBase64(bytes: Uint8Array): string;
  /** Decodes base64 of either alphabet, with or without padding. The caller has checked that it is base64. */
  decodeBase64(text: string): Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The longest list of arguments that every host takes. */
const mostArguments = 8192;

/** The platform of this process. */
export const platform: Platform = {
  staysHere: false,
  allocate: (length) => new Uint8Array(length),
  allocateAlone: (length) => new Uint8Array(length),
  view: (bytes) => bytes,
  sameBytes: (a, b) => a.every((byte, index) => byte === b[index]),
  utf8Length: (text) => encoder.encode(text).length,
  writeUtf8: (bytes, text, at) => void encoder.encodeInto(text, bytes.subarray(at)),
  encodeUtf8: (text) => encoder.encode(text),
  decodeUtf8: (bytes) => decoder.decode(bytes),
  decodeAscii: (bytes, start, end) => String.fromCharCode(...bytes.subarray(start, end)),
  encodeBase64: (bytes) => {
    let latin1 = "";
    for (let start = 0; start < bytes.length; start += mostArguments) {
      latin1 += String.fromCharCode(...bytes.subarray(start, start + mostArguments));
    }
    return btoa(latin1);
  },
  decodeBase64: (text) => {
    const latin1 = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(latin1, (character) => character.charCodeAt(0));
  },
};
