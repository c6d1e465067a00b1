// One handler as an HTTP endpoint, free of any framework: what is refused, and how each outcome is answered.

import { errors, oneLine, otherCopy, StatefunError } from "../errors.js";
import { type HandlerOptions, handlerOptions, RequestReplyHandler } from "../functions/request-reply.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import { logFailure } from "../model/logger.js";
import { assertKnownOptions } from "../model/options.js";
import { assertBodyLength } from "./body-limit.js";

/** Options of every HTTP adapter. */
export interface ServeOptions extends HandlerOptions {
  /** Where the engine posts to. Defaults to "/statefun". */
  readonly path?: string;
  /** Where a health check is answered: 200, or 503 while closing; false for none. Defaults to the path + "/health". */
  readonly healthPath?: string | false;
  /** The largest request body in bytes; beyond it a request is answered with 413. Defaults to 32 MiB, as the engine's. */
  readonly maxBodyBytes?: number;
}

/** A request as an adapter hands it over. */
export interface HttpRequest {
  readonly method: string | undefined;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  /** Reads the whole body. One that arrives in pieces should stop, with REQUEST_TOO_LARGE, once it is over the limit. */
  body(maxBytes: number): Promise<Uint8Array>;
  /** Calls `done` when the answer has left, or never will. Defaults to when the answer is made. */
  onAnswered?(done: () => void): void;
}

/** An answer for an adapter to send, unchanged. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The names of the options, for those who have more of their own. */
export const serveOptionNames = ["path", "healthPath", "maxBodyBytes", ...Object.keys(handlerOptions.described)];

const octetStream = "application/octet-stream";
/** @internal */
export const octetStreamHeaders = Object.freeze({ "Content-Type": octetStream });

const ownHandle = RequestReplyHandler.prototype.handle;

/**
 * Serves one handler over HTTP. Adapters for the hosts are thin layers round it.
 *
 * @example
 * ```ts
 * import { HttpEndpoint, type HttpRequest } from "statefun-ts/adapter";
 * import { functions } from "./functions.js";
 *
 * const endpoint = new HttpEndpoint(functions);
 *
 * export async function answer(path: string, request: HttpRequest) {
 *   if (path === endpoint.path) return endpoint.answer(request);
 *   return path === endpoint.healthPath ? endpoint.health() : undefined;
 * }
 * ```
 */
export class HttpEndpoint {
  readonly handler: RequestReplyHandler;
  readonly path: string;
  readonly healthPath: string | undefined;
  /** @internal */
  readonly maxBodyBytes: number;
  /** Calls whose answers have not left yet. */
  #open = 0;
  readonly #closers: (() => void)[] = [];

  /** Takes functions, or a handler that is shared with other adapters. Throws OPTION_INVALID. */
  constructor(served: StatefulFunctions | RequestReplyHandler, options: ServeOptions = {}) {
    assertKnownOptions("Serving", options, serveOptionNames);
    const { path = "/statefun", healthPath: health, maxBodyBytes = 32 * 1024 * 1024, ...handlerOptions } = options;
    const healthPath = health ?? `${path === "/" ? "" : path}/health`;
    assertPath("path", path);
    if (healthPath !== false) assertPath("healthPath", healthPath);
    if (healthPath === path) throw new StatefunError("OPTION_INVALID", `healthPath and path are both "${path}".`);
    if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes <= 0) {
      throw new StatefunError(
        "OPTION_INVALID",
        `maxBodyBytes is ${maxBodyBytes}; it must be a positive whole number of bytes.`,
      );
    }
    this.handler = handlerOf(served, handlerOptions);
    this.path = path;
    this.healthPath = healthPath === false ? undefined : healthPath;
    this.maxBodyBytes = maxBodyBytes;
  }

  /** Answers a call of the engine. Never throws. */
  async answer(request: HttpRequest): Promise<HttpAnswer> {
    this.opened();
    request.onAnswered?.(this.answered);
    let answer: HttpAnswer;
    try {
      assertServable(request.method, request.contentType, request.contentEncoding);
      answer = await this.answerBody(await request.body(this.maxBodyBytes));
    } catch (thrown) {
      answer = this.refused(thrown);
    }
    if (request.onAnswered === undefined) this.answered();
    return answer;
  }

  /**
   * Answers a call by its body; a promise only when the function makes one. Never throws.
   * @internal
   */
  answerBody(body: Uint8Array): HttpAnswer | Promise<HttpAnswer> {
    try {
      this.#assertBody(body);
      const { handler } = this;
      // Through a handle of the user's own, in a subclass for example, if there is one.
      const bytes = handler.handle === ownHandle ? handler.answer(body) : handler.handle(body);
      return bytes instanceof Promise ? bytes.then(this.#succeeded, this.#failed) : this.#succeeded(bytes);
    } catch (thrown) {
      return this.#failed(thrown);
    }
  }

  /**
   * The answer to a request that is refused before it is a call; it is logged.
   * @internal
   */
  refused(thrown: unknown): HttpAnswer {
    return this.#failed(this.#logged(thrown));
  }

  /**
   * Counts a call that {@link close} will wait for, until {@link answered}.
   * @internal
   */
  opened(): void {
    this.#open += 1;
  }

  /** @internal */
  readonly answered = (): void => {
    this.#open -= 1;
    if (this.#open === 0 && this.#closers.length > 0) for (const closed of this.#closers.splice(0)) closed();
  };

  /** Takes no new calls, and resolves when the answers of those in flight have left. */
  async close(): Promise<void> {
    await this.handler.close();
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => this.#closers.push(resolve));
  }

  // Exactly this content type: the engine refuses an answer that adds a charset to it.
  readonly #succeeded = (body: Uint8Array): HttpAnswer =>
    this.#lasting({ status: 200, headers: octetStreamHeaders, body });

  /** What was thrown was logged where it was. */
  readonly #failed = (thrown: unknown): HttpAnswer => this.#lasting(failure(thrown as StatefunError));

  /** A kept connection would bring the next call to a server that is about to go. */
  #lasting(answer: HttpAnswer): HttpAnswer {
    return this.handler.closing ? withClose(answer) : answer;
  }

  #assertBody(body: Uint8Array): void {
    if (body.length > 0 && body.length <= this.maxBodyBytes) return;
    try {
      assertBodyLength(body.length, this.maxBodyBytes);
      throw new StatefunError("REQUEST_EMPTY", "The request has no body.");
    } catch (thrown) {
      throw this.#logged(thrown);
    }
  }

  #logged(thrown: unknown): StatefunError {
    const aborted = () => new StatefunError("REQUEST_ABORTED", "The request's body ended early.", { cause: thrown });
    const error = thrown instanceof StatefunError ? thrown : aborted();
    logFailure(this.handler.logger, error);
    return error;
  }

  /** Answers a health check. */
  health(): HttpAnswer {
    return this.handler.closing ? plainText(503, "closing\n") : plainText(200, "ok\n");
  }
}

function handlerOf(served: StatefulFunctions | RequestReplyHandler, options: HandlerOptions): RequestReplyHandler {
  if (served instanceof StatefulFunctions) return new RequestReplyHandler(served, options);
  if (!(served instanceof RequestReplyHandler)) {
    throw new StatefunError(
      "OPTION_INVALID",
      `What is served must be a StatefulFunctions or a RequestReplyHandler. ${otherCopy}`,
    );
  }
  const [option] = Object.keys(options);
  if (option === undefined) return served;
  throw new StatefunError("OPTION_INVALID", `"${option}" is an option of the RequestReplyHandler: give it there.`);
}

function assertPath(option: string, path: unknown): void {
  if (typeof path === "string" && /^\/[\x21-\x7e]*$/.test(path) && !/[?#]/.test(path)) return;
  throw new StatefunError(
    "OPTION_INVALID",
    `${option} is ${JSON.stringify(path)}; it must start with a slash and be written as it is sent: percent-encoded, without a query.`,
  );
}

/** An answer after which the connection ends. */
export function withClose(answer: HttpAnswer): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, Connection: "close" } };
}

/** Throws METHOD_NOT_ALLOWED and MEDIA_TYPE_UNSUPPORTED. */
export function assertServable(
  method: string | undefined,
  contentType: string | undefined,
  contentEncoding: string | undefined,
): void {
  if (method !== "POST") {
    throw new StatefunError("METHOD_NOT_ALLOWED", `The method is ${method}; the engine calls with POST.`);
  }
  if (contentType !== octetStream && contentType?.split(";", 1)[0]?.trim().toLowerCase() !== octetStream) {
    throw new StatefunError(
      "MEDIA_TYPE_UNSUPPORTED",
      `The content type is ${contentType ?? "missing"}; it must be ${octetStream}.`,
    );
  }
  if (contentEncoding !== undefined && contentEncoding.trim().toLowerCase() !== "identity") {
    throw new StatefunError(
      "MEDIA_TYPE_UNSUPPORTED",
      `The content encoding is ${contentEncoding}; the body must be sent as it is.`,
    );
  }
}

function failure(error: StatefunError): HttpAnswer {
  const { fault, status } = errors[error.code];
  // Every other failure is the function's own, whatever status its code has elsewhere. Its message may hold a user's data:
  // the caller learns the code, and the log has the message.
  if (fault !== "request") return plainText(500, `${error.code}\n`);
  const answer = plainText(status, `${oneLine(`${error.code}: ${error.message}`)}\n`);
  return status === 405 ? { ...answer, headers: { ...answer.headers, Allow: "POST" } } : answer;
}

function plainText(status: number, text: string): HttpAnswer {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8" }, body: Buffer.from(text) };
}
