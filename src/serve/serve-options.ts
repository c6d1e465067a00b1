// The options that every host takes.

import { type HandlerOptions, handlerOptions } from "../functions/request-reply.js";
import { checked, defineOptions, type Option, optionInvalid, positiveInteger, withDefault } from "../model/options.js";

/** Options of every HTTP adapter. */
export interface ServeOptions extends HandlerOptions {
  /** The path that the engine posts to. Defaults to "/statefun". */
  readonly path?: string;
  /**
   * The path of a health check, which is answered with 200, or with 503 while closing; false for none. Defaults to the path
   * + "/health".
   */
  readonly healthPath?: string | false;
  /**
   * Who may ask, at the path + "/functions", which functions are served, and which types they take and keep. The embedded runtime
   * asks, to take and to show their values as JSON. Defaults to "loopback", programs of this machine; false for nobody.
   */
  readonly describe?: "loopback" | "everybody" | false;
  /** The largest request body in bytes. A larger one is answered with 413. Defaults to 32 MiB, as the engine's limit. */
  readonly maxBodyBytes?: number;
}

/** A path as it stands in a request, because the path of a request is compared with it character by character. */
const path: Option<string, string | undefined> = (input, name, where) => {
  if (input === undefined || (typeof input === "string" && /^\/(?![^?#]*[?#])[\x21-\x7e]*$/.test(input))) return input;
  throw optionInvalid(where, name, input, "percent-encoded, without a query, and begin with a slash");
};

const pathOrFalse: Option<string | false, string | false | undefined> = (input, name, where) =>
  input === false ? false : path(input, name, where);

const describeOption = checked(
  '"loopback", "everybody" or false',
  (input): input is "loopback" | "everybody" | false =>
    input === false || input === "loopback" || input === "everybody",
);

export const serveOptions = defineOptions<ServeOptions>()({
  path: withDefault(path, "/statefun"),
  healthPath: pathOrFalse,
  describe: withDefault(describeOption, "loopback"),
  maxBodyBytes: withDefault(positiveInteger, 32 * 1024 * 1024),
  ...handlerOptions.described,
});

/** The options of the handler among the options of an adapter. */
export function handlerOptionsOf(options: ServeOptions): HandlerOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name in handlerOptions.described));
}
