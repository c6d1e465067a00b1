// The messages of the runtime's own: without one of them, a schedule would stand still, or the run of a workflow would wait for ever.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { runtimeNamespace } from "../model/runtime-namespace.js";
import { wakeTypename } from "../workflows/journal/names.js";
import type { Message } from "./message.js";

/** Whether a message to this address belongs to a schedule or a workflow. */
export const isOwn = ({ namespace }: Address, { value }: Message): boolean =>
  namespace === runtimeNamespace || value.typename === wakeTypename;

/** Throws OPTION_INVALID for a message that belongs to a schedule or a workflow. */
export function assertNotOwn(target: Address, message: Message): void {
  if (!isOwn(target, message)) return;
  throw new StatefunError(
    "OPTION_INVALID",
    `The message ${message.number} to ${target} belongs to a schedule or a workflow, and can't be changed by hand. Run, pause or resume the schedule, or cancel the run.`,
  );
}
