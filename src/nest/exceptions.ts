// What the errors of functions and of the runtime come to in a Nest application: exceptions with a status and a code.

import { type ArgumentsHost, Catch, HttpException, Logger } from "@nestjs/common";
import { BaseExceptionFilter } from "@nestjs/core";
import { StatefunError } from "../errors.js";
import { TerminalError } from "../model/terminal-error.js";
import { bodyOf, isOwnFault, retryAfterOf, statusOf } from "../runtime/http/error-answer.js";

/**
 * Makes an exception of Nest's from an error of a function or of the runtime. Its response is `{ statusCode, message, code }`, and
 * `details` of a TerminalError. A fault of the runtime itself has a code and no message, as over the ingress.
 */
export function httpExceptionOf(error: StatefunError | TerminalError): HttpException {
  const status = statusOf(error);
  const { terminal: _, ...body } = bodyOf(error);
  return new HttpException({ statusCode: status, message: "Internal Server Error", ...body }, status, { cause: error });
}

/** Answers a request whose handler has let an error of a function or of the runtime through. */
export class StatefunExceptionFilter extends BaseExceptionFilter<StatefunError | TerminalError> {
  readonly #logger = new Logger("Statefun");

  /** Answers over HTTP. Elsewhere, it throws the exception that belongs to the error. */
  override catch(error: StatefunError | TerminalError, host: ArgumentsHost): void {
    const exception = httpExceptionOf(error);
    if (host.getType() !== "http") throw exception;
    if (isOwnFault(error)) this.#logger.error(error.message, error.stack);
    const retryAfter = retryAfterOf(error);
    const { httpAdapter } = this.httpAdapterHost ?? {};
    if (retryAfter !== undefined) httpAdapter?.setHeader(host.getArgByIndex(1), "Retry-After", String(retryAfter));
    super.catch(exception as never, host);
  }
}

Catch(StatefunError, TerminalError)(StatefunExceptionFilter);
