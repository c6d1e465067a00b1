// Where a failure happened, and the code under which it is told.

import { describe, errors, StatefunError } from "../errors.js";
import { LastingFailure } from "../model/failure.js";
import { Refusal } from "../model/invocation.js";

/**
 * Says where a failure happened. The failure keeps its code if the code is about the function or its arguments, or if the
 * engine has refused what the handler sent. Any other code becomes HANDLER_FAILED: a handler may throw such a code when a
 * call of its own has failed, and the code must not pass for a fault of this request or of the engine.
 */
export function located(where: string, thrown: unknown): StatefunError {
  const fault = thrown instanceof StatefunError ? errors[thrown.code].fault : undefined;
  const isKnown = thrown instanceof Refusal || fault === "code" || fault === "argument";
  const code = isKnown ? (thrown as StatefunError).code : "HANDLER_FAILED";
  // What a handler has packed or named wrongly is wrong at the next try too, as an answer that holds a Date is.
  const Located = thrown instanceof LastingFailure || fault === "argument" ? LastingFailure : StatefunError;
  return new Located(code, `${where}: ${describe(thrown)}`, { cause: thrown });
}

/** The same failure with its place before its words. What is no error of this package stays as it is. */
export function placed(where: string, thrown: unknown): unknown {
  if (!(thrown instanceof StatefunError)) return thrown;
  return new StatefunError(thrown.code, `${where}: ${describe(thrown)}`, { cause: thrown });
}
