// Finds what waits for nobody: messages of functions that nothing serves any more, and records of egresses that nobody
// declares. Nothing would ever show that they wait, so the log says so.

import { StatefunError } from "../errors.js";
import type { Logger } from "../model/logger.js";
import { parseTypeName } from "../model/type-name.js";
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

/** The type names of functions that nothing serves and that have messages or parked addresses, in order. */
export async function unservedFunctions({ store, functions }: UnservedParts, most: number): Promise<string[]> {
  const found = new Set<string>();
  for (const kind of [kinds.message, kinds.parked]) {
    for await (const key of firstKeys(store, kind, functionParts)) {
      const { namespace, name, typeName } = parseAddressKey(key).address;
      if (!functions.serves(namespace, name)) found.add(typeName);
      if (found.size === most) break;
    }
  }
  return [...found].sort();
}

/** Whether nothing serves a function that has messages or parked addresses. */
export async function isUnserved(
  { store, functions }: UnservedParts,
  namespace: string,
  name: string,
): Promise<boolean> {
  if (functions.serves(namespace, name)) return false;
  for (const kind of [kinds.message, kinds.parked]) {
    const from = kind + functionKey(namespace, name);
    if ((await store.keys({ from, to: rangeEnd(from), limit: 1 })).length > 0) return true;
  }
  return false;
}

/** Logs each function that nothing serves, with what waits for it: FUNCTION_UNKNOWN. */
export async function logUnservedFunctions(parts: UnservedParts, logger: Logger): Promise<void> {
  const { store } = parts;
  for (const typeName of await unservedFunctions(parts, mostLogged)) {
    const { namespace, name } = parseTypeName(typeName);
    const key = functionKey(namespace, name);
    const count = (kind: string) => store.count({ from: kind + key, to: rangeEnd(kind + key) });
    const [messages, parked] = [await count(kinds.message), await count(kinds.parked)];
    const waiting = `waiting messages: ${messages}, parked addresses: ${parked}`;
    const advice = "Bind its class, add its endpoint to the module file, or drop the messages.";
    warn(logger, "FUNCTION_UNKNOWN", `Nothing serves ${typeName} (${waiting}). ${advice}`);
  }
}

/** Logs each egress that has records and that nobody declares: EGRESS_UNKNOWN. */
export function logUndeclaredEgresses(outboxes: Iterable<Outbox>, logger: Logger): void {
  for (const { egress, declared, length } of outboxes) {
    if (declared || length === 0) continue;
    const advice = "Add it to the egresses to have them handed out.";
    warn(logger, "EGRESS_UNKNOWN", `Nothing takes the records of the egress ${egress} (waiting: ${length}). ${advice}`);
  }
}

function warn(logger: Logger, code: "FUNCTION_UNKNOWN" | "EGRESS_UNKNOWN", line: string): void {
  logger.warn(line, new StatefunError(code, line));
}
