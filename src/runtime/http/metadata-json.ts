// Shows metadata as JSON, for people and for the file egress.

import { isUtf8 } from "node:buffer";
import type { Metadata } from "../../model/metadata.js";

/** One pair: text as it is, other bytes in base64. */
export type ShownPair = { readonly name: string } & ({ readonly value: string | null } | { readonly base64: string });

/** Shows metadata; undefined when there is no pair. */
export function showMetadata(metadata: Metadata): readonly ShownPair[] | undefined {
  if (metadata.size === 0) return undefined;
  return Array.from(metadata, ([name, value]) => {
    if (value === null) return { name, value };
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
    return isUtf8(bytes) ? { name, value: bytes.toString() } : { name, base64: bytes.toString("base64") };
  });
}
