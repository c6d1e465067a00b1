// A request of our own server. The body of a call comes in one piece: it is held back from the stream that a request is, and
// handed over without the stream's work.

import { IncomingMessage } from "node:http";

/** A request for `createServer`. Until it is told to {@link hold} its body it is the stream that it extends. */
export class CallRequest extends IncomingMessage {
  /** The length of the body to hold back; 0 when there is none. */
  #length = 0;
  #piece: Buffer | undefined;
  #taken = false;

  /** Whether a request is one: neither wrapped by somebody, nor given another prototype, as Express gives it. */
  static isOne(request: IncomingMessage): request is CallRequest {
    return #length in request && request instanceof CallRequest;
  }

  /** Whether its body was taken, which the stream does not know. */
  get isTaken(): boolean {
    return this.#taken;
  }

  /** Holds a body of this length back, if it comes in one piece. Follow it with {@link takeBody}. */
  hold(length: number): void {
    this.#length = length;
  }

  /** The body, if it is there and nobody else listens; then the request does not end. If not, the stream gets it. */
  takeBody(): Buffer | undefined {
    const piece = this.#piece;
    if (piece === undefined || this.destroyed || this.readableEncoding || isListenedTo(this)) {
      this.#release();
      return undefined;
    }
    this.#piece = undefined;
    this.#taken = true;
    // The parser says so after the body, when the answer may have left already.
    this.complete = true;
    // A stream's first read: without one, Node pulls what it takes for unread off the wire.
    this._read(0);
    return piece;
  }

  /** Called by Node for each piece of the body, and with null at its end. */
  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    if (this.#length > 0 && this.#piece === undefined && chunk?.length === this.#length) {
      this.#piece = chunk;
      return true;
    }
    this.#release();
    return super.push(chunk, encoding);
  }

  #release(): void {
    this.#length = 0;
    if (this.#piece !== undefined) super.push(this.#piece);
    this.#piece = undefined;
  }
}

/** Whether somebody reads a request, or waits for its end. */
export function isListenedTo(request: IncomingMessage): boolean {
  return request.readableFlowing !== null || request.listenerCount("end") > 0 || request.listenerCount("close") > 0;
}
