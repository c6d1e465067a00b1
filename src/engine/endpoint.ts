// Where functions run, as the engine sees it: bytes → promise of bytes.

import type { Address } from "../model/address.js";
import type { Generation, ValueSpec } from "../model/invocation.js";

/** A server of functions: in this process or over HTTP. */
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
  /** The most messages of one call. */
  readonly maxBatch: number;
  /** The states of a v2 function; a v3 function names its own. */
  readonly states: readonly ValueSpec[] | undefined;
  /** What people call the endpoint: "in this process", or its URL. */
  readonly label: string;
}

/** Finds the route of a function; undefined when nothing serves it. */
export type FindRoute = (namespace: string, name: string) => Route | undefined;
