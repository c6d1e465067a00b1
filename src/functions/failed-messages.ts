// What becomes of failed messages on Flink, which knows no dead letters. The function keeps a message that failed in a state of
// its own, sends itself a delayed message to try it again, and at last sends it to an egress as a dead letter.

import { describe, oneLine, StatefunError } from "../errors.js";
import { failureAnswer } from "../model/correlation.js";
import { secondsText } from "../model/duration.js";
import { noExpiration } from "../model/expiration.js";
import { type Failure, failureOf, toldFailure } from "../model/failure.js";
import { defaultPolicy, policyOver, type WholePolicy } from "../model/function-policy.js";
import type { BatchOutcome, Invocation, InvocationBatch, SideEffects, ValueSpec } from "../model/invocation.js";
import type { Logger } from "../model/logger.js";
import { nextTryMs, type Tries } from "../model/retry.js";
import { parseTypeName } from "../model/type-name.js";
import { sameBytes } from "../types/bytes.js";
import type { TypeFinder } from "../types/show-value.js";
import {
  decodeKeptMessages,
  dueMessage,
  dueTypename,
  encodeKeptMessages,
  type KeptMessage,
  keptMessagesName,
  keptMessagesTypename,
  readDue,
} from "../wire/kept-messages.js";
import { type Decision, type FailedMessage, refuseTerminal } from "./failure-policy.js";
import type { FunctionSpec } from "./function-spec.js";
import { letterRecord } from "./letter-record.js";

/** The state that keeps the messages. */
export const keptMessagesState: ValueSpec = {
  name: keptMessagesName,
  typename: keptMessagesTypename,
  expiration: noExpiration,
};

/** The most bytes that the messages of one address take which are kept beside the first one. */
const mostBytes = 1024 * 1024;

/** The most waiting messages that one call runs, unless it brings more. Flink limits the time of a call. */
const mostRun = 100;

/** Whether failed messages of the batch's function are kept, or the batch may be about one that was kept. */
export function keepsFailedMessages({ policy }: FunctionSpec, { partsOffered, invocations }: InvocationBatch): boolean {
  // An engine of this package tries messages again by itself.
  return !partsOffered && (policy.onFailure === "deadLetter" || invocations.some(saysDue));
}

const saysDue = ({ argument }: Invocation) => argument.typename === dueTypename;

interface FailedMessagesParts {
  readonly logger: Logger;
  /** Finds the types of messages, to show them in dead letters. */
  readonly types: TypeFinder;
}

/** The failed messages of one address, during one call. */
export class FailedMessages {
  /** The batch that runs: messages that are due, then those that came. */
  readonly batch: InvocationBatch;
  readonly #parts: FailedMessagesParts;
  readonly #policy: WholePolicy;
  /** Whether messages that come wait behind one that failed. */
  readonly #keepsOrder: boolean;
  readonly #before: KeptMessage[];
  /** Kept messages that this call does not touch. */
  #untouched: readonly KeptMessage[] = [];
  /** Messages that wait behind those that run. */
  #behind: readonly Invocation[] = [];
  /** Messages that failed in this call and are tried again. */
  readonly #failed: KeptMessage[] = [];
  readonly #delayed: SideEffects["delayed"][number][] = [];
  readonly #letters: SideEffects["egresses"][number][] = [];
  /** What functions learn that wait for the answers to messages which are not tried again. */
  readonly #answers: SideEffects["messages"][number][] = [];
  #lastDue: number;
  /** How many bytes the messages take that are kept beside the first one. Undefined before they are counted. */
  #bytes: number | undefined;

  /** Throws VALUE_UNREADABLE. */
  constructor(spec: FunctionSpec, batch: InvocationBatch, parts: FailedMessagesParts) {
    this.#parts = parts;
    this.#policy = policyOver(spec.policy, defaultPolicy);
    this.#keepsOrder = this.#policy.order === "keep";
    this.#before = readKept(batch);
    this.#lastDue = this.#before.reduce((last, { due }) => Math.max(last, due), 0);
    this.batch = {
      ...batch,
      state: batch.state.filter(({ name }) => name !== keptMessagesName),
      invocations: this.#takeDue(batch.invocations),
    };
  }

  /** Chooses the messages that this call runs. */
  #takeDue(invocations: readonly Invocation[]): readonly Invocation[] {
    const kept = this.#before;
    const due = new Set(invocations.filter(saysDue).map(({ argument }) => readDue(argument)));
    const came = invocations.filter((invocation) => !saysDue(invocation));
    const isDue = (message: KeptMessage) => message.due === 0 || due.has(message.due);
    if (!this.#keepsOrder) {
      this.#untouched = kept.filter((message) => !isDue(message));
      return [...kept.filter(isDue), ...came];
    }
    const [first] = kept;
    if (first === undefined) return came;
    const line = [...kept, ...came];
    // Without room to wait, the messages are tried at once: the call may succeed when Flink repeats it.
    const fits = roomFor(line.map(waiting));
    if (!isDue(first) && fits) {
      this.#untouched = kept;
      this.#behind = came;
      return [];
    }
    const most = fits ? Math.max(mostRun, came.length) : line.length;
    this.#behind = line.slice(most);
    return line.slice(0, most);
  }

  /** Decides about a message that failed in its handler. */
  readonly decide = (failed: FailedMessage): Decision => {
    if (this.#policy.onFailure !== "deadLetter") return refuseTerminal(failed);
    return this.#fail(failed) && this.#keepsOrder ? "stop" : "consume";
  };

  /** Keeps a message that failed, or sets it aside as a dead letter. Returns whether it is kept. */
  #fail({ message, failure, error }: FailedMessage): boolean {
    const { retry } = this.#policy;
    const now = Date.now();
    const tries = triesOf(message, now);
    const { target } = this.batch;
    const waitMs = failure.terminal ? undefined : nextTryMs(retry, tries, now);
    if (waitMs !== undefined) {
      this.#lastDue = Math.max(this.#lastDue + 1, now);
      const kept: KeptMessage = { ...waiting(message), ...tries, due: this.#lastDue };
      if (this.#keepsOrder || this.#hasRoom(kept)) {
        this.#failed.push(kept);
        const argument = dueMessage(kept.due);
        this.#delayed.push({ delayMs: waitMs, target, argument, cancellationToken: undefined });
        const of = Number.isFinite(retry.attempts) ? ` of ${retry.attempts}` : "";
        this.#warn(
          `${target}: try ${tries.attempts}${of} failed. The next try is in ${secondsText(waitMs)}.`,
          failure,
          error,
          tries,
        );
        return true;
      }
    }
    const answer = failureAnswer(message, failure.terminal ? failure : toldFailure(target, tries.attempts, failure));
    if (answer !== undefined) this.#answers.push(answer);
    if (answer !== undefined && failure.terminal) {
      this.#warn(`${target}: a message is refused for good. Its caller is told.`, failure, error, tries);
      return false;
    }
    this.#setAside(message, failure, tries, now);
    const why = failure.terminal ? "is refused for good" : `has failed ${tries.attempts} times`;
    const where = this.#policy.deadLetterEgress;
    this.#warn(`${target}: a message ${why}, and is sent to ${where} as a dead letter.`, failure, error, tries);
    return false;
  }

  /** Whether one more message may be kept. When messages overtake each other, a message without room is not tried again. */
  #hasRoom(kept: KeptMessage): boolean {
    if (this.#untouched.length + this.#failed.length === 0) return true;
    this.#bytes ??= sizeOf(this.#untouched.slice(1));
    const bytes = this.#bytes + sizeOf([kept]);
    if (bytes > mostBytes) return false;
    this.#bytes = bytes;
    return true;
  }

  #setAside({ caller, argument }: Invocation, error: Failure, tries: Tries, now: number): void {
    const { deadLetterEgress, deadLetterTopic } = this.#policy;
    const letter = { address: this.batch.target, caller, value: argument, error, ...tries, lastFailedAt: now };
    const record = letterRecord(letter, deadLetterTopic, this.#parts.types);
    this.#letters.push({ ...parseTypeName(deadLetterEgress), argument: record });
  }

  /**
   * Ends the call: returns its effects, with what is kept now. Throws the failure that has stopped the batch when the function
   * has no dead letters, and FAILED_MESSAGES_FULL.
   */
  finish({ part, stopped }: BatchOutcome): SideEffects {
    const stoppedInOrder = this.#keepsOrder && this.#failed.length > 0;
    if (stopped !== undefined && this.#policy.onFailure !== "deadLetter") throw stopped;
    let left: readonly Invocation[] = this.batch.invocations.slice(part.consumed);
    if (stoppedInOrder) left = left.slice(1);
    else if (stopped !== undefined) left = this.#failStopped(left, stopped, part.consumed);
    const waits = [...left, ...this.#behind].map(waiting);
    const kept = [...this.#untouched, ...this.#failed, ...waits];
    if (!roomFor(kept)) throw this.#full(stopped);
    const { mutations, messages, delayed, egresses } = part.effects;
    return {
      mutations: [...mutations, ...this.#mutation(kept)],
      messages: [...messages, ...this.#answers, ...this.#wake(kept)],
      delayed: [...delayed, ...this.#delayed],
      egresses: [...egresses, ...this.#letters],
    };
  }

  /**
   * Lets messages fail after the batch was stopped outside of a handler, and returns those that did not fail. A time that is over
   * is the failure of the message that ran, if it was the first one: otherwise the batch was perhaps only long, and the message
   * is the first one of the next call. Anything else, as an instance that can't be made, is the failure of all messages.
   */
  #failStopped(left: readonly Invocation[], error: StatefunError, consumed: number): readonly Invocation[] {
    const isLate = error.code === "CALL_TIMEOUT";
    if (isLate && consumed > 0) return left;
    const failed = this.#keepsOrder || isLate ? 1 : left.length;
    const failure = failureOf(error);
    for (const message of left.slice(0, failed)) this.#fail({ message, failure, error });
    return left.slice(failed);
  }

  /** Changes the state, unless it stays as it is. */
  #mutation(kept: readonly KeptMessage[]): SideEffects["mutations"] {
    const before = this.#before;
    if (kept.length === 0) return before.length === 0 ? [] : [{ name: keptMessagesName, value: undefined }];
    const value = encodeKeptMessages(kept);
    return sameBytes(value.value, encodeKeptMessages(before).value) ? [] : [{ name: keptMessagesName, value }];
  }

  /** Calls the address once more when a message is kept that could run, and waits for no delayed message. */
  #wake(kept: readonly KeptMessage[]): SideEffects["messages"] {
    const some = this.#keepsOrder ? kept.slice(0, 1) : kept;
    if (!some.some(({ due }) => due === 0)) return [];
    return [{ target: this.batch.target, argument: dueMessage(0) }];
  }

  #full(cause: StatefunError | undefined): StatefunError {
    const { target } = this.batch;
    return new StatefunError(
      "FAILED_MESSAGES_FULL",
      `${target} keeps messages of ${mostBytes} bytes behind one that failed, and takes no more until it is handled.`,
      { cause },
    );
  }

  #warn(what: string, { code, message }: Failure, error: Error, { attempts: attempt }: Tries): void {
    const { typeName, id } = this.batch.target;
    const line = oneLine(`${what} The cause: ${code}: ${message}`);
    this.#parts.logger.warn(line, error, { function: typeName, id, code, attempt });
  }
}

/** Throws VALUE_UNREADABLE. */
function readKept({ target, state }: InvocationBatch): KeptMessage[] {
  const value = state.find(({ name }) => name === keptMessagesName)?.value;
  if (value === undefined) return [];
  try {
    return decodeKeptMessages(value);
  } catch (error) {
    throw new StatefunError("VALUE_UNREADABLE", `${target}: its failed messages can't be read: ${describe(error)}`, {
      cause: error,
    });
  }
}

const isKept = (message: Invocation): message is KeptMessage => "due" in message;

/** The message as it is kept while it waits for nothing but its turn. */
function waiting(message: Invocation): KeptMessage {
  return isKept(message) ? { ...message, due: 0 } : { ...message, attempts: 0, firstFailedAt: 0, due: 0 };
}

/** The tries of a message that has failed once more. */
function triesOf(message: Invocation, now: number): Tries {
  if (!isKept(message) || message.attempts === 0) return { attempts: 1, firstFailedAt: now };
  return { attempts: message.attempts + 1, firstFailedAt: message.firstFailedAt };
}

/** Whether the messages may be kept. There is always room for the first one, however large it is. */
function roomFor([, ...others]: readonly KeptMessage[]): boolean {
  return others.length === 0 || sizeOf(others) <= mostBytes;
}

const sizeOf = (messages: readonly KeptMessage[]) => encodeKeptMessages(messages).value.length;
