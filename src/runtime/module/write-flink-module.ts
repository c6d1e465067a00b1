// Writes a module file of Flink StateFun from functions: where they are called, their states on StateFun 2, and Kafka's topics.

import { stringify } from "yaml";
import type { Expiration } from "../../model/expiration.js";

/** An engine that reads module files: StateFun 3.3, StateFun 2.2, or the fork of 3.x at github.com/kzmlabs/flink-statefun. */
export type FlinkEngine = "3.3" | "2.2" | "kzm";

/** A topic whose records become messages of one function. */
export interface ModuleTopic {
  readonly topic: string;
  /** The type of the records' values. */
  readonly typename: string;
  /** The function's type name. */
  readonly target: string;
}

/** A function as a module file declares it. */
export interface ModuleFunction {
  readonly typeName: string;
  /** All of its states, those that the package keeps for it too. Only StateFun 2 wants to know them. */
  readonly states: readonly { readonly name: string; readonly expiration: Expiration }[];
}

/** What a module file is written from. */
export interface FlinkModule {
  readonly engine: FlinkEngine;
  readonly functions: readonly ModuleFunction[];
  /** Where the engine reaches the functions. */
  readonly url: string;
  /** How the engine calls them: "async" or "okhttp". Defaults to the engine's own choice. StateFun 2.2 has no choice. */
  readonly transport?: string | undefined;
  /** How long a call may take with all its repeats, in milliseconds. Defaults to the engine's own limit. */
  readonly callLimitMs?: number | undefined;
  /** The Kafka brokers, "host:port". Defaults to no Kafka. */
  readonly kafka?: string | undefined;
  /** The consumer group of the topics. */
  readonly group?: string | undefined;
  readonly topics?: readonly ModuleTopic[];
  /** The egresses to Kafka, "namespace/name". */
  readonly egresses?: readonly string[];
}

/** Writes the module file. */
export function writeFlinkModule(module: FlinkModule): string {
  return module.engine === "2.2" ? writeV2(module) : writeV3(module);
}

/** A plain value per line, and no line is broken. */
const yamlOf = (value: unknown) => stringify(value, { lineWidth: 0 });

function writeV3(module: FlinkModule): string {
  const { engine, functions, url, transport, callLimitMs, kafka, topics = [], egresses = [] } = module;
  const limits =
    callLimitMs === undefined ? {} : { timeouts: limitsOf(["call", "connect", "read", "write"], callLimitMs) };
  const type = transport === undefined ? {} : { type: `io.statefun.transports.v1/${transport}` };
  const chosen = { ...type, ...limits };
  const documents: object[] = namespacesOf(functions).map((namespace) => ({
    kind: "io.statefun.endpoints.v2/http",
    spec: {
      functions: `${namespace}/*`,
      urlPathTemplate: url,
      ...(Object.keys(chosen).length === 0 ? {} : { transport: chosen }),
    },
  }));
  if (topics.length > 0) {
    documents.push({
      kind: "io.statefun.kafka.v1/ingress",
      spec: {
        ...ingressOf(module),
        topics: topics.map(({ topic, typename, target }) => ({
          topic,
          valueType: typename,
          // The fork hands the headers of a record over as metadata when its module file asks for them.
          ...(engine === "kzm" ? { forwardHeaders: true } : {}),
          targets: [target],
        })),
      },
    });
  }
  for (const id of egresses) {
    documents.push({ kind: "io.statefun.kafka.v1/egress", spec: { id, ...egressTo(kafka) } });
  }
  return documents.map(yamlOf).join("---\n");
}

function writeV2(module: FlinkModule): string {
  const { functions, url, callLimitMs, kafka, topics = [], egresses = [] } = module;
  const limits =
    callLimitMs === undefined
      ? {}
      : limitsOf(["timeout", "connectTimeout", "readTimeout", "writeTimeout"], callLimitMs);
  const { id, ...ingress } = ingressOf(module);
  const spec = {
    functions: functions.map(({ typeName: type, states }) => ({
      function: { meta: { kind: "http", type }, spec: { endpoint: url, ...limits, ...statesOf(states) } },
    })),
    ...(topics.length === 0
      ? {}
      : {
          ingresses: [
            {
              ingress: {
                meta: { type: "statefun.kafka.io/routable-protobuf-ingress", id },
                spec: {
                  ...ingress,
                  topics: topics.map(({ topic, typename, target }) => ({
                    topic,
                    typeUrl: typename,
                    targets: [target],
                  })),
                },
              },
            },
          ],
        }),
    ...(egresses.length === 0
      ? {}
      : {
          egresses: egresses.map((egress) => ({
            egress: { meta: { type: "statefun.kafka.io/generic-egress", id: egress }, spec: egressTo(kafka) },
          })),
        }),
  };
  return yamlOf({ version: "2.0", module: { meta: { type: "remote" }, spec } });
}

/** The namespaces of the functions: a module file of StateFun 3 names no more of them. */
function namespacesOf(functions: readonly ModuleFunction[]): string[] {
  return [...new Set(functions.map(({ typeName }) => typeName.slice(0, typeName.lastIndexOf("/"))))];
}

function statesOf(states: ModuleFunction["states"]): { states?: object[] } {
  if (states.length === 0) return {};
  return { states: states.map(({ name, expiration }) => ({ name, ...expiryOf(expiration) })) };
}

function expiryOf(expiration: Expiration): object {
  if (expiration.mode === "none") return {};
  const expireMode = expiration.mode === "after-write" ? "after-write" : "after-invoke";
  return { expireAfter: `${expiration.afterMs}ms`, expireMode };
}

/** One limit for all of them: an engine refuses one that exceeds the limit of the whole call. */
function limitsOf(names: readonly string[], ms: number): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `${ms}ms`]));
}

function ingressOf({ functions, kafka, group }: FlinkModule) {
  const [namespace = "statefun"] = namespacesOf(functions);
  return {
    id: `${namespace}/kafka-ingress`,
    address: kafka,
    consumerGroupId: group ?? namespace.replaceAll("/", "."),
    startupPosition: { type: "earliest" },
  };
}

function egressTo(address: string | undefined) {
  return { address, deliverySemantic: { type: "at-least-once" } };
}
