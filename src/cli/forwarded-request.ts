// Forwards a request of HTTP/1.1 to a server of this machine, and its answer back, piece by piece.

import { type Agent, type IncomingMessage, request as requestTo, type ServerResponse } from "node:http";

/** Where requests go. */
export interface ForwardTarget {
  /** A port of 127.0.0.1. */
  readonly port: number;
  readonly agent: Agent;
}

/** Headers about one connection, which has another one behind it. Node writes those that the other connection needs. */
const connectionHeaders = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade"]);

/** Node has answered `Expect: 100-continue` before the request is forwarded. */
const notSent = new Set([...connectionHeaders, "expect"]);

/** Node frames the body of an answer again: a client of HTTP/1.0 can't read one in chunks. */
const notAnswered = new Set([...connectionHeaders, "transfer-encoding"]);

/**
 * Forwards a request. Resolves when its answer has left, or turns out to be a stream of events, which may have no end. A
 * connection that breaks on one side is broken on the other one, as if the client had connected to the server itself.
 */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { port, agent }: ForwardTarget,
): Promise<void> {
  const headers = headersWithout(request.rawHeaders, notSent);
  // Only HTTP/1.0 allows a request without a host. The server decides about the empty one.
  if (request.headers.host === undefined) headers.push("Host", "");
  const { method, url: path } = request;
  const forwarded = requestTo({ host: "127.0.0.1", port, agent, method, path, headers });
  forwarded.flushHeaders(); // Node would wait for the first piece of the body
  request.pipe(forwarded);
  forwarded.on("error", () => {
    // An answer that has begun may be complete, although the server did not take the whole body.
    if (!response.headersSent) response.destroy();
  });
  return new Promise((done) => {
    forwarded.on("response", (answer) => {
      sendAnswer(answer, request, response);
      if (answer.headers["content-type"]?.startsWith("text/event-stream")) done();
    });
    response.on("close", () => {
      if (!response.writableFinished || !request.complete) forwarded.destroy();
      done();
    });
  });
}

function sendAnswer(answer: IncomingMessage, request: IncomingMessage, response: ServerResponse): void {
  // The rest of a body that was refused is not read, so the connection can't be used again.
  if (!request.complete && (answer.statusCode as number) >= 400) response.shouldKeepAlive = false;
  response.sendDate = false; // the server has sent its own
  response.writeHead(
    answer.statusCode as number,
    answer.statusMessage as string,
    headersWithout(answer.rawHeaders, notAnswered),
  );
  response.flushHeaders();
  answer.pipe(response);
  answer.on("close", () => {
    if (!answer.complete) response.destroy();
  });
}

/** Headers as pairs in one list, without those of the names. */
function headersWithout(headers: readonly string[], names: ReadonlySet<string>): string[] {
  return headers.filter((_, index) => !names.has((headers[index - (index % 2)] as string).toLowerCase()));
}
