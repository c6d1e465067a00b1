// Calls of ordinary handlers: the journal keeps each call until its answer comes, which then goes to another method.

import { StatefunError } from "../errors.js";
import type { AnswerOptions, ContinuedCall, ExtendedMethod } from "../functions/function-spec.js";
import type { MessageContext } from "../functions/message-context.js";
import type { Address } from "../model/address.js";
import { failureOfValue, failureTypename } from "../model/correlation.js";
import { secondsText } from "../model/duration.js";
import { type Failure, LastingFailure, lastingFailure, terminalErrorOf } from "../model/failure.js";
import { suggestion } from "../model/suggest.js";
import { TypedValue, unreadableAs } from "../model/typed-value.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import { runFailure } from "./failures.js";
import { wakeMessage } from "./journal/hidden-messages.js";
import type { Journal, PendingCall } from "./journal/journal.js";
import { journalOf } from "./journal-state.js";
import { unpackResult } from "./results.js";

/** The most calls of one address that wait for their answers. */
const mostCalls = 1_000;

/** Whether a method takes the answers to calls, by what its decorator was given. */
export const isContinuation = (options: unknown): options is AnswerOptions => "answers" in (options as object);

export class Continuations {
  readonly #typeName: string;
  readonly #methods: ReadonlyMap<string, ExtendedMethod>;

  constructor(typeName: string, methods: readonly ExtendedMethod[]) {
    this.#typeName = typeName;
    this.#methods = new Map(methods.map((method) => [method.name, method]));
  }

  /** Notes a call, and starts its timer. Returns its token. Throws CONTINUATION_UNKNOWN and CALLS_FULL. */
  begin(context: MessageContext, { to, then, failed, timeoutMs }: ContinuedCall): string {
    this.#find(then);
    if (failed !== undefined) this.#find(failed);
    const { now, scope, address } = context;
    const journal = journalOf(scope.state.instance);
    if (journal.calls.length >= mostCalls) {
      throw new StatefunError(
        "CALLS_FULL",
        `${address} waits for the answers to ${mostCalls} calls, and begins no further one. Give the calls a timeout, or spread them over more ids.`,
      );
    }
    journal.revision += 1;
    journal.callCount += 1;
    // With the time, because a journal that was deleted counts from the beginning, and an old answer may be under way.
    const token = `call/${journal.callCount}-${now.toString(36)}`;
    const dueAt = timeoutMs === undefined ? 0 : now + timeoutMs;
    journal.calls.push({ token, callee: to, then, failed, requestedAt: now, dueAt });
    if (timeoutMs !== undefined) {
      const cancellationToken = scope.generation === "v2" ? undefined : timerToken(address, token);
      const argument = wakeMessage({ call: token });
      scope.effects.addDelayed({ delayMs: timeoutMs, target: address, argument, cancellationToken });
    }
    return token;
  }

  /**
   * Hands the answer to a call to the method that the call named, and forgets the call. A method that fails brings the call back
   * with everything else that the message has changed. Throws CONTINUATION_UNKNOWN, TYPE_UNKNOWN and VALUE_UNREADABLE.
   */
  answer(instance: object, context: MessageContext, call: PendingCall, answer: TypedValue): unknown {
    const { scope, address } = context;
    if (call.dueAt > 0 && scope.generation !== "v2") {
      scope.effects.addDelayed({ cancel: timerToken(address, call.token) });
    }
    if (answer.typename === failureTypename) return this.#fail(instance, context, call, failureOfValue(answer));
    forget(instance, call);
    const method = this.#find(call.then);
    return method.call(instance, answerFor(method, answer, context), context);
  }

  /** Ends a call whose time is over. */
  timeOut(instance: object, context: MessageContext, call: PendingCall): unknown {
    const { callee, dueAt, requestedAt } = call;
    const message = `${callee} has not answered within ${secondsText(dueAt - requestedAt)}.`;
    return this.#fail(instance, context, call, runFailure("ANSWER_TIMEOUT", message));
  }

  #fail(instance: object, context: MessageContext, call: PendingCall, failure: Failure): unknown {
    forget(instance, call);
    const error = terminalErrorOf(failure);
    if (call.failed !== undefined) return this.#find(call.failed).call(instance, error, context);
    context.scope.warn(
      `The call of ${call.callee} by ${context.address} has failed, and context.call named no method for that. The cause: ${error.code}: ${error.message}`,
      error,
    );
    return undefined;
  }

  #find(name: string): ExtendedMethod {
    const method = this.#methods.get(name);
    if (method !== undefined) return method;
    const names = [...this.#methods.keys()];
    const there = names.length === 0 ? "It has none" : `There are: ${names.join(", ")}`;
    throw new LastingFailure(
      "CONTINUATION_UNKNOWN",
      `${this.#typeName} has no method "${name}" with @Continuation().${suggestion(name, names)} ${there}.`,
    );
  }
}

/** Names the timer of a call. Flink knows tokens by the id alone, so that the function's name is a part of this one. */
const timerToken = ({ typeName }: Address, token: string) => `statefun.workflow/${typeName}/${token}`;

function forget(instance: object, call: PendingCall): void {
  const journal = journalOf(instance);
  journal.calls.splice(journal.calls.indexOf(call), 1);
  journal.revision += 1;
}

/** Reads an answer as the method's type says. Throws a LastingFailure: TYPE_UNKNOWN, VALUE_UNREADABLE. */
function answerFor({ options }: ExtendedMethod, answer: TypedValue, { scope }: MessageContext): unknown {
  const { answers } = options as AnswerOptions;
  try {
    if (answers.includes(TypedValue)) return answer;
    const types = answers as readonly TypeLike[];
    const type = types.length === 1 ? types[0] : types.find((other) => typeOf(other).reads(answer.typename));
    if (type === undefined && types.length > 1) {
      throw unreadableAs(types.map((other) => typeOf(other).typename).join(" or "), answer);
    }
    return unpackResult(answer, scope.types, "answer", type);
  } catch (thrown) {
    throw lastingFailure(thrown);
  }
}

/** The call that waits under a token; undefined when none does. */
export const callWith = (journal: Journal | undefined, token: string): PendingCall | undefined =>
  journal?.calls.find((call) => call.token === token);

/** The oldest call of an address; undefined when none waits. */
export const callOf = (journal: Journal | undefined, callee: Address): PendingCall | undefined =>
  journal?.calls.find((call) => call.callee.equals(callee));
