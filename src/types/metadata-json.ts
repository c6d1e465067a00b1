// Metadata as JSON: for people, for the file egress, and in the lines of a request with many calls.

import { platform } from "../bytes/platform.js";
import { StatefunError } from "../errors.js";
import type { ShownPair } from "../model/dead-letter.js";
import { Metadata, type MetadataInput } from "../model/metadata.js";
import { isBase64 } from "../model/text.js";
import { textOf } from "./bytes.js";

/** Shows metadata; undefined when there is no pair. */
export function showMetadata(metadata: Metadata): readonly ShownPair[] | undefined {
  if (metadata.size === 0) return undefined;
  return Array.from(metadata, ([name, value]) => (value === null ? { name, value } : { name, ...showBytes(value) }));
}

function showBytes(bytes: Uint8Array): { readonly value: string } | { readonly base64: string } {
  const value = textOf(bytes);
  return value === undefined ? { base64: platform.encodeBase64(bytes) } : { value };
}

/**
 * Reads metadata: an object of texts and nulls, or a list of pairs as {@link showMetadata} makes it. Throws METADATA_INVALID.
 */
export function metadataOfJson(json: unknown): Metadata {
  return new Metadata(Array.isArray(json) ? json.map(pairOf) : (json as MetadataInput));
}

function pairOf(shown: unknown): readonly [name: string, value: string | Uint8Array | null] {
  const { name, value, base64 } = (shown ?? {}) as { name: string; value: string | null; base64?: unknown };
  if (base64 === undefined) return [name, value];
  if (typeof base64 === "string" && isBase64(base64)) return [name, platform.decodeBase64(base64)];
  throw new StatefunError("METADATA_INVALID", `The value of the metadata ${JSON.stringify(name)} is not base64.`);
}
