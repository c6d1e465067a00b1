// The metadata of a message that comes by HTTP: from the header Statefun-Metadata, from headers that begin with
// Statefun-Metadata-, and from the headers that the ingress was told to take.

import type { IncomingMessage } from "node:http";
import { Metadata, type MetadataEntry } from "../../model/metadata.js";
import { checked } from "../../model/options.js";
import { decodeMetadataHeader, metadataHeader } from "../../types/metadata-header.js";

const whole = metadataHeader.toLowerCase();
const prefix = `${whole}-`;

/** An option for the names of headers that become metadata. Throws OPTION_INVALID. */
export const headerNamesOption = checked(
  "a list of names of headers",
  (input): input is readonly string[] =>
    Array.isArray(input) && input.every((name) => typeof name === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(name)),
);

/** Reads the metadata of requests. */
export class RequestMetadata {
  readonly #taken: ReadonlySet<string>;

  /** `taken` are the names of headers that become metadata under their own names. */
  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken.map((name) => name.toLowerCase()));
  }

  /** The metadata of a request; undefined when there is none. Throws METADATA_INVALID. */
  of({ headers, rawHeaders }: IncomingMessage): Metadata | undefined {
    let found = false;
    for (const name in headers) if (this.takes(name)) found = true;
    if (!found) return undefined;
    const entries: MetadataEntry[] = [];
    // Node joins headers of the same name in `headers`, so the values are read as they came.
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = (rawHeaders[index] as string).toLowerCase();
      if (!this.takes(name)) continue;
      const value = rawHeaders[index + 1] as string;
      if (name === whole) entries.push(...decodeMetadataHeader(value));
      else {
        const own = name.startsWith(prefix) ? name.slice(prefix.length) : name;
        // Node reads each byte of a header as one character.
        entries.push([own, new Uint8Array(Buffer.from(value, "latin1"))]);
      }
    }
    return Metadata.wrap(entries);
  }

  /** Whether a header, by its name in lower case, holds metadata. */
  takes(name: string): boolean {
    return name.startsWith(prefix) || name === whole || this.#taken.has(name);
  }

  /** The headers of metadata that a page's browser asks for before it sends its request. */
  asked({ headers }: IncomingMessage): string[] {
    const asked = headers["access-control-request-headers"] ?? "";
    return asked
      .split(",")
      .map((name) => name.trim())
      .filter((name) => this.takes(name.toLowerCase()));
  }
}
