// A Node request as an endpoint takes it, for every host that is built on node:http.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../errors.js";
import { assertBodyLength, tooLarge } from "./body-limit.js";
import { assertServable, type HttpAnswer, type HttpEndpoint, type HttpRequest, withClose } from "./endpoint.js";

/** What an endpoint needs of a Node request. */
export function requestOf(request: IncomingMessage, response: ServerResponse): HttpRequest {
  return {
    method: request.method,
    contentType: request.headers["content-type"],
    contentEncoding: request.headers["content-encoding"],
    body: async (maxBytes) => {
      const body = new NodeBody(request, maxBytes);
      await body.settled;
      return body.bytes();
    },
    onAnswered: (done) => onAnswered(request, response, done),
  };
}

/**
 * Answers a request by one call of `send`, with as few promises, listeners and closures as a call can do with: it is the
 * same as `endpoint.answer(requestOf(request, response))`. A body that is there already needs no reading.
 */
export function answerNode<Host>(
  endpoint: HttpEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
  host: Host,
  send: (host: Host, answer: HttpAnswer) => void,
  parsed?: Uint8Array,
): Promise<void> {
  endpoint.opened();
  let body: NodeBody | undefined;
  onAnswered(request, response, () => {
    endpoint.answered();
    body?.end();
  });
  try {
    const { method, headers } = request;
    assertServable(method, headers["content-type"], headers["content-encoding"]);
    if (parsed === undefined) body = new NodeBody(request, endpoint.maxBodyBytes, closesWithSocket(request));
  } catch (thrown) {
    refuse(endpoint, request, host, send, thrown);
    return Promise.resolve();
  }
  // The function runs behind a promise, not in the body's last event: it keeps the host's AsyncLocalStorage.
  return (body?.settled ?? Promise.resolve()).then(() => {
    let bytes: Uint8Array;
    try {
      bytes = parsed ?? (body as NodeBody).bytes();
    } catch (thrown) {
      return refuse(endpoint, request, host, send, thrown);
    }
    const answer = endpoint.answerBody(bytes);
    return answer instanceof Promise ? answer.then((settled) => send(host, settled)) : send(host, answer);
  });
}

function refuse<Host>(
  endpoint: HttpEndpoint,
  request: IncomingMessage,
  host: Host,
  send: (host: Host, answer: HttpAnswer) => void,
  thrown: unknown,
): void {
  const answer = endpoint.refused(thrown);
  send(host, hasUnreadBody(request) ? withClose(answer) : answer);
}

/** Whether its answer is sure to close when its client leaves. A request that a host makes itself may have no socket. */
function closesWithSocket({ httpVersionMajor, socket }: Partial<IncomingMessage>): boolean {
  return httpVersionMajor === 1 && Boolean(socket);
}

/** Calls `done` when the answer has left, or never will. */
function onAnswered({ socket }: Partial<IncomingMessage>, response: ServerResponse, done: () => void): void {
  // A response that waits behind another one has no socket yet, and does not close when the client leaves.
  const behind = response.socket === null ? socket : undefined;
  if (response.closed || behind?.closed) done();
  else if (!behind) response.on("close", done);
  else {
    // Newer Nodes close the response too, after the socket.
    const ended = () => {
      response.off("close", ended);
      behind.off("close", ended);
      done();
    };
    response.on("close", ended);
    behind.on("close", ended);
  }
}

/** A request's body on its way into memory, never more of it than the limit. */
class NodeBody {
  /** Resolves when the body is there, or never will be. Of nothing: a promise looks through what it is resolved with. */
  readonly settled: Promise<void>;
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #settle: (() => void) | undefined;
  #failure: StatefunError | undefined;

  /**
   * Begins to read. It ends with the request; where it is told of its end by {@link end}, it ends with the last byte, and
   * the request has fewer listeners to tell. Throws BODY_CONSUMED, REQUEST_ABORTED and REQUEST_TOO_LARGE.
   */
  constructor(request: IncomingMessage, maxBytes: number, isToldOfEnd = false) {
    if (request.readableDidRead || request.readableEnded) {
      throw new StatefunError(
        "BODY_CONSUMED",
        "Another middleware has read the request's body. Mount statefun before any body parser.",
      );
    }
    // A client that has left by now tells nobody again.
    if (request.destroyed) throw aborted();
    // A declared length is refused before a byte is read; a chunked body has none.
    const declared = Number(request.headers["content-length"] ?? 0);
    assertBodyLength(declared, maxBytes);
    this.#maxBytes = maxBytes;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    // Where a length is declared, Node lets neither less nor more come.
    const last = isToldOfEnd ? declared : 0;
    request.on("data", (chunk: Buffer) => {
      this.#add(chunk);
      if (this.#length === last) this.#finish();
    });
    if (!(last > 0)) request.on("end", () => this.#finish());
    if (isToldOfEnd) return;
    request.on("close", () => this.end());
    // A request of HTTP/1 emits an error only to those who listen, and closes anyway.
    if (request.httpVersionMajor !== 1) request.on("error", () => this.end());
  }

  /** The client is gone: what is not there by now never comes. */
  end(): void {
    if (this.#settle !== undefined) this.#finish(aborted());
  }

  /** The body, once it has settled. Throws REQUEST_ABORTED and REQUEST_TOO_LARGE. */
  bytes(): Uint8Array {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#length);
  }

  #add(chunk: Buffer): void {
    // The rest of a body that is refused is dropped.
    if (this.#settle === undefined) return;
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes) this.#finish(tooLarge(this.#maxBytes));
    else this.#chunks.push(chunk);
  }

  #finish(failure?: StatefunError): void {
    if (this.#settle === undefined) return;
    this.#failure = failure;
    this.#settle();
    this.#settle = undefined;
  }
}

const aborted = () => new StatefunError("REQUEST_ABORTED", "The request's body ended early.");

/** Whether the client is still sending. What is left of a refused upload is not worth reading: end the connection. */
export function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0);
}
