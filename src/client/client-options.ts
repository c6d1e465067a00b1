// The options of a client, of its calls and of its sends.

import type { Duration } from "../model/duration.js";
import { bearerTokenOption, idempotencyKeyOption } from "../model/header-values.js";
import { instant } from "../model/instant.js";
import { type MetadataInput, metadataOption } from "../model/metadata.js";
import { checked, defineOptions, duration, timer, unchecked, withDefault } from "../model/options.js";

/** Options of `connect`. */
export interface ClientOptions {
  /** The bearer token that the ingress asks for: printable ASCII without spaces. Defaults to none. */
  readonly bearerToken?: string;
  /** How long one call or send may take, with all its retries. Defaults to 30 seconds. */
  readonly timeout?: Duration;
  /** How many times a failed request is sent again, within its timeout. Defaults to 10. */
  readonly retries?: number;
  /**
   * Whether the calls that are made in one turn of the event loop go in one request. A call that is made alone has a request of
   * its own all the same. Defaults to true.
   */
  readonly batchCalls?: boolean;
  /** The function that sends the requests. Defaults to `globalThis.fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Options of one cancellation, and of every other request. */
export interface ClientCancelOptions {
  /** How long the call may take, with all its retries. Defaults to the client's timeout. */
  readonly timeout?: Duration;
  /** Stops the call when it aborts; the function may still handle the message. Defaults to none. */
  readonly signal?: AbortSignal;
  /**
   * The runtime carries out requests with the same key once within 24 hours, or within its option `idempotencyKeyLifetime`.
   * 1 to 256 characters of printable ASCII, without a space at either end. Defaults to a random key for each call, which the
   * runtime forgets five minutes after the call's timeout.
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

const retries = checked(
  "a whole number from 0 on",
  (input): input is number => Number.isInteger(input) && (input as number) >= 0,
);
const trueOrFalse = checked("true or false", (input): input is boolean => typeof input === "boolean");

export const clientOptions = defineOptions<ClientOptions>()({
  bearerToken: bearerTokenOption,
  timeout: withDefault(timer, 30_000),
  retries: withDefault(retries, 10),
  batchCalls: withDefault(trueOrFalse, true),
  fetch: unchecked<typeof globalThis.fetch>(),
});

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
