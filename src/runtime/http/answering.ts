// Answers the requests of one server, whoever listens for them: it asks who may use the server, sends errors, and knows which
// answers have not left.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../../errors.js";
import { type Logger, logFailure } from "../../model/logger.js";
import { type Listed, OpenList } from "../../model/open-list.js";
import type { Access } from "./access.js";
import { codeOf, isOwnFault } from "./error-answer.js";
import { sendError } from "./sending.js";

/**
 * Answers one request. The URL begins where the server is mounted: "/" is its root. An error that the handler throws is answered
 * by the server.
 */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse, url: string) => void | Promise<void>;

/** Counts an answer: its code, and how many seconds after the head of its request the answer was ready. */
export type ObserveAnswer = (code: string, seconds: number) => void;

/** What {@link Answering} works with. */
export interface AnsweringParts {
  readonly handle: RequestHandler;
  readonly access: Access;
  readonly logger: Logger;
  readonly observe: ObserveAnswer | undefined;
}

/** An answer that is not ready yet, or has not left. */
class OpenAnswer implements Listed {
  place = -1;
  readonly response: ServerResponse;
  /** When the head of the request came. */
  readonly begun = performance.now();

  constructor(response: ServerResponse) {
    this.response = response;
  }
}

/** The requests of one server, from their heads to the last byte of their answers. */
export class Answering {
  readonly #parts: AnsweringParts;
  readonly #open = new OpenList<OpenAnswer>();
  /** Called when an answer has left while the server closes; undefined while it does not close. */
  #onLeft: (() => void) | undefined;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
  }

  /** Refuses further requests, and calls the function whenever an answer has left. */
  close(onLeft: () => void): void {
    this.#onLeft = onLeft;
  }

  /** The responses that are not ready yet, or have not left. */
  *responses(): Iterable<ServerResponse> {
    for (const { response } of this.#open) yield response;
  }

  /** Answers a request. */
  take(request: IncomingMessage, response: ServerResponse, url: string): void {
    const open = new OpenAnswer(response);
    this.#open.add(open);
    try {
      if (this.#onLeft !== undefined) {
        throw new StatefunError("SHUTTING_DOWN", "The runtime is closing. Send the request again.");
      }
      const { access, handle } = this.#parts;
      access.assertAllowed(request, response, url);
      const handling = handle(request, response, url);
      if (handling === undefined) this.#handled(open);
      else {
        handling.then(
          () => this.#handled(open),
          (thrown: unknown) => this.#failed(open, thrown),
        );
      }
    } catch (thrown) {
      this.#failed(open, thrown);
    }
  }

  #handled(open: OpenAnswer): void {
    this.#done(open, open.response.headersSent ? "OK" : "CLIENT_LEFT");
  }

  #failed(open: OpenAnswer, thrown: unknown): void {
    if (isOwnFault(thrown)) logFailure(this.#parts.logger, thrown);
    // Node tells that a request is complete after the turn in which its body came. Until then it looks as if there were
    // more to come, which would cost the client its connection.
    if (open.response.req.complete) this.#refuse(open, thrown);
    else setImmediate(() => this.#refuse(open, thrown));
  }

  #refuse(open: OpenAnswer, thrown: unknown): void {
    const { response } = open;
    // The head has left, so the error can't be the answer. A client that is cut off knows that the answer is not whole.
    if (response.headersSent && !response.writableEnded) response.destroy();
    else sendError(response, thrown);
    this.#done(open, codeOf(thrown));
  }

  #done(open: OpenAnswer, code: string): void {
    this.#parts.observe?.(code, (performance.now() - open.begun) / 1000);
    const { response } = open;
    // Nearly every answer leaves at once. To keep it until Node says so would cost more.
    const hasLeft = this.#onLeft === undefined && response.socket?.writableLength === 0;
    if (response.destroyed || hasLeft) this.#left(open);
    else response.on("close", () => this.#left(open));
  }

  #left(open: OpenAnswer): void {
    this.#open.remove(open);
    this.#onLeft?.();
  }
}
