// A step: a piece of work whose result is kept with what the work has changed and sent. A try that fails leaves nothing behind.

import { describe, type ErrorCode, StatefunError } from "../errors.js";
import { BatchEffects } from "../functions/batch-effects.js";
import { MessageContext } from "../functions/message-context.js";
import { isThenable } from "../functions/thenable.js";
import type { StepContext, StepOptions } from "../functions/workflow-context.js";
import { backoffMs } from "../model/backoff.js";
import { secondsText } from "../model/duration.js";
import { failureOf } from "../model/failure.js";
import { defineOptions, positiveInteger, textOption, timer, unchecked, withDefault } from "../model/options.js";
import { isTerminalError } from "../model/terminal-error.js";
import type { TypedValue } from "../model/typed-value.js";
import type { TypeLike } from "../types/protobuf.js";
import type { Activation } from "./activation.js";
import { runError, runFailure } from "./failures.js";
import type { Operation } from "./journal/journal.js";
import { startTimer } from "./operations.js";
import { packResult, unpackResult } from "./results.js";
import type { BegunStep } from "./step-states.js";

const stepOptions = defineOptions<StepOptions>()({
  attempts: withDefault(positiveInteger, 5),
  firstDelay: withDefault(timer, 1_000),
  longestDelay: withDefault(timer, 60_000),
  type: unchecked<TypeLike>(),
});

type ReadOptions = ReturnType<typeof stepOptions.read>;

/** Throws OPTION_INVALID. */
const readName = (input: unknown, what: string): string => textOption(input as string, "name", what) ?? "";

/** The context of one try of a step. Its sends are held back until the try has succeeded. */
class Try extends MessageContext implements StepContext {
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly #held: BatchEffects;

  constructor(parent: MessageContext, attempt: number, idempotencyKey: string) {
    const { address, now, generation, state, checks, limit, types, effects } = parent.scope;
    const held = new BatchEffects(effects);
    const warn = parent.scope.warn.bind(parent.scope);
    const beginCall = undefined; // a step waits for no answer: flow.call does
    super(
      { address, now, generation, state, checks, limit, types, observer: undefined, beginCall, warn, effects: held },
      { caller: parent.caller, argument: parent.invocation.argument },
    );
    this.attempt = attempt;
    this.idempotencyKey = idempotencyKey;
    this.#held = held;
  }

  /** Ends the try and hands over what it has sent. */
  sendHeld(effects: BatchEffects): void {
    this.close();
    for (const message of this.#held.messages) effects.addMessage(message);
    for (const entry of this.#held.delayed) effects.addDelayed(entry);
    for (const record of this.#held.egresses) effects.addEgress(record);
  }
}

/** Asks for a step: resolves to its result, and does its work when there is none. */
export function step(
  pass: Activation,
  name: string,
  work: (step: StepContext) => unknown,
  input?: StepOptions,
): Promise<any> {
  const options = stepOptions.read(`The step "${name}"`, input);
  const base = `step:${readName(name, "flow.step")}`;
  const { operation, index } = pass.operation({ kind: "step", base, named: true });
  const { types } = pass.context.scope;
  const result = pass.result(operation, (value) => unpackResult(value, types, "type", options.type));
  const isDue = operation.seq === 0 && operation.dueAt === 0;
  if (isDue && pass.stepEnded) pass.needsPass = true;
  else if (isDue) begin(pass, { operation, index, name, options }, work);
  return result;
}

interface Tried {
  readonly operation: Operation;
  readonly index: number;
  readonly name: string;
  readonly options: ReadOptions;
}

function begin(pass: Activation, tried: Tried, work: (step: StepContext) => unknown): void {
  const { operation } = tried;
  let begun: BegunStep;
  try {
    begun = pass.states.begin();
  } catch (thrown) {
    pass.fail(thrown);
    return;
  }
  const context = new Try(pass.context, operation.attempts + 1, `${pass.run.id}:${operation.key}`);
  const end = (worked: Worked, tookTime: boolean) => {
    // The message of the pass may have ended meanwhile, because its time was over.
    if (!pass.live) return;
    if (tookTime) pass.stepEnded = true;
    const outcome = "thrown" in worked ? worked : packed(tried, worked.returned);
    const failed = "thrown" in outcome;
    try {
      pass.states.end(begun, { failed, tookTime });
      if (failed) stepFailed(pass, tried, context, outcome.thrown);
      else succeeded(pass, operation, context, outcome.value);
    } catch (thrown) {
      pass.fail(thrown); // a state holds a value that does not fit
    }
    pass.stepEnds();
  };
  pass.stepBegins();
  let worked: Worked;
  let takesTime = false;
  try {
    worked = { returned: behindInterceptors(pass, context, tried.name, work) };
    takesTime = isThenable(worked.returned);
  } catch (thrown) {
    worked = { thrown };
  }
  if ("thrown" in worked || !takesTime) {
    end(worked, false);
    return;
  }
  Promise.resolve(worked.returned).then(
    (returned) => end({ returned }, true),
    (thrown) => end({ thrown }, true),
  );
}

interface Thrown {
  readonly thrown: unknown;
}
/** What the work of a step has done. */
type Worked = { readonly returned: unknown } | Thrown;

/** Does the work of a step behind the interceptors of its message, when there are any. */
function behindInterceptors(
  pass: Activation,
  context: Try,
  name: string,
  work: (step: StepContext) => unknown,
): unknown {
  const { runs } = pass.context;
  // An interceptor may begin the work late, in another turn.
  const called = () => {
    pass.calling = name;
    try {
      return work(context);
    } finally {
      pass.calling = undefined;
    }
  };
  return runs === undefined ? called() : runs.step({ run: pass.followedRun, name, attempt: context.attempt }, called);
}

/** Packs what the work has returned. A value that can't be packed fails the step for good. */
function packed({ name, options }: Tried, returned: unknown): { readonly value: TypedValue | undefined } | Thrown {
  try {
    return { value: packResult(returned, options.type) };
  } catch (thrown) {
    const code = thrown instanceof StatefunError ? thrown.code : "VALUE_INVALID";
    return { thrown: runError(code, `The result of the step "${name}" can't be remembered: ${describe(thrown)}`) };
  }
}

function succeeded(pass: Activation, operation: Operation, context: Try, value: TypedValue | undefined): void {
  pass.stepSucceeded = true;
  context.sendHeld(pass.context.scope.effects);
  pass.complete(operation, value);
}

function stepFailed(pass: Activation, tried: Tried, context: Try, thrown: unknown): void {
  const { operation, index, name, options } = tried;
  context.close();
  operation.attempts += 1;
  const { stack, ...failure } = failureOf(thrown);
  if (isTerminalError(thrown)) {
    pass.complete(operation, undefined, failure);
    return;
  }
  const { attempts } = operation;
  if (attempts >= options.attempts) {
    const message = `The step "${name}" has failed ${attempts} times. The last failure: ${failure.message}`;
    warn(pass, tried, thrown, "It was the last try: the step fails with STEP_FAILED.");
    pass.complete(operation, undefined, runFailure("STEP_FAILED", message, { step: name, attempts }));
    return;
  }
  operation.error = failure;
  const { firstDelay: firstMs, longestDelay: longestMs } = options;
  const waitMs = backoffMs({ firstMs, longestMs }, attempts);
  startTimer(pass.context, pass.run, index, waitMs);
  warn(pass, tried, thrown, `The next try is in ${secondsText(waitMs)}.`);
}

/** Logs a try that has failed. The try has been counted. */
function warn({ context, run }: Activation, tried: Tried, thrown: unknown, next: string): void {
  const { name, options, operation } = tried;
  const { attempts: attempt } = operation;
  const { code, message } = failureOf(thrown);
  context.scope.warn(
    `${context.address}: try ${attempt} of ${options.attempts} of the step "${name}" failed, in the run ${run.id}. ${next} The cause: ${code}: ${message}`,
    new StatefunError(code as ErrorCode, message, { cause: thrown }),
    { attempt },
  );
}
