// Shows metadata as JSON, for people and for the file egress.

import { platform } from "../bytes/platform.js";
import type { Metadata } from "../model/metadata.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** One pair: text as it is, other bytes in base64. */
export type ShownPair = { readonly name: string } & ({ readonly value: string | null } | { readonly base64: string });

/** Shows metadata; undefined when there is no pair. */
export function showMetadata(metadata: Metadata): readonly ShownPair[] | undefined {
  if (metadata.size === 0) return undefined;
  return Array.from(metadata, ([name, value]) => (value === null ? { name, value } : { name, ...showBytes(value) }));
}

function showBytes(bytes: Uint8Array): { readonly value: string } | { readonly base64: string } {
  try {
    return { value: utf8.decode(bytes) };
  } catch {
    return { base64: platform.encodeBase64(bytes) }; // it is no UTF-8
  }
}
