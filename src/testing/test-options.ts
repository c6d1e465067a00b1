// The options of a runtime of a test.

import type { StatefulFunctions } from "../functions/stateful-functions.js";
import type { Duration } from "../model/duration.js";
import { type FailureOptions, failureOptions } from "../model/function-policy.js";
import type { Logger } from "../model/logger.js";
import { checked, defineOptions, timer, withDefault } from "../model/options.js";
import type { FunctionOptionsByName } from "../runtime/endpoint/function-policies.js";
import type { RuntimeLimits } from "../runtime/runtime-limits.js";
import { runtimeOptions } from "../runtime/runtime-options.js";
import type { RuntimeSchedule } from "../runtime/schedules/definitions.js";
import type { TypeLike } from "../types/protobuf.js";
import { defaultStart } from "./virtual-clock.js";

/** Options of `TestRuntime.open`. Those that `StatefunRuntime.open` has too mean the same there and have the same defaults. */
export interface TestRuntimeOptions extends FailureOptions {
  /** The functions of the test. Defaults to none. */
  readonly functions?: StatefulFunctions;
  /** Options of functions by their names. Defaults to none. */
  readonly functionOptions?: FunctionOptionsByName;
  /** How long a function may take for one message. Defaults to 1 minute. */
  readonly callTimeout?: Duration;
  /** How long the runtime remembers a request under its idempotency key. Defaults to 24 hours. */
  readonly idempotencyKeyLifetime?: Duration;
  /** How much the runtime takes on. Each limit has a default of its own. */
  readonly limits?: RuntimeLimits;
  /** Types that no function declares, to show their values. Defaults to none. */
  readonly types?: readonly TypeLike[];
  /** When functions get a message by themselves, beside the schedules that they declare with `@Schedule`. Defaults to none. */
  readonly schedules?: readonly RuntimeSchedule[];
  /** The egresses that functions may send to. Defaults to every egress. */
  readonly egresses?: readonly string[];
  /** Takes a line for every failure; false shows none. Defaults to stderr. */
  readonly logger?: Logger | false;
  /** The time at which the clock begins. Defaults to the first moment of 2026, UTC. */
  readonly startAt?: Date;
  /**
   * How long, in the machine's time, something may wait without an end before the test is told so with TEST_STUCK. Defaults to
   * 4 seconds.
   */
  readonly patience?: Duration;
}

const { functions, functionOptions, callTimeout, idempotencyKeyLifetime, limits, types, schedules, logger } =
  runtimeOptions.described;

const silent: Logger = { warn() {}, error() {} };

export const testOptions = defineOptions<TestRuntimeOptions>()({
  functions,
  functionOptions,
  callTimeout,
  idempotencyKeyLifetime,
  limits,
  types,
  schedules,
  logger: (input, name, where) => (input === false ? silent : logger(input, name, where)),
  ...failureOptions.described,
  egresses: checked("a list of names of egresses", (input): input is readonly string[] => Array.isArray(input)),
  startAt: withDefault(
    checked("a date", (input): input is Date => input instanceof Date && !Number.isNaN(input.getTime())),
    new Date(defaultStart),
  ),
  patience: withDefault(timer, 4_000),
});
