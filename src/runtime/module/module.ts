// The content of a module file, in one form for the files of StateFun 2 and StateFun 3.

import type { Generation, ValueSpec } from "../../model/invocation.js";

/** The content of a module file. */
export interface Module {
  /** The endpoints, in the order of the file. An endpoint with the function's name wins over one of the whole namespace. */
  readonly endpoints: readonly EndpointSpec[];
  readonly ingresses: readonly PlaygroundIngressSpec[];
  readonly egresses: readonly PlaygroundEgressSpec[];
  readonly schedules: readonly ModuleSchedule[];
}

/** Where functions are served (v3 kind io.statefun.endpoints.v2/http; v2 `functions[].function`). */
export interface EndpointSpec {
  readonly namespace: string;
  /** The name of the only function; undefined for every function of the namespace. */
  readonly name: string | undefined;
  /** A URL that may hold `{function.name}`. Its scheme is http, https, http+unix or https+unix. */
  readonly urlTemplate: string;
  /** The generation of the protocol that the endpoint speaks. */
  readonly generation: Generation;
  /** The most messages of one call (maxNumBatchRequests). Defaults to 1000. */
  readonly maxBatch: number;
  readonly transport: TransportSpec;
  /** The states that the module file declares for a function of StateFun 2, with the typename ""; undefined for StateFun 3. */
  readonly states: readonly ValueSpec[] | undefined;
  /** The place in the file, for messages: "module.yaml, line 12". */
  readonly where: string;
}

/**
 * Limits and TLS of calls. Times are in milliseconds. The defaults are those of Flink's transport
 * io.statefun.transports.v1/async; the defaults of its okhttp transport and of version "2.0" files are in brackets.
 */
export interface TransportSpec {
  /** The limit of a whole call. Defaults to 120,000 (60,000). */
  readonly callMs: number;
  /** The limit for opening a connection. Defaults to 20,000 (10,000). */
  readonly connectMs: number;
  /** The limit for the wait for each piece of the answer. Defaults to callMs (10,000). */
  readonly readMs: number;
  /** The limit for the wait until the server takes the next piece of a large request. Defaults to callMs (10,000). */
  readonly writeMs: number;
  /** How many connections to one server may be open. Defaults to 1024. */
  readonly poolSize: number;
  /** How long an idle connection is kept; 0 keeps it for ever. Defaults to 15,000 (60,000). */
  readonly poolTtlMs: number;
  /** The largest request and the largest answer, in bytes. Defaults to 33,554,432. */
  readonly payloadMaxBytes: number;
  /** The paths of PEM files, and of the file that holds the password of the key. The okhttp transport has none of them. */
  readonly trustCaCerts: string | undefined;
  readonly clientCert: string | undefined;
  readonly clientKey: string | undefined;
  readonly clientKeyPassword: string | undefined;
}

/** The HTTP ingress of StateFun's playground (kind io.statefun.playground.v1/ingress). */
export interface PlaygroundIngressSpec {
  readonly kind: "playground-ingress";
  readonly port: number;
  readonly where: string;
}

/** The HTTP egress of StateFun's playground (kind io.statefun.playground.v1/egress). */
export interface PlaygroundEgressSpec {
  readonly kind: "playground-egress";
  readonly port: number;
  readonly topics: readonly string[];
  readonly where: string;
}

/** A schedule (kind io.statefun-ts.schedules.v1/cron), as far as the file alone can be checked. */
export interface ModuleSchedule {
  readonly options: {
    readonly name: string;
    readonly cron: string;
    readonly timezone: string | undefined;
    readonly id: string;
    readonly ifMissed: string | undefined;
  };
  /** The type name of the function that gets the message. */
  readonly typeName: string;
  /** The message, of which either `value` or `base64` is there. */
  readonly message: { readonly type: string | undefined; readonly value: unknown; readonly base64: string | undefined };
  readonly where: string;
}
