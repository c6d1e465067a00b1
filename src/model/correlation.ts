// How a message says to which call it belongs, on any engine: a request and its answer carry the caller's token.

import type { Address } from "./address.js";
import { isClient } from "./client-address.js";
import { type Failure, terminalFailure } from "./failure.js";
import type { Invocation, OutgoingMessage } from "./invocation.js";
import { Metadata } from "./metadata.js";
import { assertPlainJson, assertShallowJson } from "./plain-json.js";
import { TypedValue } from "./typed-value.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The metadata of a request. Its value is a token of the caller, as text; the answer carries the token back. */
export const callMetadata = "statefun-call";

/** The metadata of the answer to a request with {@link callMetadata}. Its value is the token of that request. */
export const answerMetadata = "statefun-answer";

/** The typename of an answer that says that the call has failed for good. Its bytes are JSON: see {@link failureValue}. */
export const failureTypename = "statefun.types/failure";

/** The typename of the answer of a handler that has ended without a value. Such an answer has no bytes. */
export const emptyAnswerTypename = "statefun.types/nothing";

/**
 * The token under which the sender of a message waits for the answer; undefined when no function waits. A client that waits
 * needs no token: its address names its call.
 */
function callTokenOf({ caller, argument }: Invocation): string | undefined {
  if (!argument.hasMetadata || caller === undefined || isClient(caller)) return undefined;
  return argument.metadata.getText(callMetadata);
}

/** A message without the tokens of calls, which stand beside it. */
export interface ReceivedMessage extends Invocation {
  /** The token under which the caller, a function, waits for the answer; undefined when no function waits. */
  readonly callToken?: string | undefined;
  /** The token of the call that the message answers; undefined when it answers none. */
  readonly answerToken?: string | undefined;
}

/**
 * The token of the call that a message answers; undefined when it answers none. Only functions answer: whoever may send messages
 * from outside could otherwise give answers in the name of any function.
 */
export function answerTokenOf({ caller, argument }: Invocation): string | undefined {
  if (!argument.hasMetadata || caller === undefined || isClient(caller)) return undefined;
  return argument.metadata.getText(answerMetadata);
}

/**
 * Takes the tokens out of a message: a handler may pass its metadata on, and the tokens belong to this one message. Tokens from
 * outside count for nothing, and passed on by a function they would pass for that function's own. An answer's token of a function
 * stays where nobody `takesAnswers`: somebody has written it by hand, and may want to read it.
 */
export function receivedMessage(message: Invocation, takesAnswers: boolean): ReceivedMessage {
  const { caller, argument } = message;
  if (!argument.hasMetadata) return message;
  const callToken = callTokenOf(message);
  const answerToken = takesAnswers ? answerTokenOf(message) : undefined;
  if (callToken === undefined && answerToken === undefined && !isForged(message)) return message;
  const rest = [...argument.metadata].filter(([name]) => name !== callMetadata && name !== answerMetadata);
  const plain = argument.withMetadata(rest.length === 0 ? undefined : Metadata.wrap(rest));
  return { caller, argument: plain, callToken, answerToken };
}

/** Whether a message from outside has a token. */
function isForged({ caller, argument: { metadata } }: Invocation): boolean {
  return (caller === undefined || isClient(caller)) && (metadata.has(callMetadata) || metadata.has(answerMetadata));
}

/** The value as the request of a call with this token. */
export const requestOf = (token: string, value: TypedValue): TypedValue => withPair(value, callMetadata, token);

/** The value as the answer to the call with this token. */
export const answerTo = (token: string, value: TypedValue): TypedValue => withPair(value, answerMetadata, token);

function withPair(value: TypedValue, name: string, text: string): TypedValue {
  const others = [...value.metadata].filter((pair) => pair[0] !== name);
  return value.withMetadata(new Metadata([...others, [name, text]]));
}

/** The answer of a handler that has ended without a value. */
export const emptyAnswer = (): TypedValue => new TypedValue(emptyAnswerTypename);

/** Packs a failure that ends a call for good: JSON with its code, its message, its details and its HTTP status. */
export function failureValue({ code, message, details, status }: Failure): TypedValue {
  return new TypedValue(failureTypename, encoder.encode(JSON.stringify({ code, message, details, status })));
}

/** The message that tells a function that waits for the answer that the call has failed; undefined when no function waits. */
export function failureAnswer(request: Invocation, failure: Failure): OutgoingMessage | undefined {
  const token = callTokenOf(request);
  if (token === undefined) return undefined;
  return { target: request.caller as Address, argument: answerTo(token, failureValue(failure)) };
}

/** Reads a packed failure. Never throws: a function of any SDK may have written the bytes. */
export function failureOfValue({ value }: TypedValue): Failure {
  try {
    assertShallowJson(value);
    const failure: Partial<Failure> = JSON.parse(decoder.decode(value));
    // A TerminalError refuses other details, and the caller of the call must learn of the failure all the same.
    assertPlainJson(failure.details ?? null, "TerminalError's details");
    return terminalFailure(failure);
  } catch {
    return terminalFailure({});
  }
}
