// What waits in a store for a function that nothing serves any more, or for an egress that nobody declares: it would wait
// for ever without a sign, so a person is told.

import { StatefunError } from "../errors.js";
import type { Logger } from "../model/logger.js";
import type { Instance } from "./instance.js";
import type { Outbox } from "./outbox.js";

interface Left {
  messages: number;
  parked: number;
}

/** By the names of the functions that nothing serves: what of them is awake. */
export function unserved(instances: Iterable<Instance>): Map<string, Left> {
  const found = new Map<string, Left>();
  for (const { function: known, idle, address, mailbox, parking } of instances) {
    if (known !== undefined || idle) continue;
    const left = found.get(address.typeName) ?? { messages: 0, parked: 0 };
    left.messages += mailbox.length;
    if (parking !== undefined) left.parked += 1;
    found.set(address.typeName, left);
  }
  return found;
}

export function tellUnserved(instances: Iterable<Instance>, logger: Logger): void {
  for (const [typeName, { messages, parked }] of unserved(instances)) {
    const left = `waiting messages: ${messages}, parked addresses: ${parked}`;
    const mend = "Bind its class or add its endpoint to the module file, or drop what waits.";
    warn(logger, "FUNCTION_UNKNOWN", `Nothing serves ${typeName} (${left}). ${mend}`);
  }
}

export function tellUndeclared(outboxes: Iterable<Outbox>, logger: Logger): void {
  for (const { egress, declared, length } of outboxes) {
    if (declared || length === 0) continue;
    const mend = "Add it to the egresses, and they are handed out.";
    warn(logger, "EGRESS_UNKNOWN", `Nothing takes the records of the egress ${egress} (waiting: ${length}). ${mend}`);
  }
}

function warn(logger: Logger, code: "FUNCTION_UNKNOWN" | "EGRESS_UNKNOWN", line: string): void {
  logger.warn(line, new StatefunError(code, line));
}
