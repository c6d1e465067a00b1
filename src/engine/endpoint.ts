// How the engine reaches functions: elsewhere, with the bytes of a request and an answer; or in this process, with the model's
// objects, and with what a handler did as soon as the handler has ended.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import type { FunctionPolicy } from "../model/function-policy.js";
import type {
  AwaitedCall,
  BatchAnswer,
  Generation,
  InvocationBatch,
  PartTaker,
  ValueSpec,
} from "../model/invocation.js";

/** ENDPOINT_UNREACHABLE: no function has answered a call. Only endpoints make this error: a function can't throw it. */
export class NoAnswer extends StatefunError {
  /**
   * Whether there was a connection. Without one the whole endpoint is to blame; with one, the address of the call may be:
   * the call was refused (429, 502, 503, 504), its connection was lost, or it took too long.
   */
  readonly connected: boolean;

  constructor(connected: boolean, message: string, options?: { cause?: unknown }) {
    super("ENDPOINT_UNREACHABLE", message, options);
    this.connected = connected;
  }
}

/** Where functions are reached. */
export type Endpoint = RemoteEndpoint | LocalEndpoint;

interface AnyEndpoint {
  /** The most calls that may be in flight, of all its functions together. Defaults to no limit. */
  readonly mostInFlight?: number;
  /** Closes its connections. */
  close(): Promise<void>;
}

/** Functions elsewhere, in any language. */
export interface RemoteEndpoint extends AnyEndpoint {
  /**
   * Makes one call, once: ToFunction bytes → FromFunction bytes. Rejects with a {@link NoAnswer} when no function has
   * answered, and with ENDPOINT_FAILED for any other status. When the engine gives the call up, its connection is freed.
   */
  call(request: Uint8Array, target: Address, awaited: AwaitedCall): Promise<Uint8Array>;
}

/** Functions of this process. */
export interface LocalEndpoint extends AnyEndpoint {
  /**
   * Makes one call, once. It must not change the bytes of the batch's values, which the engine keeps. The taker gets parts of
   * the batch while its handlers run, and the last part is in the answer. Returns a promise only when the function makes one.
   */
  run(batch: InvocationBatch, taker: PartTaker): BatchAnswer | Promise<BatchAnswer>;
}

/** How the messages of a function reach it. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly generation: Generation;
  /** The most messages that one call carries. */
  readonly maxBatch: number;
  /** The most calls of the function that may be in flight. Defaults to the engine's limit, which holds in any case. */
  readonly mostInFlight?: number;
  /** The states of a v2 function. Undefined for a v3 function, which registers its states itself. */
  readonly states: readonly ValueSpec[] | undefined;
  /** What happens when a message of the function fails, where the engine's own policy does not hold. Defaults to that policy. */
  readonly policy?: FunctionPolicy;
  /**
   * Whether a message of this type only reads the states of its address and answers, so that a call with it need not wait for its
   * turn. Only a function of this process says so. Defaults to no message.
   */
  readonly readOnly?: (typename: string) => boolean;
  /** How messages and pages name the endpoint: "in this process", or its URL. */
  readonly label: string;
}

/** Finds the route of a function; undefined when nothing serves it. */
export type FindRoute = (namespace: string, name: string) => Route | undefined;
