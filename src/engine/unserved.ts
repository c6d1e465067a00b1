// Finds what waits for nobody: messages of functions that nothing serves any more, and records of egresses that nobody
// declares. Nothing would ever show that they wait, so the log says so.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import type { LogFields, Logger } from "../model/logger.js";
import { parseTypeName } from "../model/type-name.js";
import { compareKeys } from "../store/sorted-keys.js";
import type { Store } from "../store/store.js";
import type { FunctionTable } from "./function-table.js";
import { firstKeys, functionParts } from "./key-scans.js";
import { functionKey, kinds, parseAddressKey, rangeEnd } from "./keys.js";
import type { Outbox } from "./outbox.js";

/** How many functions are logged at the start. */
const mostLogged = 1_000;

interface UnservedParts {
  readonly store: Store;
  readonly functions: FunctionTable;
}

/** The kinds of entries that wait for a function. */
const waitingKinds = [kinds.message, kinds.parked] as const;

/**
 * The type names of functions that nothing serves and that have messages or parked addresses, in the order of their keys,
 * behind the function with the key `after`, up to the one with the key `last`.
 */
export async function* unservedFunctions(
  { store, functions }: UnservedParts,
  after = "",
  last?: string,
): AsyncIterable<string> {
  const streams = waitingKinds.map((kind) => {
    const from = after === "" ? kind : rangeEnd(kind + after);
    return firstKeys(store, kind, functionParts, from)[Symbol.asyncIterator]();
  });
  const next = async (stream: AsyncIterator<string>) => {
    const { value, done } = await stream.next();
    return done === true ? undefined : parseAddressKey(value).address;
  };
  const heads = await Promise.all(streams.map(next));
  for (;;) {
    const [first] = heads.filter((head) => head !== undefined).sort(byKey);
    if (first === undefined) return;
    const { namespace, name, typeName } = first;
    if (last !== undefined && compareKeys(functionKey(namespace, name), last) > 0) return;
    if (!functions.serves(namespace, name)) yield typeName;
    for (const [index, stream] of streams.entries()) {
      if (heads[index]?.typeName === typeName) heads[index] = await next(stream);
    }
  }
}

/** Whether nothing serves a function that has messages or parked addresses. */
export async function isUnserved(
  { store, functions }: UnservedParts,
  namespace: string,
  name: string,
): Promise<boolean> {
  if (functions.serves(namespace, name)) return false;
  for (const kind of waitingKinds) {
    const from = kind + functionKey(namespace, name);
    if ((await store.keys({ from, to: rangeEnd(from), limit: 1 })).length > 0) return true;
  }
  return false;
}

const byKey = (a: Address, b: Address) =>
  compareKeys(functionKey(a.namespace, a.name), functionKey(b.namespace, b.name));

/** Logs each function that nothing serves, with what waits for it: FUNCTION_UNKNOWN. */
export async function logUnservedFunctions(parts: UnservedParts, logger: Logger): Promise<void> {
  const { store } = parts;
  let logged = 0;
  for await (const typeName of unservedFunctions(parts)) {
    if (logged === mostLogged) return;
    logged += 1;
    const { namespace, name } = parseTypeName(typeName);
    const key = functionKey(namespace, name);
    const count = (kind: string) => store.count({ from: kind + key, to: rangeEnd(kind + key) });
    const [messages, parked] = [await count(kinds.message), await count(kinds.parked)];
    const waiting = `waiting messages: ${messages}, parked addresses: ${parked}`;
    const advice = "Bind its class, add its endpoint to the module file, or drop the messages.";
    warn(logger, "FUNCTION_UNKNOWN", `Nothing serves ${typeName} (${waiting}). ${advice}`, { function: typeName });
  }
}

/** Logs each egress that has records and that nobody declares: EGRESS_UNKNOWN. */
export function logUndeclaredEgresses(outboxes: Iterable<Outbox>, logger: Logger): void {
  for (const { egress, declared, length } of outboxes) {
    if (declared || length === 0) continue;
    const advice = "Add it to the egresses to have them handed out.";
    warn(
      logger,
      "EGRESS_UNKNOWN",
      `Nothing takes the records of the egress ${egress} (waiting: ${length}). ${advice}`,
      { egress },
    );
  }
}

function warn(logger: Logger, code: "FUNCTION_UNKNOWN" | "EGRESS_UNKNOWN", line: string, fields: LogFields): void {
  logger.warn(line, new StatefunError(code, line), fields);
}
