// What the engine refuses of what a function sends: the things for which Flink fails its job.

import type { Address } from "../model/address.js";
import { isClient } from "../model/client-address.js";
import { Refusal } from "../model/invocation.js";
import type { DelayedMessages } from "./delayed.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { Outbox } from "./outbox.js";
import type { Outboxes } from "./outboxes.js";

/** Throws FUNCTION_UNKNOWN when nothing serves the target of a message. */
export function assertServed(known: KnownFunction, target: Address, functions: FunctionTable): void {
  if (isClient(target) || functions.serves(target.namespace, target.name)) return;
  throw new Refusal(
    "FUNCTION_UNKNOWN",
    `${known.typeName} sent a message to ${target}, but nothing serves ${target.typeName}. Bind it, or add its endpoint to the module file.`,
  );
}

/** Returns the outbox of an egress. Throws EGRESS_UNKNOWN when there is none. */
export function assertEgress(known: KnownFunction, egress: string, outboxes: Outboxes): Outbox {
  const outbox = outboxes.declared(egress);
  if (outbox !== undefined) return outbox;
  const declared = outboxes.all().filter((each) => each.declared);
  const names = declared.map((each) => each.egress).join(", ") || "none";
  throw new Refusal(
    "EGRESS_UNKNOWN",
    `${known.typeName} sent a record to the egress ${egress}, which does not exist. The egresses: ${names}. Give it a consumer in the option egresses (--egress ${egress}=<target> of the command), or add it to the module file.`,
  );
}

/** Throws TOKEN_INVALID when a message waits under the token of a message that is to be delayed. */
export function assertTokenFree(sender: Address, token: string, delayed: DelayedMessages): void {
  if (!delayed.hasToken(sender, token)) return;
  throw tokenTaken(sender, token);
}

export function tokenTaken(sender: Address, token: string): Refusal {
  return new Refusal(
    "TOKEN_INVALID",
    `${sender} sent a delayed message with the cancellation token ${JSON.stringify(token)}, but another message of this id still waits under that token. Cancel that message first, or take another token.`,
  );
}
