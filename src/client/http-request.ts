// One try of a request that stands alone: a call, a send, a cancellation, or a look at runs.

import { describe } from "../errors.js";
import { TypedValue } from "../model/typed-value.js";
import type { Ending } from "../refs/ending.js";
import type { Failure } from "../refs/failure.js";
import { decodeMetadataHeader, metadataHeader } from "../types/metadata-header.js";
import { type Answer, failureOf, noAnswer, noContent, notFromRuntime } from "./answer.js";
import { octetStream } from "./message-body.js";

/** Where the requests of a client go, and what sends them. */
export interface Connection {
  /** The URL of the ingress, without a slash at its end. */
  readonly url: string;
  readonly bearerToken: string | undefined;
  readonly fetch: typeof globalThis.fetch;
}

/** A request, as each try sends it. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Returns the path and query of a try that has this much time left. */
  path(remainingMs: number): string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/** Sends the request once. */
export async function sendAlone(
  connection: Connection,
  { method, path, headers, body }: HttpRequest,
  remainingMs: number,
  ending: Ending,
): Promise<Answer | Failure> {
  const stop = new AbortController();
  ending.onEnd = () => stop.abort();
  let response: Response;
  let bytes: Uint8Array;
  try {
    response = await connection.fetch(connection.url + path(Math.ceil(remainingMs)), {
      method,
      headers: withToken(connection, headers),
      signal: stop.signal,
      ...(body === undefined ? {} : { body: body as RequestInit["body"] & {} }),
    });
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (thrown) {
    return noAnswer(connection.url, thrown);
  }
  return response.ok ? new HttpAnswer(response, bytes) : refusal(connection, response, bytes);
}

/** The headers of a request, with the bearer token if there is one. */
export function withToken(
  { bearerToken }: Connection,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return bearerToken === undefined ? headers : { ...headers, Authorization: `Bearer ${bearerToken}` };
}

/** The failure of a request that was answered with an error. */
export function refusal({ url }: Connection, response: Response, bytes: Uint8Array, chance?: number): Failure {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // Not an answer of the runtime: perhaps a proxy's.
  }
  return failureOf(url, response.status, body, Number(response.headers.get("retry-after")), chance);
}

/** An answer with a status of 2xx. */
class HttpAnswer implements Answer {
  readonly #response: Response;
  readonly #bytes: Uint8Array;

  constructor(response: Response, bytes: Uint8Array) {
    this.#response = response;
    this.#bytes = bytes;
  }

  plain(): unknown {
    const { status, headers } = this.#response;
    if (status === noContent) return undefined;
    // The runtime sends bytes when it does not know the type of the answer. The caller may know the type.
    if (headers.get("content-type")?.startsWith(octetStream)) return this.packed();
    try {
      return JSON.parse(new TextDecoder().decode(this.#bytes));
    } catch (error) {
      throw notFromRuntime(`is not JSON: ${describe(error)}`, error);
    }
  }

  packed(): TypedValue | undefined {
    const { status, headers } = this.#response;
    if (status === noContent) return undefined;
    const typename = headers.get("statefun-type");
    if (typename === null) throw notFromRuntime("lacks the header Statefun-Type");
    const metadata = headers.get(metadataHeader);
    const packed = new TypedValue(decodeURIComponent(typename), this.#bytes);
    return metadata === null ? packed : packed.withMetadata(decodeMetadataHeader(metadata));
  }
}
