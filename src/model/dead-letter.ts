// A dead letter: a message that failed for good and was set aside, with all that is known of its failure. And its form as
// JSON, in which egresses get it and people see it.

import type { Address } from "./address.js";
import type { Failure } from "./failure.js";
import { wellFormed } from "./text.js";
import type { TypedValue } from "./typed-value.js";

/** A message that failed for good and was set aside. */
export interface DeadLetter {
  /** Names the letter. Ids sort in the order in which letters were set aside. */
  readonly id: string;
  /** The address that the message was sent to. */
  readonly address: Address;
  /** The sender's address; undefined when the message came from an ingress. */
  readonly caller: Address | undefined;
  /** The message. */
  readonly value: TypedValue;
  /** The last failure, with its stack. */
  readonly error: Failure;
  /** How often the message was tried since the runtime was opened. */
  readonly attempts: number;
  /** When the first of those tries failed, in milliseconds since 1970. */
  readonly firstFailedAt: number;
  /** When the last try failed, in milliseconds since 1970. */
  readonly lastFailedAt: number;
}

/** A value as people see it: as JSON, or its bytes in base64 where its type is not known. */
export type ShownValue = { readonly typename: string } & ({ readonly value: unknown } | { readonly base64: string });

/** A message as people see it: its value, and its metadata if it has any. */
export type ShownMessage = ShownValue & { readonly metadata?: readonly ShownPair[] };

/** One pair of metadata as people see it: text as it is, other bytes in base64. */
export type ShownPair = { readonly name: string } & ({ readonly value: string | null } | { readonly base64: string });

/** A dead letter as JSON. */
export function showDeadLetter<M>(letter: DeadLetter, showMessage: (value: TypedValue) => M) {
  const { address, caller, error, attempts } = letter;
  return {
    letter: letter.id,
    function: address.typeName,
    id: address.id,
    caller: caller === undefined ? null : String(caller),
    message: showMessage(letter.value),
    error,
    attempts,
    firstFailedAt: new Date(letter.firstFailedAt).toISOString(),
    lastFailedAt: new Date(letter.lastFailedAt).toISOString(),
  };
}

/** An error's message or stack may hold the whole message that failed, so that each of them is kept only up to a length. */
const longestMessage = 4_000;
const longestStack = 16_000;

/** The failure as a letter keeps it. */
export function keptFailure({ message, stack, ...failure }: Failure): Failure {
  return {
    ...failure,
    message: shortened(message, longestMessage),
    ...(stack === undefined ? {} : { stack: shortened(stack, longestStack) }),
  };
}

const shortened = (text: string, longest: number) =>
  text.length <= longest ? text : `${wellFormed(text.slice(0, longest))}…`;
