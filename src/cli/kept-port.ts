// A port of `statefun dev`: it stays open while the process of the functions is replaced.

import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { StatefunError } from "../errors.js";
import { keepAliveMs, lastAnswersMs } from "../runtime/http/listening.js";
import type { PortSpec } from "../runtime/http/port-keeper.js";
import { type ForwardTarget, forwardRequest } from "./forwarded-request.js";
import { functionsDown, refuse } from "./functions-down.js";

/** What happens to a request: it is forwarded, refused with an error, or waits. */
type Way = ForwardTarget | StatefunError | "wait";

/** Forwards requests to the process of the functions, or lets them wait for the next process. */
export class KeptPort {
  readonly #spec: PortSpec;
  /** How long a request waits at most. */
  readonly #waitMs: number;
  readonly #server: Server;
  /** Begins the way of each request that waits. */
  readonly #waiting = new Set<() => void>();
  readonly #forwarded = new Set<Promise<void>>();
  #way: Way = "wait";
  #opened: Promise<void> | undefined;
  /** Where the requests will go. Undefined while no server has asked for the port since the last restart. */
  #next: ForwardTarget | undefined;

  constructor(spec: PortSpec, waitMs: number) {
    this.#spec = spec;
    this.#waitMs = waitMs;
    this.#server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) =>
      this.#take(request, response),
    );
  }

  /** Begins to listen, at the first call. Rejects with what Node's `listen` failed with. */
  open(): Promise<void> {
    this.#opened ??= this.#listen();
    return this.#opened;
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#spec.port, this.#spec.host);
    await once(this.#server, "listening");
    // A connection that can't be accepted, for want of file descriptors say, must not end the process.
    this.#server.on("error", () => {});
  }

  /** Where clients connect to. */
  get address(): AddressInfo {
    return this.#server.address() as AddressInfo;
  }

  /** Whether a server that asks for a port gets this one. Servers that take any free port are told apart by their names. */
  fits({ name, host, port }: PortSpec): boolean {
    const own = this.#spec;
    return !this.isUsed && own.host === host && own.port === port && (port !== 0 || own.name === name);
  }

  /** Whether a server has asked for the port since the last restart. */
  get isUsed(): boolean {
    return this.#next !== undefined;
  }

  /** Gives the port to a server, which listens on another port of 127.0.0.1. The requests go there with {@link forward}. */
  use(port: number): void {
    this.#next = { port, agent: new Agent({ keepAlive: true }) };
  }

  forward(): void {
    this.#go(this.#next ?? "wait");
  }

  refuse(error: StatefunError): void {
    this.#go(error);
  }

  hold(): void {
    this.#next = undefined;
    this.#way = "wait";
  }

  /** Resolves when the requests that were forwarded are answered. */
  async answered(): Promise<void> {
    await Promise.all(this.#forwarded);
  }

  /** Closes the port once the last answers have left. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    const limit = setTimeout(() => this.#server.closeAllConnections(), lastAnswersMs);
    await closed;
    clearTimeout(limit);
  }

  #go(way: Way): void {
    this.#way = way;
    for (const begin of [...this.#waiting]) begin();
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    if (this.#way === "wait") this.#wait(request, response);
    else if (this.#way instanceof Error) refuse(request, response, this.#way, this.#spec.host);
    else {
      const forwarded = forwardRequest(request, response, this.#way);
      this.#forwarded.add(forwarded);
      void forwarded.then(() => this.#forwarded.delete(forwarded));
    }
  }

  #wait(request: IncomingMessage, response: ServerResponse): void {
    const leave = () => {
      clearTimeout(limit);
      this.#waiting.delete(begin);
      response.off("close", leave);
    };
    const begin = () => {
      leave();
      this.#take(request, response);
    };
    const limit = setTimeout(() => {
      leave();
      refuse(request, response, tooSlow, this.#spec.host);
    }, this.#waitMs);
    this.#waiting.add(begin);
    response.on("close", leave);
  }
}

const tooSlow = functionsDown("They take too long to start.");
