// How the engine reaches functions: an endpoint takes the bytes of a request, and promises the bytes of an answer.

import type { Address } from "../model/address.js";
import type { Generation, ValueSpec } from "../model/invocation.js";

/** Where functions are reached: in this process or over HTTP. */
export interface Endpoint {
  /**
   * Makes one call, once: ToFunction bytes → FromFunction bytes. Rejects with ENDPOINT_UNREACHABLE when no function has
   * answered (refused, reset, timed out, 429, 502, 503, 504), with ENDPOINT_FAILED for any other status, and with the
   * function's own error when it runs in this process.
   */
  call(request: Uint8Array, target: Address): Promise<Uint8Array>;
  /** Closes its connections. */
  close(): Promise<void>;
}

/** How the messages of a function reach it. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly generation: Generation;
  /** The most messages that one call carries. */
  readonly maxBatch: number;
  /** The states of a v2 function. Undefined for a v3 function, which registers its states itself. */
  readonly states: readonly ValueSpec[] | undefined;
  /** How messages and pages name the endpoint: "in this process", or its URL. */
  readonly label: string;
}

/** Finds the route of a function; undefined when nothing serves it. */
export type FindRoute = (namespace: string, name: string) => Route | undefined;
