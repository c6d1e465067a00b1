// What a handler sends: where to, which message, and when.

import { describeValue, otherCopy, StatefunError } from "../errors.js";
import { Address } from "../model/address.js";
import { answerTo, failureValue } from "../model/correlation.js";
import { type Duration, durationToMs } from "../model/duration.js";
import { failureOf } from "../model/failure.js";
import { isTerminalError } from "../model/terminal-error.js";
import { isText } from "../model/text.js";
import { parseTypeName } from "../model/type-name.js";
import type { TypedValue } from "../model/typed-value.js";
import { packValue } from "../types/pack.js";
import { declarationOf } from "./class-record.js";
import type { Context } from "./context.js";
import type { FunctionClass } from "./handled-messages.js";

/** Sorts the arguments after the target: a target that is an address is not followed by an id. */
export function destination(
  target: unknown,
  rest: readonly unknown[],
  context: Pick<Context, "address" | "caller">,
): { to: Address; message: unknown; options: unknown } {
  if (target instanceof Address) {
    return { to: withId(target, context), message: rest[0], options: rest[1] };
  }
  const [id, message, options] = rest;
  let typeName: string;
  if (typeof target === "string") typeName = target;
  else if (typeof target === "function") typeName = declarationOf(target as FunctionClass<object>).typeName;
  else {
    throw new StatefunError(
      "TARGET_INVALID",
      `The target is ${describeValue(target)}; it must be a function's class, its type name, or an Address. ${otherCopy}`,
    );
  }
  return { to: withId(Address.of(typeName, id as string), context), message, options };
}

function withId(target: Address, { address, caller }: Pick<Context, "address" | "caller">): Address {
  if (target.namespace === "" || target.name === "") parseTypeName(target.typeName); // throws
  if (isText(target.id)) return target;
  // A function of another SDK may have an empty id, and may be sent to by who knows it: by itself, and by whom it sends to.
  if (target.id === "" && (target.equals(address) || target.equals(caller))) return target;
  throw new StatefunError(
    "ID_MISSING",
    `A message to ${target.typeName} needs the id of an instance: a non-empty string, without half a surrogate pair.`,
  );
}

/** A message to an address that was kept for a later answer is that answer. */
export const answering = ({ callToken }: Address, value: TypedValue) =>
  callToken === undefined ? value : answerTo(callToken, value);

/** Packs an error that answers a caller; another message stays as it is. */
export const asAnswer = (message: unknown) => (isTerminalError(message) ? failureValue(failureOf(message)) : message);

/** Packs a message. Throws MESSAGE_MISSING, and what packValue throws. */
export function packMessage(message: unknown): TypedValue {
  if (message !== undefined && message !== null) return packValue(message);
  throw new StatefunError("MESSAGE_MISSING", "There is no message to send.");
}

/** A delay in milliseconds. Throws DELAY_INVALID and DURATION_INVALID. */
export function positiveDelay(delay: Duration): number {
  if (delay === undefined || delay === null)
    throw new StatefunError("DELAY_INVALID", "A delayed message needs a delay.");
  const delayMs = durationToMs(delay);
  // A fraction of a millisecond below zero is truncated to minus zero.
  if (delayMs > 0 || Object.is(delayMs, 0)) return delayMs;
  throw new StatefunError("DELAY_INVALID", `A delay can't be negative: ${JSON.stringify(delay)}.`);
}
