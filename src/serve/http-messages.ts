// A request and an answer, as adapters and an endpoint hand them to one another.

/** A request as an adapter hands it to an HttpEndpoint. */
export interface HttpRequest {
  /** The method as it was sent, in capitals. */
  readonly method: string | undefined;
  /** The header Content-Type. */
  readonly contentType: string | undefined;
  /** The header Content-Encoding. */
  readonly contentEncoding: string | undefined;
  /** The header Origin, which browsers send and engines do not. Defaults to none. */
  readonly origin?: string | undefined;
  /** Whether a program of this machine has sent the request. Defaults to no. */
  isFromLoopback?(): boolean;
  /**
   * Reads the whole body. Is called at most once. A body that arrives in pieces should be read no further than the limit,
   * and then be refused with REQUEST_TOO_LARGE.
   */
  body(maxBytes: number): Uint8Array | Promise<Uint8Array>;
  /** Whether a part of the body is still to come. The connection of a refused request then ends. Defaults to no. */
  hasUnreadBody?(): boolean;
  /** Calls `done` once the answer has left, or when it never will. Defaults to the moment at which the answer is made. */
  onAnswered?(done: () => void): void;
}

/** An answer for an adapter to send, unchanged. */
export interface HttpAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** The headers, without Content-Length. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes of the body. */
  readonly body: Uint8Array;
}
