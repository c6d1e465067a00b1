// How a call of a function ended. The kind says whose failure it was. Nothing in the engine reads an error's code to decide
// what to do, because a function may throw an error with any code.

import { describe, StatefunError } from "../errors.js";
import { NoAnswer } from "./endpoint.js";
import { StoreFailure } from "./logging-store.js";

export type CallOutcome =
  /** The answer was applied. */
  | { readonly kind: "answered" }
  /** The call was given up while it was in flight, because its address was parked. */
  | { readonly kind: "givenUp" }
  | FailedCall;

export interface FailedCall {
  readonly kind: /** The function failed, or its answer can't be applied. */
    | "failed"
    /** The call of this address got no answer: it was refused, it was lost, or it took too long. */
    | "unanswered"
    /** There was no connection to the endpoint, so the call never left. */
    | "unreachable"
    /** The store could not be read. */
    | "storeFailed";
  readonly error: StatefunError;
  /** How many messages the call carried that have not ended: any of them may be to blame. Defaults to one. */
  readonly messages?: number;
}

export const answered: CallOutcome = { kind: "answered" };
export const givenUp: CallOutcome = { kind: "givenUp" };

/** The outcome of a call whose endpoint rejected. */
export function rejectedCall(thrown: unknown): FailedCall {
  if (thrown instanceof NoAnswer) return { kind: thrown.connected ? "unanswered" : "unreachable", error: thrown };
  return { kind: "failed", error: asError(thrown) };
}

/** The outcome of a call whose function said that a message failed. What came before the message was applied. */
export function stoppedCall(error: Error): FailedCall {
  return { kind: "failed", error: asError(error) };
}

/** The outcome of a call whose request could not be made, or whose answer could not be applied. */
export function refusedCall(thrown: unknown): FailedCall {
  return { kind: thrown instanceof StoreFailure ? "storeFailed" : "failed", error: asError(thrown) };
}

function asError(thrown: unknown): StatefunError {
  if (thrown instanceof StatefunError) return thrown;
  return new StatefunError("ENDPOINT_FAILED", describe(thrown), { cause: thrown });
}
