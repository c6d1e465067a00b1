// How an engine is opened.

import type { Address } from "../model/address.js";
import type { ShownMessage } from "../model/dead-letter.js";
import type { FunctionPolicy } from "../model/function-policy.js";
import type { Logger } from "../model/logger.js";
import type { TypedValue } from "../model/typed-value.js";
import type { Store } from "../store/store.js";
import type { BatchRecorder } from "./batch-recorder.js";
import type { Clock } from "./clock.js";
import type { FindRoute } from "./endpoint.js";
import type { EngineLimits } from "./limits.js";
import type { Counters } from "./metrics.js";
import type { NextTurn } from "./next-turn.js";
import type { Order } from "./order.js";
import type { Traffic } from "./traffic.js";

/** Options of `Engine.open`. */
export interface EngineOptions {
  /** Where everything is kept. The engine does not close it. */
  readonly store: Store;
  /** How functions are reached. */
  readonly findRoute: FindRoute;
  /** The egresses that functions may send to, "namespace/name". An egress that is attached later is added. */
  readonly egresses?: readonly string[];
  /** Addresses to park before anything is delivered, because a message of theirs may end the process. Defaults to none. */
  readonly park?: readonly Address[];
  /** Why those addresses are parked, for people. Defaults to: they were parked when the runtime was opened. */
  readonly parkReason?: string;
  /**
   * The ids of the last records that consumers hold from before the start, by the names of their egresses. New records get
   * later ids, whatever store and clock say. Defaults to none.
   */
  readonly receivedIds?: ReadonlyMap<string, string>;
  /** The counters of an earlier engine on the same store, which go on. Defaults to new counters. */
  readonly counters?: Counters;
  /**
   * Called when the engine gives up, because a change broke off in the middle. The address is the one whose answer was
   * carried out, if it was an answer. The store is free for another engine when `Engine.stopped` resolves.
   */
  readonly onGivenUp?: (address: Address | undefined) => void;
  /**
   * Whether values are encoded when they are put and not when they are written, which costs time; see
   * `GroupCommit.encodesAtOnce`. Defaults to false.
   */
  readonly encodeAtOnce?: boolean;
  /** Chooses what goes first where the guarantees leave a choice. Defaults to what came first. */
  readonly order?: Order;
  /** Tells the time. Defaults to the machine's clock. */
  readonly clock?: Clock;
  /** Runs what the engine leaves to a later turn of the event loop. Defaults to the turns of Node's event loop. */
  readonly nextTurn?: NextTurn;
  /** For how many milliseconds a request with an idempotency key is remembered. Defaults to 24 hours. */
  readonly keyLifetimeMs?: number;
  /** How much the engine takes on; each limit has its own default. */
  readonly limits?: Partial<EngineLimits>;
  /** What happens when a message fails, where the route of its function does not say. Each part has its own default. */
  readonly policy?: FunctionPolicy;
  /** Shows the message of a dead letter in its egress record. Defaults to the message's bytes. */
  readonly showMessage?: (value: TypedValue) => ShownMessage;
  /** Records what batches do. Defaults to nobody. */
  readonly recorder?: BatchRecorder | undefined;
  /** Counts who sends what to whom. Defaults to nobody. */
  readonly traffic?: Traffic | undefined;
  /** Takes a line for every failure. Defaults to stderr. */
  readonly logger?: Logger;
}
