// Checks a function's answer to one batch as a whole, then applies it as one transaction. The transaction holds
// the messages that the batch consumed, its states, the messages it sent, its delayed messages and its egress records.
// Nothing here waits, so a group of writes holds all of it or nothing.

import { describe, StatefunError } from "../errors.js";
import { isClient } from "../model/client-address.js";
import type { ValueSpec } from "../model/invocation.js";
import type { InvocationResult, ResponseDelayed } from "../wire/decode-response.js";
import { typenameOfPacked } from "../wire/packed.js";
import { type DelayedMessages, tokenKey } from "./delayed.js";
import type { Delivery } from "./delivery.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { Instance } from "./instance.js";
import { DelayedMessage, Message } from "./message.js";
import type { Outboxes } from "./outboxes.js";
import { Packed } from "./packed.js";
import { readsOf as readsOfDelivery } from "./waiting-calls.js";

const none: readonly string[] = [];

/** The parts that a transaction changes. */
export interface TransactionParts {
  readonly functions: FunctionTable;
  readonly delayed: DelayedMessages;
  readonly outboxes: Outboxes;
  readonly delivery: Delivery;
}

/**
 * Checks an answer before anything of it is applied. Throws what Flink would fail the job for: FUNCTION_UNKNOWN,
 * EGRESS_UNKNOWN, TOKEN_INVALID, STATE_UNDECLARED, STATE_TYPENAME_CHANGED and RESPONSE_MALFORMED.
 */
export function assertAllowed(
  known: KnownFunction,
  instance: Instance,
  result: InvocationResult,
  parts: TransactionParts,
): void {
  for (const { name, packed } of result.mutations) assertState(known, name, packed);
  for (const { target, argument } of result.messages) {
    assertServed(known, target, parts);
    typenameOf(known, argument);
  }
  for (const { egress, argument } of result.egresses) {
    typenameOf(known, argument);
    if (parts.outboxes.declared(egress) === undefined) throw egressUnknown(known, egress, parts.outboxes);
  }
  if (result.delayed.length > 0) assertDelayed(known, instance, result.delayed, parts);
}

function egressUnknown({ typeName }: KnownFunction, egress: string, outboxes: Outboxes): StatefunError {
  const declared = outboxes.all().filter((outbox) => outbox.declared);
  const names = declared.map((outbox) => outbox.egress).join(", ") || "none";
  return new StatefunError(
    "EGRESS_UNKNOWN",
    `${typeName} sent a record to the egress ${egress}, which does not exist. The egresses: ${names}.`,
  );
}

function assertState(known: KnownFunction, name: string, packed: Uint8Array | undefined): void {
  const spec = known.state(name);
  if (spec === undefined) {
    throw new StatefunError(
      "STATE_UNDECLARED",
      `${known.typeName} wrote the state "${name}", which it never declared.`,
    );
  }
  if (packed === undefined) return;
  const typename = typenameOf(known, packed);
  if (typename === spec.typename || known.route.generation === "v2") return;
  throw new StatefunError(
    "STATE_TYPENAME_CHANGED",
    `${known.typeName} wrote a ${typename} into the state "${name}", which is a ${spec.typename}.`,
  );
}

/** Throws RESPONSE_MALFORMED: a value that can't be read must not get further than its sender. */
function typenameOf({ typeName }: KnownFunction, packed: Uint8Array): string {
  try {
    return typenameOfPacked(packed);
  } catch (thrown) {
    const why = `${typeName} wrote or sent a value that can't be read: ${describe(thrown)}.`;
    throw new StatefunError("RESPONSE_MALFORMED", why, { cause: thrown });
  }
}

function assertServed(known: KnownFunction, target: Instance["address"], { functions }: TransactionParts): void {
  if (isClient(target) || functions.serves(target.namespace, target.name)) return;
  throw new StatefunError(
    "FUNCTION_UNKNOWN",
    `${known.typeName} sent a message to ${target}, but nothing serves ${target.typeName}. Bind it, or add its endpoint to the module file.`,
  );
}

/** Checks the delayed messages in their order, because a batch may cancel a token and then send another message under it. */
function assertDelayed(
  known: KnownFunction,
  { address }: Instance,
  delayed: readonly ResponseDelayed[],
  parts: TransactionParts,
): void {
  const pending = new Map<string, boolean>();
  for (const entry of delayed) {
    if (entry.cancel) {
      pending.set(entry.token, false);
      continue;
    }
    assertServed(known, entry.target, parts);
    typenameOf(known, entry.argument);
    if (entry.token === undefined) continue;
    if (pending.get(entry.token) ?? parts.delayed.hasToken(address, entry.token)) {
      throw new StatefunError(
        "TOKEN_INVALID",
        `${address} sent a delayed message with the cancellation token ${JSON.stringify(entry.token)}, but another message of this id still waits under that token. Cancel that message first, or take another token.`,
      );
    }
    pending.set(entry.token, true);
  }
}

/** The entries that are read when an answer is checked and applied. */
export function readsOf({ address }: Instance, { messages, delayed }: InvocationResult): readonly string[] {
  let keys: string[] | undefined;
  for (const { target } of messages) {
    if (isClient(target)) keys = [...(keys ?? []), ...readsOfDelivery(target)];
  }
  for (const { token } of delayed) {
    if (token !== undefined) keys = [...(keys ?? []), tokenKey(address, token)];
  }
  return keys ?? none;
}

/** Applies a checked answer to a call that carried the first `consumed` messages of the mailbox. */
export function apply(
  known: KnownFunction,
  instance: Instance,
  consumed: number,
  result: InvocationResult,
  now: number,
  parts: TransactionParts,
): void {
  const { generation } = known.route;
  const { address, states, mailbox } = instance;
  for (let count = 0; count < consumed; count++) mailbox.consume();
  for (const { name, packed } of result.mutations) states.set(known.state(name) as ValueSpec, packed, now);
  states.touch(known.states, now);
  for (const { target, argument } of result.messages) {
    parts.delivery.deliver(target, new Message(address, Packed.part(argument, generation)));
  }
  for (const entry of result.delayed) {
    if (entry.cancel) parts.delayed.cancel(address, entry.token);
    else {
      const { target, argument, delayMs, token } = entry;
      parts.delayed.add(new DelayedMessage(target, address, Packed.part(argument, generation), now + delayMs, token));
    }
  }
  for (const { egress, argument } of result.egresses) {
    const outbox = parts.outboxes.declared(egress);
    outbox?.push(Packed.part(argument, generation));
    if (outbox?.full) known.filled.add(outbox);
  }
}
