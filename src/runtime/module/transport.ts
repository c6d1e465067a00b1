// Reads the limits of calls: of Flink's two HTTP transports, and of version "2.0" files. A wrong value is noted and read as
// the default; the module is refused after all of it was read.

import type { Entry, Fields } from "./entry.js";
import type { TransportSpec } from "./module.js";

const asyncTransport = "io.statefun.transports.v1/async";
const okhttpTransport = "io.statefun.transports.v1/okhttp";

type Limits = Pick<TransportSpec, "callMs" | "connectMs" | "readMs" | "writeMs">;

const asyncDefaults: TransportSpec = {
  callMs: 120_000,
  connectMs: 20_000,
  readMs: 120_000,
  writeMs: 120_000,
  poolSize: 1024,
  poolTtlMs: 15_000,
  payloadMaxBytes: 32 * 1024 * 1024,
  trustCaCerts: undefined,
  clientCert: undefined,
  clientKey: undefined,
  clientKeyPassword: undefined,
};
const okhttpDefaults: TransportSpec = {
  ...asyncDefaults,
  callMs: 60_000,
  connectMs: 10_000,
  readMs: 10_000,
  writeMs: 10_000,
  poolTtlMs: 60_000,
};

type LimitNames = Readonly<Record<keyof Limits, string>>;
const v3Names: LimitNames = { callMs: "call", connectMs: "connect", readMs: "read", writeMs: "write" };
const v2Names: LimitNames = {
  callMs: "timeout",
  connectMs: "connectTimeout",
  readMs: "readTimeout",
  writeMs: "writeTimeout",
};

/** The keys in the spec of a StateFun 2 function that {@link readV2Transport} reads. */
export const v2LimitNames: readonly string[] = Object.values(v2Names);

const tlsKeys = ["trust_cacerts", "client_cert", "client_key", "client_key_password"] as const;
const mostInt = 2 ** 31 - 1;

/** Reads the key `transport` of an endpoint. Without a transport or its type, Flink uses its async transport. */
export function readTransport(entry: Entry | undefined): TransportSpec {
  const typeEntry = entry?.peek("type");
  const type = typeEntry === undefined ? asyncTransport : typeEntry.text();
  if (type === okhttpTransport) {
    // Flink ignores every other key without an error, such as a limit outside `timeouts`, and all TLS options.
    return readOkhttpTimeouts(entry?.map(["type", "timeouts"])?.get("timeouts"));
  }
  if (type !== undefined && type !== asyncTransport) {
    typeEntry?.fail(`"${type}" is not a transport. Allowed: ${asyncTransport}, ${okhttpTransport}.`);
  }
  return entry === undefined ? asyncDefaults : readAsync(entry);
}

/** Reads the key `timeouts` of the okhttp transport, and of the kind io.statefun.endpoints.v1/http. */
export function readOkhttpTimeouts(entry: Entry | undefined): TransportSpec {
  if (entry === undefined) return okhttpDefaults;
  const limits = readTimeouts(entry);
  assertWithinCall(limits, v3Names, entry);
  return { ...okhttpDefaults, ...limits };
}

/** Reads the limits of a function in a version "2.0" file; `spec` is the entry that holds them. */
export function readV2Transport(fields: Fields, spec: Entry): TransportSpec {
  const limits = readLimits(fields, v2Names, true);
  assertWithinCall(limits, v2Names, spec);
  return { ...okhttpDefaults, ...limits };
}

function readAsync(entry: Entry): TransportSpec {
  const ownKeys = ["type", "timeouts", "call", "connect", "pool_ttl", "pool_size", "payload_max_bytes"];
  const fields = entry.map([...ownKeys, ...tlsKeys]);
  if (fields === undefined) return asyncDefaults;
  // As on Flink, the values under timeouts win and bring the defaults of okhttp, and the read and write limits there have no
  // effect.
  const timeouts = fields.get("timeouts");
  const nested = timeouts && readTimeouts(timeouts);
  const callMs = nested?.callMs ?? fields.get("call")?.durationMs() ?? asyncDefaults.callMs;
  return {
    callMs,
    connectMs: nested?.connectMs ?? fields.get("connect")?.durationMs() ?? asyncDefaults.connectMs,
    readMs: callMs,
    writeMs: callMs,
    poolTtlMs: fields.get("pool_ttl")?.durationMs({ least: 0 }) ?? asyncDefaults.poolTtlMs,
    poolSize: fields.get("pool_size")?.integer(1, mostInt) ?? asyncDefaults.poolSize,
    payloadMaxBytes: fields.get("payload_max_bytes")?.integer(1, mostInt) ?? asyncDefaults.payloadMaxBytes,
    ...readTls(fields),
  };
}

function readTls(fields: Fields) {
  const [trustCaCerts, clientCert, clientKey, clientKeyPassword] = tlsKeys.map((key) => {
    const path = fields.get(key)?.text();
    if (path?.startsWith("classpath:")) {
      fields.get(key)?.fail("the runtime has no class path. Write the path of a file, which Flink reads too.");
    }
    return path;
  });
  if (fields.has("client_cert") !== fields.has("client_key")) {
    const present = fields.get("client_cert") ?? fields.get("client_key");
    present?.fail("client_cert and client_key go together; one of them is missing.");
  }
  if (fields.has("client_key_password") && !fields.has("client_key")) {
    fields.get("client_key_password")?.fail("client_key is missing, and the password is for that key.");
  }
  return { trustCaCerts, clientCert, clientKey, clientKeyPassword };
}

function readTimeouts(entry: Entry): Limits {
  return readLimits(entry.map(Object.values(v3Names)) ?? new Map(), v3Names, false);
}

function readLimits(fields: Fields, names: LimitNames, textOnly: boolean): Limits {
  const limit = (key: keyof Limits) => fields.get(names[key])?.durationMs({ textOnly }) ?? okhttpDefaults[key];
  return {
    callMs: limit("callMs"),
    connectMs: limit("connectMs"),
    readMs: limit("readMs"),
    writeMs: limit("writeMs"),
  };
}

/** Flink refuses a limit above that of the whole call. With a short call, even a default is above it. */
function assertWithinCall(limits: Limits, names: LimitNames, entry: Entry): void {
  const over = (["connectMs", "readMs", "writeMs"] as const).filter((key) => limits[key] > limits.callMs);
  if (over.length === 0) return;
  const shown = over.map((key) => `${names[key]} (${limits[key]} ms)`).join(", ");
  entry.fail(`${shown} must not be more than ${names.callMs} (${limits.callMs} ms). Write a shorter limit.`);
}
