// What a module file says, in the one form that both of its generations come to.

import type { Generation, ValueSpec } from "../../model/invocation.js";

/** A module file's content. */
export interface Module {
  /** In the order of the file: of two that both serve a function, an exact name wins over a namespace. */
  readonly endpoints: readonly EndpointSpec[];
  readonly ingresses: readonly PlaygroundIngressSpec[];
  readonly egresses: readonly PlaygroundEgressSpec[];
}

/** Where functions are served (v3 kind io.statefun.endpoints.v2/http; v2 `functions[].function`). */
export interface EndpointSpec {
  readonly namespace: string;
  /** The one function's name; undefined means every function of the namespace. */
  readonly name: string | undefined;
  /** May hold `{function.name}`; http, https, http+unix or https+unix. */
  readonly urlTemplate: string;
  /** Which generation of the protocol the endpoint speaks. */
  readonly generation: Generation;
  /** The most messages of one call (maxNumBatchRequests). Defaults to 1000. */
  readonly maxBatch: number;
  readonly transport: TransportSpec;
  /** The states of a v2 function, which the module file declares; undefined on v3. Their typename is "". */
  readonly states: readonly ValueSpec[] | undefined;
  /** Where it stands, for messages: "module.yaml, line 12". */
  readonly where: string;
}

/**
 * Limits and TLS of calls; all times in milliseconds. The defaults are the engine's: of its transport
 * io.statefun.transports.v1/async, and in brackets of its okhttp transport and of version "2.0" files.
 */
export interface TransportSpec {
  /** The whole call. Defaults to 120,000 (60,000). */
  readonly callMs: number;
  /** Defaults to 20,000 (10,000). */
  readonly connectMs: number;
  /** Between the request and the first piece of its answer, and between two pieces. Defaults to callMs (10,000). */
  readonly readMs: number;
  /** Between two pieces of a large request. Defaults to callMs (10,000). */
  readonly writeMs: number;
  /** Open connections to one server. Defaults to 1024. */
  readonly poolSize: number;
  /** How long an idle connection is kept; 0 is for ever. Defaults to 15,000 (60,000). */
  readonly poolTtlMs: number;
  /** The largest request, and the largest answer. Defaults to 33,554,432. */
  readonly payloadMaxBytes: number;
  /** Paths of PEM files, and of the file that holds the key's password; okhttp has none. */
  readonly trustCaCerts: string | undefined;
  readonly clientCert: string | undefined;
  readonly clientKey: string | undefined;
  readonly clientKeyPassword: string | undefined;
}

/** An HTTP ingress as Flink's playground has it (v3 kind io.statefun.playground.v1/ingress). */
export interface PlaygroundIngressSpec {
  readonly kind: "playground-ingress";
  readonly port: number;
  readonly where: string;
}

/** An egress whose records are taken over HTTP (v3 kind io.statefun.playground.v1/egress). */
export interface PlaygroundEgressSpec {
  readonly kind: "playground-egress";
  readonly port: number;
  readonly topics: readonly string[];
  readonly where: string;
}
