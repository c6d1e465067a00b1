// One handler as an HTTP endpoint, free of any framework.

import { describeValue, type ErrorCode, otherCopy, StatefunError } from "../errors.js";
import { type HandlerOptions, RequestReplyHandler } from "../functions/request-reply.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import { describedPath } from "../model/described-functions.js";
import { logFailure } from "../model/logger.js";
import { failed, jsonText, plainText, succeeded, withClose } from "./answers.js";
import type { HttpAnswer, HttpRequest } from "./http-messages.js";
import { isPath } from "./path.js";
import { assertAsked, assertBody, assertCall } from "./rules.js";
import { handlerOptionsOf, type ServeOptions, serveOptions } from "./serve-options.js";

/** What messages about options call an endpoint. */
const where = "Serving";

/**
 * Serves one handler over HTTP. The adapter of each host is a thin layer around an endpoint.
 *
 * @example
 * ```ts
 * import { HttpEndpoint, type HttpRequest } from "statefun-ts/adapter";
 * import { functions } from "./functions.js";
 *
 * const endpoint = new HttpEndpoint(functions);
 *
 * export async function answer(path: string, request: HttpRequest) {
 *   const route = endpoint.routeOf(path);
 *   if (route === "call") return endpoint.answer(request);
 *   if (route === "describe") return endpoint.describe(request);
 *   return route === "health" ? endpoint.health(request) : undefined;
 * }
 * ```
 */
export class HttpEndpoint {
  /** The handler that the endpoint serves. */
  readonly handler: RequestReplyHandler;
  /** The path of calls, for a host with a router of its own. */
  readonly path: string;
  /** The path of the health check, for a host with a router of its own; undefined when there is none. */
  readonly healthPath: string | undefined;
  /** The path at which the functions are described, for a host with a router of its own; undefined when there is none. */
  readonly describePath: string | undefined;
  /** The largest body of a request, in bytes. */
  readonly maxBodyBytes: number;
  readonly #describe: "loopback" | "everybody" | false;
  /** The number of calls whose answers have not left yet. */
  #open = 0;
  readonly #waiting: (() => void)[] = [];

  /** Takes functions, or a handler that is shared with other adapters. Throws OPTION_INVALID. */
  constructor(served: StatefulFunctions | RequestReplyHandler, options: ServeOptions = {}) {
    const { path, describe, maxBodyBytes, ...read } = serveOptions.read(where, options);
    const base = path === "/" ? "" : path;
    const { healthPath = `${base}/health` } = read;
    if (healthPath === path) throw new StatefunError("OPTION_INVALID", `healthPath and path are both "${path}".`);
    this.handler = handlerOf(served, handlerOptionsOf(options));
    this.path = path;
    this.healthPath = healthPath === false ? undefined : healthPath;
    this.describePath = describe === false ? undefined : `${base}${describedPath}`;
    this.#describe = describe;
    this.maxBodyBytes = maxBodyBytes;
  }

  /**
   * Tells what a path is for: a call, the health check, the description of the functions, or undefined when the path belongs to
   * somebody else. The path must stand without its query. The comparison takes equally long however much of a secret path is right.
   */
  routeOf(path: string | undefined): "call" | "health" | "describe" | undefined {
    if (isPath(path, this.path)) return "call";
    if (isPath(path, this.healthPath)) return "health";
    return isPath(path, this.describePath) ? "describe" : undefined;
  }

  /** Answers a call of the engine. Never throws. */
  async answer(request: HttpRequest): Promise<HttpAnswer> {
    this.#open += 1;
    request.onAnswered?.(this.#answered);
    let answer: HttpAnswer;
    let isCall = false;
    try {
      assertCall(request);
      const body = await request.body(this.maxBodyBytes);
      assertBody(body, this.maxBodyBytes);
      isCall = true;
      answer = succeeded(await this.handler.handle(body));
    } catch (thrown) {
      answer = isCall ? this.#failed(thrown) : this.#refused(request, thrown);
    }
    if (request.onAnswered === undefined) this.#answered();
    // A kept connection would bring the next call to a server that is about to end.
    return this.handler.closing ? withClose(answer) : answer;
  }

  /** The answer to a request that is no call. */
  #refused(request: HttpRequest, thrown: unknown): HttpAnswer {
    const answer = failed(this.#logged(thrown, "REQUEST_ABORTED", "The request's body ended early."));
    // The rest of a refused upload is not worth reading.
    return request.hasUnreadBody?.() ? withClose(answer) : answer;
  }

  /** The answer to a call that failed. A RequestReplyHandler logs its own errors, but a subclass of it may throw anything. */
  #failed(thrown: unknown): HttpAnswer {
    return failed(thrown instanceof StatefunError ? thrown : this.#logged(thrown, "HANDLER_FAILED", "A call failed."));
  }

  /** Logs what was thrown, as an error with this code and message unless it has its own. */
  #logged(thrown: unknown, code: ErrorCode, message: string): StatefunError {
    const error = thrown instanceof StatefunError ? thrown : new StatefunError(code, message, { cause: thrown });
    logFailure(this.handler.logger, error);
    return error;
  }

  /** Answers a health check. */
  health(request?: Pick<HttpRequest, "hasUnreadBody">): HttpAnswer {
    const answer = this.handler.closing ? plainText(503, "closing\n") : plainText(200, "ok\n");
    return request?.hasUnreadBody?.() ? withClose(answer) : answer;
  }

  /** Answers who asks which functions are served, and which types they take and keep. */
  describe(request: Omit<HttpRequest, "body">): HttpAnswer {
    let answer: HttpAnswer;
    try {
      assertAsked(request, this.#describe || "loopback");
      answer = jsonText(`${this.handler.describe()}\n`);
    } catch (thrown) {
      const error =
        thrown instanceof StatefunError ? thrown : new StatefunError("HANDLER_FAILED", describeValue(thrown));
      answer = failed(error, "GET, HEAD");
    }
    return request.hasUnreadBody?.() ? withClose(answer) : answer;
  }

  /** Takes no new calls, and resolves when the answers of those in flight have left. */
  async close(): Promise<void> {
    await this.handler.close();
    if (this.#open > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Is called once for each call, when its answer has left. */
  readonly #answered = (): void => {
    this.#open -= 1;
    if (this.#open === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  };
}

function handlerOf(served: StatefulFunctions | RequestReplyHandler, options: HandlerOptions): RequestReplyHandler {
  if (served instanceof StatefulFunctions) return new RequestReplyHandler(served, options);
  if (!(served instanceof RequestReplyHandler)) {
    throw new StatefunError(
      "OPTION_INVALID",
      `The functions are ${describeValue(served)}; they must be a StatefulFunctions or a RequestReplyHandler. ${otherCopy}`,
    );
  }
  const [option] = Object.keys(options);
  if (option === undefined) return served;
  throw new StatefunError("OPTION_INVALID", `"${option}" is an option of the RequestReplyHandler: give it there.`);
}
