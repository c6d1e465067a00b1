// The handler of a message, and the message's value as the handler gets it.

import { answerMetadata } from "../model/correlation.js";
import { LastingFailure, lastingFailure } from "../model/failure.js";
import type { Generation } from "../model/invocation.js";
import { protobufName } from "../model/type-url.js";
import type { TypedValue } from "../model/typed-value.js";
import type { FunctionSpec, Handler } from "./function-spec.js";

/**
 * Finds the handler of a message's type; undefined when there is none. On v2 every message is an Any, whose type URL may have
 * any prefix: all of them name the same protobuf message.
 */
export function findHandler({ handlers, catchAll }: FunctionSpec, generation: Generation, typename: string) {
  const named = handlers.get(typename) ?? catchAll;
  return named === undefined && generation === "v2" ? handlers.get(protobufName(typename)) : named;
}

/** Drops the answer to a call that the function does not make any more. */
const dropAnswer: Handler = { readOnly: false, sharesBytes: false, decode: () => undefined, call: () => undefined };

/** The typenames of the messages by which runs of workflows go on begin like this. */
const ofRuns = "statefun.workflow/";

/**
 * Finds the handler of a message's type. Throws MESSAGE_UNHANDLED, also when a function that has no workflow any more gets a message
 * of its runs: a catch-all that took the message would lose the run.
 */
export function handlerOf(spec: FunctionSpec, generation: Generation, argument: TypedValue): Handler {
  const { typename } = argument;
  const handler = findHandler(spec, generation, typename);
  if (handler !== undefined && (handler !== spec.catchAll || !typename.startsWith(ofRuns))) return handler;
  if (argument.hasMetadata && argument.metadata.has(answerMetadata)) return dropAnswer;
  const handled = [...spec.handlers.keys()].join(", ");
  throw new LastingFailure(
    "MESSAGE_UNHANDLED",
    typename.startsWith(ofRuns)
      ? `A run of ${spec.typeName} wants to go on, and the function has no workflow any more. Deploy the workflow until its runs have ended.`
      : `${spec.typeName} has no handler for ${typename}; it handles ${handled}. Add @Handles for it, or a catch-all @Handles().`,
  );
}

/** Decodes a message. Throws a LastingFailure: the same bytes can't be read at the next try either. */
export function decoded({ decode }: Handler, argument: TypedValue): unknown {
  try {
    return decode(argument);
  } catch (thrown) {
    throw lastingFailure(thrown);
  }
}
