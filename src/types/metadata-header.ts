// Metadata as one HTTP header, Statefun-Metadata: a list such as `traceparent=00-4bf9…-01,tenant=a%20b`. Each name is
// percent-encoded. Text follows behind "=", percent-encoded; other bytes follow behind ":", in base64; a null has neither.

import { platform } from "../bytes/platform.js";
import { StatefunError } from "../errors.js";
import { Metadata, type MetadataEntry } from "../model/metadata.js";
import { isBase64 } from "../model/text.js";
import { textOf } from "./bytes.js";

/** The header that carries metadata, in a request, in an answer and to a web server. */
export const metadataHeader = "Statefun-Metadata";

/** Text is written as text, which people can read, unless that takes so many more characters than base64. */
const textAllowance = 8;

/** Writes metadata as the value of the header; undefined when there is no pair. */
export function encodeMetadataHeader(metadata: Metadata): string | undefined {
  if (metadata.size === 0) return undefined;
  return Array.from(metadata, ([name, value]) => encodeURIComponent(name) + encodeValue(value)).join(",");
}

/** Reads the value of the header. Throws METADATA_INVALID. */
export function decodeMetadataHeader(text: string): Metadata {
  return Metadata.wrap(text.split(",").map((part) => decodePair(part.trim())));
}

function encodeValue(value: Uint8Array | null): string {
  if (value === null) return "";
  const base64 = `:${platform.encodeBase64(value)}`;
  const read = textOf(value);
  if (read === undefined) return base64;
  const text = `=${encodeURIComponent(read)}`;
  return text.length <= base64.length + textAllowance ? text : base64;
}

function decodePair(part: string): MetadataEntry {
  const at = part.search(/[=:]/);
  if (at < 0) return [decodeText(part), null];
  const name = decodeText(part.slice(0, at));
  const rest = part.slice(at + 1);
  if (part[at] === "=") return [name, new Uint8Array(platform.encodeUtf8(decodeText(rest)))];
  if (!isBase64(rest)) throw invalid(`the value of "${name}" is not base64`);
  return [name, new Uint8Array(platform.decodeBase64(rest))];
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(`${JSON.stringify(text)} is not percent-encoded`);
  }
}

function invalid(why: string): StatefunError {
  return new StatefunError(
    "METADATA_INVALID",
    `The header ${metadataHeader} can't be read: ${why}. Write name=text or name:base64, separated by commas, with names and texts percent-encoded.`,
  );
}
