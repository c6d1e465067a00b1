// What one batch did, first checked as a whole, then applied as one transaction: the messages it consumed, its states,
// what it sent, its delayed messages, its egress records. Nothing here waits, so a group of writes holds all or nothing.

import { describe, StatefunError } from "../errors.js";
import { isClient } from "../model/client-address.js";
import type { InvocationResult, ResponseDelayed } from "../wire/decode-response.js";
import { typenameOfPacked } from "../wire/packed.js";
import type { DelayedMessages } from "./delayed.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { Instance } from "./instance.js";
import { DelayedMessage, Message } from "./message.js";
import type { Outbox } from "./outbox.js";
import type { Requests } from "./requests.js";

/** What a transaction changes. */
export interface Parts {
  readonly functions: FunctionTable;
  readonly delayed: DelayedMessages;
  readonly requests: Requests;
  readonly outboxes: ReadonlyMap<string, Outbox>;
  /** Puts a message into a mailbox, or hands it to a client that waits. */
  enqueue(target: Instance["address"], message: Message): void;
}

/**
 * Throws what Flink would fail the job for: FUNCTION_UNKNOWN, EGRESS_UNKNOWN, TOKEN_INVALID, STATE_UNDECLARED,
 * STATE_TYPENAME_CHANGED. Nothing is changed then.
 */
export function assertAllowed(known: KnownFunction, instance: Instance, result: InvocationResult, parts: Parts): void {
  for (const { name, packed } of result.mutations) assertState(known, name, packed);
  for (const { target, argument } of result.messages) {
    assertServed(known, target, parts);
    typenameOf(known, argument);
  }
  for (const { egress, argument } of result.egresses) {
    typenameOf(known, argument);
    if (parts.outboxes.get(egress)?.declared) continue;
    throw new StatefunError(
      "EGRESS_UNKNOWN",
      `${known.typeName} sent a record to the egress ${egress}, which is not there. There is ${declared(parts.outboxes).join(", ") || "none"}.`,
    );
  }
  if (result.delayed.length > 0) assertDelayed(known, instance, result.delayed, parts);
}

const declared = (outboxes: Parts["outboxes"]) =>
  [...outboxes.values()].filter((outbox) => outbox.declared).map(({ egress }) => egress);

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

/** Throws RESPONSE_MALFORMED: what can't be read must not get further than its sender. */
function typenameOf({ typeName }: KnownFunction, packed: Uint8Array): string {
  try {
    return typenameOfPacked(packed);
  } catch (thrown) {
    const why = `${typeName} wrote or sent a value that can't be read: ${describe(thrown)}.`;
    throw new StatefunError("RESPONSE_MALFORMED", why, { cause: thrown });
  }
}

function assertServed(known: KnownFunction, target: Instance["address"], { functions }: Parts): void {
  if (isClient(target) || functions.find(target.namespace, target.name) !== undefined) return;
  throw new StatefunError(
    "FUNCTION_UNKNOWN",
    `${known.typeName} sent a message to ${target}, but nothing serves ${target.typeName}. Bind it, or add its endpoint to the module file.`,
  );
}

/** In their order, since a batch may withdraw a message and send another one under its token. */
function assertDelayed(
  known: KnownFunction,
  { address }: Instance,
  delayed: readonly ResponseDelayed[],
  parts: Parts,
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
        `${address} sent a delayed message with the cancellation token ${JSON.stringify(entry.token)}, which a message of this id still waits under. Cancel that first, or take another token.`,
      );
    }
    pending.set(entry.token, true);
  }
}

/** Applies what {@link assertAllowed} let pass, for a call that carried the instance's first `consumed` messages. */
export function apply(
  known: KnownFunction,
  instance: Instance,
  consumed: number,
  result: InvocationResult,
  now: number,
  parts: Parts,
): void {
  const { generation } = known.route;
  const { address, states, mailbox } = instance;
  for (let count = 0; count < consumed; count++) mailbox.consume();
  for (const { name, packed } of result.mutations) states.set(name, packed, now);
  states.touch(known.states, now);
  for (const { target, argument } of result.messages) {
    parts.enqueue(target, new Message(address, own(argument), generation));
  }
  for (const entry of result.delayed) {
    if (entry.cancel) parts.delayed.cancel(address, entry.token);
    else {
      const { target, argument, delayMs, token } = entry;
      parts.delayed.add(new DelayedMessage(target, address, own(argument), generation, now + delayMs, token));
    }
  }
  for (const { egress, argument } of result.egresses) parts.outboxes.get(egress)?.push(own(argument), generation);
}

/** A part of an answer, without the answer: as long as the part waits, all of it would stay in memory. */
function own(part: Uint8Array): Uint8Array {
  const whole = part.buffer.byteLength;
  // Small answers share a block, which is not worth a copy.
  return whole > Buffer.poolSize && whole > 2 * part.length ? new Uint8Array(part) : part;
}
