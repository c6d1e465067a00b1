// The options of the calls, sends and cancellations of a typed client, in another process or in the runtime's own.

import type { Duration } from "../model/duration.js";
import { idempotencyKeyOption } from "../model/header-values.js";
import { instant } from "../model/instant.js";
import { type MetadataInput, metadataOption } from "../model/metadata.js";
import { defineOptions, duration, timer, unchecked } from "../model/options.js";

/** Options of one cancellation, and of every other request. */
export interface ClientCancelOptions {
  /** How long the call may take, with all its retries. Defaults to the client's timeout, and to 30 seconds in the runtime's process. */
  readonly timeout?: Duration;
  /** Stops the call when it aborts; the function may still handle the message. Defaults to none. */
  readonly signal?: AbortSignal;
  /**
   * The runtime carries out requests with the same key once within 24 hours, or within its option `idempotencyKeyLifetime`.
   * 1 to 256 characters of printable ASCII, without a space at either end. Defaults to a random key for each call, which the
   * runtime forgets five minutes after the call's timeout. In the runtime's process it defaults to none: no answer is lost there.
   */
  readonly idempotencyKey?: string;
}

/** Options of one call. */
export interface ClientCallOptions extends ClientCancelOptions {
  /** The metadata of the message. Defaults to what came with a packed value, and otherwise to none. */
  readonly metadata?: MetadataInput;
}

/** Options of one send. Its timeout limits the wait until the runtime has stored the message. */
export interface ClientSendOptions extends ClientCallOptions {
  /** How long the runtime keeps the message before it delivers the message. Defaults to no delay. */
  readonly delay?: Duration;
  /**
   * When the runtime delivers the message, in place of a delay: a Date, or milliseconds since 1970. A time that has passed means at
   * once. Defaults to at once.
   */
  readonly at?: Date | number;
  /** The token by which `cancel` withdraws the delayed message. Defaults to none. */
  readonly cancellationToken?: string;
}

export const cancelOptions = defineOptions<ClientCancelOptions>()({
  timeout: timer,
  signal: unchecked<AbortSignal>(),
  idempotencyKey: idempotencyKeyOption,
});

export const callOptions = defineOptions<ClientCallOptions>()({
  ...cancelOptions.described,
  metadata: metadataOption,
});

export const sendOptions = defineOptions<ClientSendOptions>()({
  ...callOptions.described,
  delay: duration,
  at: instant,
  cancellationToken: unchecked<string>(), // checked as a part of the path
});
