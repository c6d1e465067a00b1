// The options of a client.

import type { Duration } from "../model/duration.js";
import { bearerTokenOption } from "../model/header-values.js";
import {
  checked,
  defineOptions,
  nonEmptyText,
  type Option,
  required,
  timer,
  trueOrFalse,
  unchecked,
  withDefault,
} from "../model/options.js";
import { defaultRetries, defaultTimeoutMs } from "../refs/repeat.js";

/** The admin server of a client. */
export interface ClientAdminOptions {
  /** The URL of the admin server, such as "http://localhost:7071". */
  readonly url: string;
  /** The bearer token that the admin server asks for: printable ASCII without spaces. Defaults to none. */
  readonly bearerToken?: string;
}

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
  /** The admin server, which `query` asks: the ingress tells no states. Defaults to none. */
  readonly admin?: ClientAdminOptions;
  /** The function that sends the requests. Defaults to `globalThis.fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

const retries = checked(
  "a whole number from 0 on",
  (input): input is number => Number.isInteger(input) && (input as number) >= 0,
);

const adminOptions = defineOptions<ClientAdminOptions>()({
  url: required(nonEmptyText, "a URL"),
  bearerToken: bearerTokenOption,
});

const adminOption: Option<ClientAdminOptions, ReturnType<typeof adminOptions.read> | undefined> = (
  input,
  name,
  where,
) => (input === undefined ? undefined : adminOptions.read(`${where}'s ${name}`, input));

export const clientOptions = defineOptions<ClientOptions>()({
  bearerToken: bearerTokenOption,
  timeout: withDefault(timer, defaultTimeoutMs),
  retries: withDefault(retries, defaultRetries),
  batchCalls: withDefault(trueOrFalse, true),
  admin: adminOption,
  fetch: unchecked<typeof globalThis.fetch>(),
});
