// Checks one part of a batch as a whole, then applies it as one transaction. The transaction holds the messages that the part
// consumed, its states, the messages it sent, its delayed messages and its egress records. Nothing here waits, so a group
// of writes holds all of it or nothing.

import { describe } from "../errors.js";
import type { Address } from "../model/address.js";
import { append, none } from "../model/append.js";
import { isClient } from "../model/client-address.js";
import { type Effects, Refusal, type ValueSpec } from "../model/invocation.js";
import { journalName } from "../workflows/journal/names.js";
import type { AnsweredPart, Content } from "./answered-part.js";
import { type DelayedMessages, tokenKey } from "./delayed.js";
import type { Delivery } from "./delivery.js";
import type { FinalFailures } from "./final-failures.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { Instance } from "./instance.js";
import { DelayedMessage, Message } from "./message.js";
import type { Outboxes } from "./outboxes.js";
import { Packed, typenameOfContent } from "./packed.js";
import type { PartNotes } from "./recording.js";
import { countRuns } from "./run-counts.js";
import { assertEgress, assertServed, tokenTaken } from "./send-checks.js";
import type { Sequence } from "./sequence.js";
import { Sender, type Traffic } from "./traffic.js";
import { readOf } from "./waiting-calls.js";

/** The parts that a transaction changes. */
export interface TransactionParts {
  readonly functions: FunctionTable;
  readonly delayed: DelayedMessages;
  readonly outboxes: Outboxes;
  readonly delivery: Delivery;
  readonly finalFailures: FinalFailures;
  readonly sequence: Sequence;
  /** Counts who sends what to whom. Undefined when nobody wants to know. */
  readonly traffic?: Traffic | undefined;
}

/**
 * Checks a part's effects before anything of them is applied. Throws what Flink would fail the job for: FUNCTION_UNKNOWN,
 * EGRESS_UNKNOWN, TOKEN_INVALID, STATE_UNDECLARED, STATE_TYPENAME_CHANGED and RESPONSE_MALFORMED.
 */
export function assertAllowed(
  known: KnownFunction,
  instance: Instance,
  effects: Effects<Content>,
  parts: TransactionParts,
): void {
  for (const { name, value } of effects.mutations) assertState(known, name, value);
  for (const { target, argument } of effects.messages) {
    assertServed(known, target, parts.functions);
    typenameOf(known, argument);
  }
  for (const { namespace, name, argument } of effects.egresses) {
    typenameOf(known, argument);
    assertEgress(known, `${namespace}/${name}`, parts.outboxes);
  }
  if (effects.delayed.length > 0) assertDelayed(known, instance, effects.delayed, parts);
}

function assertState(known: KnownFunction, name: string, value: Content | undefined): void {
  const spec = known.state(name);
  if (spec === undefined) {
    throw new Refusal("STATE_UNDECLARED", `${known.typeName} wrote the state "${name}", which it never declared.`);
  }
  if (value === undefined) return;
  const typename = typenameOf(known, value);
  if (typename === spec.typename || known.route.generation === "v2") return;
  throw new Refusal(
    "STATE_TYPENAME_CHANGED",
    `${known.typeName} wrote a ${typename} into the state "${name}", which is a ${spec.typename}.`,
  );
}

/** Throws RESPONSE_MALFORMED: a value that can't be read must not get further than its sender. */
function typenameOf(known: KnownFunction, content: Content): string {
  try {
    return typenameOfContent(content);
  } catch (thrown) {
    const why = `${known.typeName} wrote or sent a value that can't be read: ${describe(thrown)}.`;
    throw new Refusal("RESPONSE_MALFORMED", why, { cause: thrown });
  }
}

/** Checks the delayed messages in their order, because a batch may cancel a token and then send another message under it. */
function assertDelayed(
  known: KnownFunction,
  { address }: Instance,
  delayed: Effects<Content>["delayed"],
  parts: TransactionParts,
): void {
  const pending = new Map<string, boolean>();
  for (const entry of delayed) {
    if ("cancel" in entry) {
      pending.set(entry.cancel, false);
      continue;
    }
    assertServed(known, entry.target, parts.functions);
    typenameOf(known, entry.argument);
    const token = entry.cancellationToken;
    if (token === undefined) continue;
    if (pending.get(token) ?? parts.delayed.hasToken(address, token)) throw tokenTaken(address, token);
    pending.set(token, true);
  }
}

/** The entries that are read when a part is checked and applied. One may come more than once. */
export function readsOf({ address, mailbox }: Instance, { consumed, effects, ends }: AnsweredPart): readonly string[] {
  let keys: readonly string[] = none;
  for (const { target } of effects.messages) keys = addDelivery(keys, target);
  if (ends !== undefined)
    for (let index = 0; index < consumed; index++) keys = addDelivery(keys, mailbox.at(index).caller);
  for (const entry of effects.delayed) {
    const token = "cancel" in entry ? entry.cancel : entry.cancellationToken;
    if (token !== undefined) keys = append(keys, tokenKey(address, token));
  }
  return keys;
}

/** Adds what a delivery reads. A message between functions reads nothing. */
function addDelivery(keys: readonly string[], target: Address | undefined): readonly string[] {
  const key = target === undefined ? undefined : readOf(target);
  return key === undefined ? keys : append(keys, key);
}

/**
 * Applies a part that was checked. Its messages are the first ones of the mailbox. `notes` takes what is sent; undefined when the batch
 * is not recorded.
 */
export function apply(
  known: KnownFunction,
  instance: Instance,
  { consumed, effects, ends }: AnsweredPart,
  now: number,
  parts: TransactionParts,
  notes?: PartNotes,
): void {
  const { generation } = known.route;
  const { address, states, mailbox } = instance;
  /** The clients that wait for an answer to these messages, by the ids of their addresses. */
  let waiting: Map<string, Address> | undefined;
  let ended = 0;
  for (let index = 0; index < consumed; index++) {
    const message = mailbox.consume();
    const { caller } = message;
    const end = ends?.[ended]?.index === index ? ends[ended] : undefined;
    if (end !== undefined) ended += 1;
    if (end?.failure !== undefined) {
      // Only the first message may have been tried before.
      const attempts = 1 + (index === 0 ? instance.attempts : 0);
      parts.finalFailures.refused(known, instance, { message, attempts, error: end.failure });
      continue;
    }
    if (caller === undefined || ends === undefined || !isClient(caller)) continue;
    if (end?.deferred !== true) waiting = (waiting ?? new Map()).set(caller.id, caller);
  }
  for (const { name, value } of effects.mutations) {
    const before = name === journalName ? states.held(name) : undefined;
    states.set(known.state(name) as ValueSpec, value, now);
    if (name === journalName) countRuns(known.counters, before, states.held(name));
  }
  states.touch(known.states, now);
  const { traffic, sequence } = parts;
  const sender = traffic === undefined ? undefined : senderOf(known, traffic);
  for (const { target, argument } of effects.messages) {
    const toClient = isClient(target);
    if (toClient) waiting?.delete(target.id);
    const value = Packed.part(argument, generation);
    parts.delivery.deliver(target, new Message(address, value));
    sender?.sends(target, value.typename, now);
    // A delivery to a function gives out one number.
    notes?.sends(target, value.typename, toClient ? undefined : sequence.last);
  }
  for (const entry of effects.delayed) {
    if ("cancel" in entry) parts.delayed.cancel(address, entry.cancel);
    else {
      const { target, argument, delayMs, cancellationToken } = entry;
      const value = Packed.part(argument, generation);
      parts.delayed.add(new DelayedMessage(target, address, value, now + delayMs, cancellationToken));
      sender?.sends(target, value.typename, now);
      notes?.sends(target, value.typename, sequence.last, now + delayMs);
    }
  }
  for (const { namespace, name, argument } of effects.egresses) {
    const outbox = parts.outboxes.declared(`${namespace}/${name}`);
    const value = Packed.part(argument, generation);
    outbox?.push(value);
    sender?.sendsRecord(namespace, name, value.typename, now);
    notes?.sendsRecord(`${namespace}/${name}`, value.typename);
    if (outbox?.full) known.filled.add(outbox);
  }
  if (waiting !== undefined) for (const caller of waiting.values()) parts.delivery.answerNothing(caller);
}

function senderOf(known: KnownFunction, traffic: Traffic): Sender {
  known.sender ??= new Sender(traffic, known.typeName);
  return known.sender;
}
