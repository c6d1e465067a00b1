// How a runtime is opened.

import type { Clock } from "../engine/clock.js";
import { defaultKeyLifetimeMs } from "../engine/idempotency-keys.js";
import { StatefunError } from "../errors.js";
import type { StatefulFunctions } from "../functions/stateful-functions.js";
import type { Address } from "../model/address.js";
import type { Duration } from "../model/duration.js";
import { type FailureOptions, failureOptions } from "../model/function-policy.js";
import { type Logger, loggerOption } from "../model/logger.js";
import {
  checked,
  defineOptions,
  type Option,
  type Options,
  span,
  timer,
  trueOrFalse,
  unchecked,
  wait,
  withDefault,
} from "../model/options.js";
import type { TypeLike } from "../types/protobuf.js";
import { type AdminOptions, adminOptions } from "./admin/admin-server.js";
import type { EgressSpec } from "./egresses.js";
import { type FunctionOptionsByName, functionPoliciesOption } from "./endpoint/function-policies.js";
import { type HttpIngressOptions, httpIngressOptions } from "./ingress/http-ingress.js";
import { limitsOption, type RuntimeLimits } from "./runtime-limits.js";
import { type RuntimeSchedule, schedulesOption } from "./schedules/definitions.js";

/** Options of `StatefunRuntime.open`. */
export interface RuntimeOptions extends FailureOptions {
  /** Functions that run in this process. Defaults to none. */
  readonly functions?: StatefulFunctions;
  /** The path of a module file, which names functions that run elsewhere. Defaults to none. */
  readonly module?: string;
  /**
   * Whether `{function.name}` may stand in the host, the port or the socket of a module file's URL for a whole namespace.
   * Names come from messages, so whoever sends a message then chooses the server that is called. Defaults to false.
   */
  readonly allowHostTemplates?: boolean;
  /** The folder that keeps everything. A missing folder is made. Defaults to ".statefun"; false keeps all in memory. */
  readonly dir?: string | false;
  /**
   * How long to wait while another process holds the folder, as in a rolling update. Defaults to 0: the runtime then fails
   * at once with STORE_LOCKED.
   */
  readonly waitForLock?: Duration;
  /** Where records go, by the name of the egress that functions send them to. Defaults to none. */
  readonly egresses?: Readonly<Record<string, EgressSpec>>;
  /** The HTTP ingress. Defaults to port 7070 of this machine; false opens none. */
  readonly ingress?: HttpIngressOptions | false;
  /** The admin server. Defaults to port 7071 of this machine; false opens none. */
  readonly admin?: AdminOptions | false;
  /**
   * Types that no function of this process declares, so that the servers and egresses take and show their values as JSON. A
   * StatefulFunctions among them says which types functions of the module file take and keep; its handlers are never called here.
   * Servers of this package tell their types themselves. Defaults to none.
   */
  readonly types?: readonly (TypeLike | StatefulFunctions)[];
  /**
   * When functions get a message by themselves, beside the schedules that functions of this process declare with `@Schedule`. The
   * function `schedule` makes an entry whose message the compiler checks. Defaults to none.
   */
  readonly schedules?: readonly RuntimeSchedule[];
  /** Addresses to park before anything is delivered, for example because their message ends the process. Defaults to none. */
  readonly park?: readonly Address[];
  /**
   * How long a function in this process may take for one message. A message that takes longer fails with CALL_TIMEOUT and
   * is tried again; what its handler answers later does not count. Defaults to 1 minute.
   */
  readonly callTimeout?: Duration;
  /**
   * Options of functions by their names, also of functions in a module file: by "namespace/name", which holds more than what a
   * function says of itself, or by "namespace/*", which holds less. The options `retry`, `onFailure` and `deadLetterEgress`
   * beside it hold for all functions, and hold least. Defaults to none.
   */
  readonly functionOptions?: FunctionOptionsByName;
  /**
   * How long the runtime remembers a request under its idempotency key. A request may ask for less, as those of the typed
   * client do that have no key of their user. Defaults to 24 hours.
   */
  readonly idempotencyKeyLifetime?: Duration;
  /** How much the runtime takes on. Each limit has a default of its own. */
  readonly limits?: RuntimeLimits;
  /** Takes a line for every failure. Defaults to stderr. */
  readonly logger?: Logger;
  /** Tells the time, and moves it in tests. Defaults to the machine's clock. */
  readonly clock?: Clock;
}

const dirOption = checked(
  "the path of a folder, or false to keep everything in memory",
  (input): input is string | false => input === false || (typeof input === "string" && input !== ""),
);

/** The options of a runtime. */
export const runtimeOptions = defineOptions<RuntimeOptions>()({
  functions: unchecked<StatefulFunctions>(),
  module: unchecked<string>(),
  allowHostTemplates: withDefault(trueOrFalse, false),
  dir: withDefault(dirOption, ".statefun"),
  waitForLock: wait,
  egresses: unchecked<Readonly<Record<string, EgressSpec>>>(),
  ingress: serverOption(httpIngressOptions),
  admin: serverOption(adminOptions),
  types: unchecked<readonly (TypeLike | StatefulFunctions)[]>(),
  schedules: schedulesOption,
  park: unchecked<readonly Address[]>(),
  callTimeout: withDefault(timer, 60_000),
  ...failureOptions.described,
  functionOptions: functionPoliciesOption,
  idempotencyKeyLifetime: withDefault(span, defaultKeyLifetimeMs),
  limits: limitsOption,
  logger: loggerOption,
  clock: unchecked<Clock>(),
});

/** The options of a server that can be left out with false. */
function serverOption<O, D>(options: Options<O, D>): Option<O | false, ReturnType<Options<O, D>["read"]> | false> {
  return (input, name, where) => {
    if (input === false) return false;
    assertNoPort(input, name);
    return options.read(`${where}'s ${name}`, input);
  };
}

/** Throws OPTION_INVALID when a server that does not listen has a port or a host. */
function assertNoPort(input: unknown, name: string): void {
  const { listen, port, host } = (input ?? {}) as { listen?: unknown; port?: unknown; host?: unknown };
  if (listen !== false || (port === undefined && host === undefined)) return;
  throw new StatefunError(
    "OPTION_INVALID",
    `The option ${name} has listen: false, so its ${port === undefined ? "host" : "port"} would not be used. Leave one of them out.`,
  );
}
