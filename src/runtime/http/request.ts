// What is read of a request: its path, its query and its body.

import type { IncomingMessage } from "node:http";
import { StatefunError } from "../../errors.js";

/** A request's path and query, taken apart. */
export interface RequestTarget {
  /** The path's parts between slashes, percent-decoded. Those of "/" are none; "/a/" has an empty last one. */
  readonly parts: readonly string[];
  readonly query: ReadonlyMap<string, string>;
}

const noQuery: ReadonlyMap<string, string> = new Map();

/** Takes a request's URL apart. Throws VALUE_INVALID when it is not encoded properly, OPTION_INVALID when it says something twice. */
export function targetOf(url: string): RequestTarget {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const parts = path === "/" ? [] : path.slice(1).split("/");
  if (path.includes("%")) {
    for (let index = 0; index < parts.length; index++) parts[index] = decoded(parts[index] as string);
  }
  return { parts, query: mark < 0 || mark === url.length - 1 ? noQuery : queryOf(url.slice(mark + 1)) };
}

function queryOf(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    if (query.has(name)) throw new StatefunError("OPTION_INVALID", `The query says "${name}" twice; once is enough.`);
    query.set(name, equals < 0 ? "" : decoded(pair.slice(equals + 1).replaceAll("+", " ")));
  }
  return query;
}

function decoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new StatefunError("VALUE_INVALID", `"${text}" in the URL is not percent-encoded UTF-8.`, { cause: error });
  }
}

/** Throws OPTION_INVALID when the query has something that this path does not take. */
export function assertQuery({ query }: RequestTarget, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (known.includes(name)) continue;
    const taken = known.length === 0 ? "nothing" : known.join(", ");
    throw new StatefunError("OPTION_INVALID", `The query has "${name}"; this path takes ${taken}.`);
  }
}

/**
 * Reads the whole body into memory, never more of it than `maxBytes`. Rejects with REQUEST_TOO_LARGE, REQUEST_ABORTED
 * and MEDIA_TYPE_UNSUPPORTED (a compressed body).
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { headers } = request;
    const encoding = headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      throw new StatefunError("MEDIA_TYPE_UNSUPPORTED", `The body is ${encoding}; send it as it is.`);
    }
    // A sender reads no answer while it writes. One that is a little over is heard out, so that it learns why.
    const heardOut = maxBytes * 4;
    const tooLarge = () => {
      request.off("data", onData);
      reject(new StatefunError("REQUEST_TOO_LARGE", `The request's body is larger than ${maxBytes} bytes.`));
    };
    let length = 0;
    let chunks: Buffer[] = [];
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else chunks = [];
      if (length > heardOut) tooLarge();
    };
    if (Number(headers["content-length"] ?? 0) > heardOut) return tooLarge();
    request.on("data", onData);
    request.on("end", () => {
      if (length > maxBytes) tooLarge();
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length));
    });
    const aborted = () => reject(new StatefunError("REQUEST_ABORTED", "The request's body ended early."));
    request.on("error", aborted);
    request.on("close", () => {
      if (!request.complete) aborted();
    });
  });
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a span of time of a query, "30000" (ms), "30s", "5m", "2h" or "1d", in milliseconds. Throws `code`. */
export function parseSpan(name: string, code: "DELAY_INVALID" | "DURATION_INVALID", text: string): number {
  const [, amount, unit = "ms"] = /^(\d+)(ms|s|m|h|d)?$/.exec(text) ?? [];
  const ms = Number(amount) * (unitsMs[unit] as number);
  if (Number.isSafeInteger(ms)) return ms;
  throw new StatefunError(code, `${name} is "${text}"; write it as 30000 (milliseconds), 30s, 5m, 2h or 1d.`);
}
