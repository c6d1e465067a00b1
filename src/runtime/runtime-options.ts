// How a runtime is opened.

import type { Clock } from "../engine/clock.js";
import type { StatefulFunctions } from "../functions/stateful-functions.js";
import type { Address } from "../model/address.js";
import type { Duration } from "../model/duration.js";
import type { Logger } from "../model/logger.js";
import type { TypeLike } from "../types/protobuf.js";
import type { AdminOptions } from "./admin/admin-server.js";
import type { EgressSpec } from "./egresses.js";
import type { HttpIngressOptions } from "./ingress/http-ingress.js";
import type { RuntimeLimits } from "./runtime-limits.js";

/** Options of `StatefunRuntime.open`. */
export interface RuntimeOptions {
  /** Functions that run in this process. Defaults to none. */
  readonly functions?: StatefulFunctions;
  /** The path of a module file, with functions elsewhere. Defaults to none. */
  readonly module?: string;
  /** The folder that keeps everything; it is made when it is missing. Defaults to ".statefun"; false keeps all in memory. */
  readonly dir?: string | false;
  /** Where records go, by the egress that functions send them to. Defaults to none. */
  readonly egresses?: Readonly<Record<string, EgressSpec>>;
  /** The HTTP ingress. Defaults to port 7070 of this machine; false opens none. */
  readonly ingress?: HttpIngressOptions | false;
  /** The admin server. Defaults to port 7071 of this machine; false opens none. */
  readonly admin?: AdminOptions | false;
  /** Types that no function declares, so that answers and records of them are shown as JSON. Defaults to none. */
  readonly types?: readonly TypeLike[];
  /** Addresses to park before anything is delivered: a message may end the process whenever it is. Defaults to none. */
  readonly park?: readonly Address[];
  /** How long a call of a function in this process may take. Defaults to no limit. */
  readonly callTimeout?: Duration;
  /** How much the runtime takes on, and when it parks an address. Each limit has a default of its own. */
  readonly limits?: RuntimeLimits;
  /** Takes a line for every failure. Defaults to stderr. */
  readonly logger?: Logger;
  /** Tells the time, and moves it in tests. Defaults to the machine's clock. */
  readonly clock?: Clock;
}

export const runtimeOptionNames = [
  "functions",
  "module",
  "dir",
  "egresses",
  "ingress",
  "admin",
  "types",
  "park",
  "callTimeout",
  "limits",
  "logger",
  "clock",
] as const satisfies readonly (keyof RuntimeOptions)[];
