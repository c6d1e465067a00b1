// A server of the runtime on a port of its own: it listens, and closes gracefully.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { listenFailure } from "../../model/listen-failure.js";
import { defaultLogger, type Logger, logFailure } from "../../model/logger.js";
import { Access, type AccessOptions } from "./access.js";
import { Answering, type ObserveAnswer, type RequestHandler } from "./answering.js";
import { portKeeper } from "./port-keeper.js";

/** Options of {@link listen}: where the server listens, and who may use it. */
export interface ListenOptions extends Omit<AccessOptions, "host"> {
  /** The name of the server in error messages, for example "The ingress". */
  readonly name: string;
  /** What a user changes to choose another port, for example "the option ingress.port". */
  readonly option: string;
  /** The port to listen on; 0 picks a free one. */
  readonly port: number;
  /** The address to listen on. Defaults to "127.0.0.1". */
  readonly host?: string | undefined;
  /** Takes a line for every answer with status 500. Defaults to stderr. */
  readonly logger?: Logger | undefined;
  /**
   * Takes the code of each answer: "OK", or the code of the error, or "CLIENT_LEFT" when the client has left before its
   * answer. Defaults to nothing.
   */
  readonly observe?: ObserveAnswer | undefined;
}

/**
 * How long an idle connection is kept: longer than most clients and proxies keep it. The other side then closes it, and no
 * request is sent on a connection that is being closed here.
 */
export const keepAliveMs = 65_000;

/** The address that only this machine reaches. */
const defaultHost = "127.0.0.1";

/** How long answers that have just been written may take to leave, when the time for closing is over. */
export const lastAnswersMs = 100;

/** A server that listens. */
export class HttpServer {
  readonly #server: Server;
  readonly #answering: Answering;
  readonly #logger: Logger;
  /** Where clients connect to. */
  #address!: AddressInfo;
  #isClosing = false;

  /** @internal */
  constructor(answering: Answering, logger: Logger) {
    this.#answering = answering;
    this.#logger = logger;
    this.#server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
      if (this.#isClosing) response.shouldKeepAlive = false;
      answering.take(request, response, request.url as string);
    });
  }

  /** @internal */
  async start({ name, option, port, host = defaultHost }: ListenOptions): Promise<this> {
    const keeper = portKeeper();
    try {
      if (keeper === undefined) this.#address = await this.#listen(port, host);
      else this.#address = await keeper.keep({ name, host, port }, (await this.#listen(0, defaultHost)).port);
    } catch (error) {
      this.#server.close();
      throw listenFailure({ name, option, host, port }, error as NodeJS.ErrnoException);
    }
    // A connection that can't be accepted, for want of file descriptors say, must not end the process.
    this.#server.on("error", (error) => logFailure(this.#logger, error));
    return this;
  }

  async #listen(port: number, host: string): Promise<AddressInfo> {
    this.#server.listen(port, host);
    await once(this.#server, "listening");
    return this.#server.address() as AddressInfo;
  }

  /** The port that clients connect to. */
  get port(): number {
    return this.#address.port;
  }

  /** The URL that clients connect to, for people: "http://127.0.0.1:7070". */
  get url(): string {
    const { address, family, port } = this.#address;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  /** Refuses new requests; resolves when those in flight are answered, or cut off after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    let onAllLeft = () => {};
    this.#answering.close(() => {
      // Node counts the connection as idle only after the turn in which the answer has left.
      setImmediate(() => {
        if (this.#isLeaving) return;
        this.#server.closeIdleConnections();
        onAllLeft();
      });
    });
    for (const response of this.#answering.responses()) response.shouldKeepAlive = false;
    const limit = setTimeout(() => this.#server.closeAllConnections(), Math.max(graceMs, lastAnswersMs));
    if (this.#isLeaving) {
      await new Promise<void>((resolve) => {
        onAllLeft = resolve;
      });
    }
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(limit);
  }

  /**
   * Whether a client still has to read the end of an answer. Node takes such a connection for an idle one: to close the idle
   * ones would cut the answer off.
   */
  get #isLeaving(): boolean {
    for (const response of this.#answering.responses()) {
      if (response.writableEnded && !response.destroyed) return true;
    }
    return false;
  }
}

/** Starts a server. Rejects with ADDRESS_IN_USE when the port is taken, and with OPTION_INVALID. */
export async function listen(options: ListenOptions, handle: RequestHandler): Promise<HttpServer> {
  const { name, host = defaultHost, logger = defaultLogger, observe } = options;
  const access = new Access(name, { ...options, host });
  return new HttpServer(new Answering({ handle, access, logger, observe }), logger).start(options);
}
