// Reads the body of a request, for every server of the runtime.

import type { IncomingMessage } from "node:http";
import { StatefunError } from "../../errors.js";

const tick = Promise.resolve();

/**
 * Reads a whole body into memory. Rejects with REQUEST_TOO_LARGE for more than `maxBytes`, REQUEST_ABORTED for a body that
 * ends early, MEDIA_TYPE_UNSUPPORTED for a compressed body, and BODY_CONSUMED when a middleware of the user's own server has
 * read the body and kept no bytes of it.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  // Node calls a listener before it has parsed the body. After one promise tick, a body that came in the same packet as the
  // headers is there, and one read costs less than the stream's events.
  return tick.then(() => {
    const { headers } = request;
    const encoding = headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      throw new StatefunError("MEDIA_TYPE_UNSUPPORTED", `The body has the encoding ${encoding}. Send it without one.`);
    }
    if (request.readableDidRead) return consumedBody(request, maxBytes);
    const declared = Number(headers["content-length"] ?? 0);
    const isThere = declared > 0 && declared <= maxBytes && request.readableLength === declared;
    return isThere ? (request.read(declared) as Buffer) : receiveBody(request, declared, maxBytes);
  });
}

/** The bytes that a body parser has kept, as express.raw() does. Throws BODY_CONSUMED and REQUEST_TOO_LARGE. */
function consumedBody({ body }: IncomingMessage & { readonly body?: unknown }, maxBytes: number): Buffer {
  if (!(body instanceof Uint8Array)) {
    throw new StatefunError(
      "BODY_CONSUMED",
      "Another middleware has read the request's body. Mount the runtime's handler before any body parser.",
    );
  }
  if (body.length > maxBytes) throw tooLarge(maxBytes);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

const tooLarge = (maxBytes: number) =>
  new StatefunError("REQUEST_TOO_LARGE", `The request's body is larger than ${maxBytes} bytes.`);

/** Receives a body in pieces. */
function receiveBody(request: IncomingMessage, declared: number, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Most clients read no answer before they have written the whole body. So a body of up to four times the limit is read and
    // dropped, and the client then learns why it was refused.
    const dropLimit = maxBytes * 4;
    let length = 0;
    let chunks: Buffer[] = [];
    // The request stays until it is answered, which may take long, and its listeners hold this promise with the body.
    const leave = () => {
      for (const [event, listener] of Object.entries(listeners)) request.off(event, listener);
    };
    const fail = (error: StatefunError) => {
      leave();
      reject(error);
    };
    const failTooLarge = () => fail(tooLarge(maxBytes));
    const failAborted = () => fail(new StatefunError("REQUEST_ABORTED", "The request's body ended early."));
    const listeners = {
      data(chunk: Buffer) {
        length += chunk.length;
        if (length <= maxBytes) chunks.push(chunk);
        else chunks = [];
        if (length > dropLimit) failTooLarge();
      },
      end() {
        if (length > maxBytes) return failTooLarge();
        leave();
        resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length));
      },
      error: failAborted,
      close() {
        if (!request.complete) failAborted();
      },
    };
    if (declared > dropLimit) return failTooLarge();
    for (const [event, listener] of Object.entries(listeners)) request.on(event, listener);
  });
}
