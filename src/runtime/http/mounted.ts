// A server of the runtime without a port of its own: the user's own server hands it the requests under a prefix.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../../errors.js";
import { defaultLogger } from "../../model/logger.js";
import { checked, defineOptions, withDefault } from "../../model/options.js";
import { Access } from "./access.js";
import { Answering, type RequestHandler } from "./answering.js";
import { type ListenOptions, lastAnswersMs } from "./listening.js";
import { sendBody, sendError } from "./sending.js";

/** Options of `StatefunRuntime.handler`. */
export interface RuntimeHandlerOptions {
  /**
   * The path under which the requests come, such as "/statefun". A host that takes the path of a mount off the URL, as Express does
   * in `app.use("/statefun", handler)`, needs none. Defaults to none.
   */
  readonly prefix?: string;
}

/** Answers the requests of a server of your own. A request that is not under the prefix goes to `next`, or is answered with 404. */
export type RuntimeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** Options of {@link mount}. */
export interface MountOptions extends Omit<ListenOptions, "port" | "host" | "option"> {
  /** Whether the root without its slash leads to the root with it, as a page with relative links needs. Defaults to false. */
  readonly slashAtRoot?: boolean | undefined;
}

const handlerOptions = defineOptions<RuntimeHandlerOptions>()({
  prefix: withDefault(
    checked(
      'a path that begins with a slash and does not end with one, such as "/statefun"',
      (input): input is string => typeof input === "string" && /^(\/[^/?#\s]+)*$/.test(input),
    ),
    "",
  ),
});

/** A server whose requests come from the user's own server. */
export class MountedServer {
  readonly #answering: Answering;
  readonly #slashAtRoot: boolean;

  /** @internal */
  constructor(answering: Answering, slashAtRoot: boolean) {
    this.#answering = answering;
    this.#slashAtRoot = slashAtRoot;
  }

  /** Makes a function that takes requests. Throws OPTION_INVALID. */
  handler(options?: RuntimeHandlerOptions): RuntimeHandler {
    const { prefix } = handlerOptions.read("handler", options);
    return (request, response, next) => {
      const url = behind(prefix, request.url as string);
      if (url === undefined) {
        if (next === undefined)
          sendError(response, new StatefunError("NOT_FOUND", `There is nothing outside ${prefix}.`));
        else next();
      } else if (this.#slashAtRoot && lacksSlash(request, url)) sendToSlash(request, response);
      else this.#answering.take(request, response, url.startsWith("/") ? url : `/${url}`);
    };
  }

  /** Refuses new requests; resolves when those in flight are answered, or cut off after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const limit = setTimeout(
        () => {
          for (const response of [...this.#answering.responses()]) response.destroy();
          resolve();
        },
        Math.max(graceMs, lastAnswersMs),
      );
      const endIfLeft = () => {
        for (const _ of this.#answering.responses()) return;
        clearTimeout(limit);
        resolve();
      };
      this.#answering.close(endIfLeft);
      endIfLeft();
    });
  }
}

/** Makes a server that is mounted in another one. The other server answers for who reaches it. */
export function mount(options: MountOptions, handle: RequestHandler): MountedServer {
  const { name, logger = defaultLogger, observe, slashAtRoot = false } = options;
  const access = new Access(name, { ...options, host: undefined });
  return new MountedServer(new Answering({ handle, access, logger, observe }), slashAtRoot);
}

/** The rest of a URL behind a prefix, which may be empty; undefined when the URL is not under the prefix. */
function behind(prefix: string, url: string): string | undefined {
  if (!url.startsWith(prefix)) return undefined;
  const rest = url.slice(prefix.length);
  return rest === "" || rest.startsWith("/") || rest.startsWith("?") ? rest : undefined;
}

/** Whether a client has asked for the root without its slash. A host that takes its path off the URL keeps the client's own. */
function lacksSlash(request: IncomingMessage & { readonly originalUrl?: string }, url: string): boolean {
  const { method, originalUrl = request.url } = request;
  const [path = ""] = (url.startsWith("/") ? (originalUrl ?? "") : "").split("?", 1);
  const isRoot = url === "" || url.startsWith("?") || url === "/" || url.startsWith("/?");
  return isRoot && (method === "GET" || method === "HEAD") && !path.endsWith("/");
}

/** Leads to the same path with a slash, by its last part alone: a proxy before the host may have taken off the parts before it. */
function sendToSlash(request: IncomingMessage & { readonly originalUrl?: string }, response: ServerResponse): void {
  const [path = "", query] = (request.originalUrl ?? request.url ?? "").split("?", 2);
  const last = path.slice(path.lastIndexOf("/") + 1);
  const location = `${last}/${query === undefined ? "" : `?${query}`}`;
  sendBody(response, 301, "text/plain; charset=utf-8", "", ["Location", location]);
}
