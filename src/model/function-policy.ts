// The options of one function: what happens when a message fails, and how the function is called. The options as users
// write them, and the policy that is read from them.

import type { Duration } from "./duration.js";
import {
  defineOptions,
  type Option,
  oneOf,
  optionInvalid,
  positiveInteger,
  span,
  textOption,
  timer,
} from "./options.js";
import { parseTypeName } from "./type-name.js";

/** How often and how long a message that fails is tried. A message that has used up one of the two budgets is not tried again. */
export interface RetryOptions {
  /** How often a message is tried in all. Defaults to 10, or to no limit when there is a `window` beside it. */
  readonly attempts?: number;
  /** The wait before the second try; each further wait is twice as long. Defaults to 100 milliseconds. */
  readonly firstDelay?: Duration;
  /** The longest wait before a try. Defaults to 30 seconds. */
  readonly longestDelay?: Duration;
  /** How long a message is tried, from its first failure on. The last try is at the end of that time. Defaults to no limit. */
  readonly window?: Duration;
}

/**
 * What becomes of a message that has used up its tries. "park": its address gets no more messages, so that the order of
 * messages is kept. "deadLetter": the message is set aside as a dead letter, and the next one goes on. "fail": the call
 * fails for good, which only a Flink cluster does; the embedded runtime parks instead.
 */
export type OnFailure = "park" | "deadLetter" | "fail";

/**
 * Whether messages to an address may overtake one that waits for its next try. "overtake": they are handled meanwhile. "keep":
 * they wait behind it, so that the order of messages is kept. The embedded runtime always keeps the order.
 */
export type RetryOrder = "overtake" | "keep";

/** What happens when a message fails. An option that is left out is as the options for more functions say. */
export interface FailureOptions {
  /** How often and how long a message that fails is tried. Each of these options has a default of its own. */
  readonly retry?: RetryOptions;
  /** What becomes of a message that has used up its tries. Defaults to "park" on the embedded runtime, to "fail" on Flink. */
  readonly onFailure?: OnFailure;
  /** The egress that dead letters are sent to, "namespace/name". Defaults to "statefun.dead-letters/all". */
  readonly deadLetterEgress?: string;
  /**
   * On Flink, the topic of dead letters: the egress there is one to Kafka. Defaults to "statefun.dead-letters". The embedded
   * runtime has no use for it.
   */
  readonly deadLetterTopic?: string;
  /**
   * On Flink with `onFailure: "deadLetter"`, whether messages may overtake one that waits for its next try. Defaults to
   * "overtake". The embedded runtime always keeps the order.
   */
  readonly order?: RetryOrder;
}

/** Options of one function, or of several. An option that is left out is as the options for more functions say. */
export interface FunctionOptions extends FailureOptions {
  /**
   * The most messages that one call of the function carries. Defaults to 1,000. For a function of a module file it can only
   * make `maxNumBatchRequests` smaller. On Flink the engine decides.
   */
  readonly maxBatch?: number;
  /**
   * The most calls of the function that are in flight at once, each for another id. Defaults to `limits.inFlight` of the
   * runtime, 1,024. On Flink the engine decides.
   */
  readonly concurrency?: number;
  /**
   * The longest time for one message, in the process of the runtime; for one batch, where the function is served over HTTP.
   * What takes longer fails with CALL_TIMEOUT. Defaults to `callTimeout` of the runtime or of the handler.
   */
  readonly callTimeout?: Duration;
}

/** How often and how long a message that fails is tried, in milliseconds. Infinity is no limit. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly firstMs: number;
  readonly longestMs: number;
  readonly windowMs: number;
}

/** The policy that a function has of its own. What is undefined here is as the policy for more functions says. */
export interface FunctionPolicy {
  readonly retry?: { readonly [K in keyof RetryPolicy]?: RetryPolicy[K] | undefined } | undefined;
  readonly onFailure?: OnFailure | undefined;
  readonly deadLetterEgress?: string | undefined;
  readonly deadLetterTopic?: string | undefined;
  readonly order?: RetryOrder | undefined;
  readonly maxBatch?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly callTimeoutMs?: number | undefined;
}

/** A policy that leaves nothing open of what happens when a message fails. */
export interface WholePolicy {
  readonly retry: RetryPolicy;
  readonly onFailure: OnFailure;
  readonly deadLetterEgress: string;
  readonly deadLetterTopic: string;
  readonly order: RetryOrder;
}

/** The policy of a function for which nobody has chosen another one. */
export const defaultPolicy: WholePolicy = Object.freeze({
  retry: Object.freeze({ attempts: 10, firstMs: 100, longestMs: 30_000, windowMs: Number.POSITIVE_INFINITY }),
  onFailure: "park",
  deadLetterEgress: "statefun.dead-letters/all",
  deadLetterTopic: "statefun.dead-letters",
  order: "overtake",
});

const typeName: Option<string, string | undefined> = (input) => {
  if (input !== undefined) parseTypeName(input);
  return input;
};

const retryOptions = defineOptions<RetryOptions>()({
  attempts: positiveInteger,
  firstDelay: timer,
  longestDelay: timer,
  window: span,
});

const retryOption: Option<RetryOptions, FunctionPolicy["retry"]> = (input, name, where) => {
  if (input === undefined) return undefined;
  const read = retryOptions.read(`${where}'s ${name}`, input);
  const { attempts, firstDelay: firstMs, longestDelay: longestMs, window: windowMs } = read;
  if (firstMs !== undefined && longestMs !== undefined && firstMs > longestMs) {
    throw optionInvalid(`${where}'s ${name}`, "firstDelay", input.firstDelay, "no longer than longestDelay");
  }
  const alone = windowMs === undefined ? undefined : Number.POSITIVE_INFINITY;
  return { attempts: attempts ?? alone, firstMs, longestMs, windowMs };
};

/** The options on what happens when a message fails. */
export const failureOptions = defineOptions<FailureOptions>()({
  retry: retryOption,
  onFailure: oneOf("park", "deadLetter", "fail"),
  deadLetterEgress: typeName,
  deadLetterTopic: textOption,
  order: oneOf("overtake", "keep"),
});

/** The options of functions. {@link policyOf} makes a policy of them. */
export const functionOptions = defineOptions<FunctionOptions>()({
  ...failureOptions.described,
  maxBatch: positiveInteger,
  concurrency: positiveInteger,
  callTimeout: timer,
});

/** The policy that options say. */
export const policyOf = ({ callTimeout, ...policy }: ReturnType<typeof functionOptions.read>): FunctionPolicy => ({
  ...policy,
  callTimeoutMs: callTimeout,
});

/** Completes the policy of one function with the policy for more functions. What the function's own policy says holds. */
export function policyOver<G extends FunctionPolicy>(own: FunctionPolicy, general: G): G {
  const { retry = {} } = own;
  const { retry: others = {} } = general;
  const firstMs = retry.firstMs ?? others.firstMs;
  const longestMs = retry.longestMs ?? others.longestMs;
  const policy: FunctionPolicy = {
    retry: {
      attempts: retry.attempts ?? others.attempts,
      firstMs,
      // A function that names only a long first wait waits that long each time.
      longestMs: firstMs === undefined || longestMs === undefined ? longestMs : Math.max(longestMs, firstMs),
      windowMs: retry.windowMs ?? others.windowMs,
    },
    onFailure: own.onFailure ?? general.onFailure,
    deadLetterEgress: own.deadLetterEgress ?? general.deadLetterEgress,
    deadLetterTopic: own.deadLetterTopic ?? general.deadLetterTopic,
    order: own.order ?? general.order,
    maxBatch: own.maxBatch ?? general.maxBatch,
    concurrency: own.concurrency ?? general.concurrency,
    callTimeoutMs: own.callTimeoutMs ?? general.callTimeoutMs,
  };
  return policy as G; // what is whole in `general` is whole in the result
}
