// Finds what waits for nobody: messages of functions that nothing serves any more, and records of egresses that nobody
// declares. Nothing would ever show that they wait, so the log says so.

import { StatefunError } from "../errors.js";
import type { Logger } from "../model/logger.js";
import type { Instance } from "./instance.js";
import type { Outbox } from "./outbox.js";

interface Unserved {
  messages: number;
  parked: number;
}

/** Counts what waits for functions that nothing serves, by their type names. */
export function unservedFunctions(instances: Iterable<Instance>): Map<string, Unserved> {
  const found = new Map<string, Unserved>();
  for (const { function: known, idle, address, mailbox, parking } of instances) {
    if (known !== undefined || idle) continue;
    const unserved = found.get(address.typeName) ?? { messages: 0, parked: 0 };
    unserved.messages += mailbox.length;
    if (parking !== undefined) unserved.parked += 1;
    found.set(address.typeName, unserved);
  }
  return found;
}

/** Logs each function that nothing serves, with what waits for it: FUNCTION_UNKNOWN. */
export function logUnservedFunctions(instances: Iterable<Instance>, logger: Logger): void {
  for (const [typeName, { messages, parked }] of unservedFunctions(instances)) {
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
