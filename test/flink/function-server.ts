// The function side of the tests: serves functions with the Koa adapter on a real port, and records every call.

import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import Koa from "koa";
import { type Generation, RequestReplyHandler, type StatefulFunctions } from "statefun-ts";
import { type StatefunMiddleware, statefun } from "statefun-ts/koa";
import { WireWriter } from "../../src/bytes/writer.js";
import { writeBatchEnd } from "../../src/wire/batch-end.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { fromFunction, toFunction } from "../support/reflection.js";

/** One call of StateFun, decoded by reflection. */
export class Call {
  readonly #generation: Generation;
  readonly #request: Uint8Array;
  /** The answer's bytes. Undefined before the answer, and when the call failed. */
  answerBytes: Uint8Array | undefined;
  failure: unknown;

  constructor(generation: Generation, request: Uint8Array) {
    this.#generation = generation;
    this.#request = request;
  }

  get pending(): boolean {
    return this.answerBytes === undefined && this.failure === undefined;
  }

  /** The ToFunction's batch. */
  get batch(): any {
    const type = toFunction[this.#generation];
    return type.toObject(type.decode(this.#request), { longs: String, enums: String }).invocation;
  }

  /** The FromFunction. */
  get answer(): any {
    if (this.answerBytes === undefined) return undefined;
    const type = fromFunction[this.#generation];
    return type.toObject(type.decode(this.answerBytes), { longs: String, enums: String });
  }

  /** "namespace/name/id". */
  get target(): string {
    const { namespace, type, id } = this.batch.target;
    return `${namespace}/${type}/${id}`;
  }

  get size(): number {
    return this.batch.invocations.length;
  }
}

/**
 * How a batch ended, as the embedded engine reads it. Flink must ignore the field, so it ends every answer to Flink in these
 * tests; it says that nothing was consumed.
 */
const ignored = (() => {
  const writer = new WireWriter();
  writeBatchEnd(writer, {
    consumed: 0,
    ends: [],
    stopped: { code: "HANDLER_FAILED", message: "not for Flink", lasting: false },
  });
  return writer.finish();
})();

/** A handler that reports the begin and the end of each call. */
class ObservedHandler extends RequestReplyHandler {
  readonly #began: (request: Uint8Array) => Call;

  constructor(functions: StatefulFunctions, logger: RecordingLogger, began: (request: Uint8Array) => Call) {
    super(functions, { logger });
    this.#began = began;
  }

  override async handle(request: Uint8Array): Promise<Uint8Array> {
    const call = this.#began(request);
    try {
      call.answerBytes = await super.handle(request);
      const { partsOffered } = decodeRequest(request);
      return partsOffered ? call.answerBytes : Buffer.concat([call.answerBytes, ignored]);
    } catch (thrown) {
      call.failure = thrown;
      throw thrown;
    }
  }
}

export class FunctionServer {
  readonly logger = new RecordingLogger();
  readonly calls: Call[] = [];
  /** How many answers of each status were sent. */
  readonly statuses = new Map<number, number>();
  /** How many answers of 503 kept their connection open, which delays closing the server. */
  keptConnections = 0;
  readonly #generation: Generation;
  readonly #waiting = new Set<() => void>();
  #middleware: StatefunMiddleware;
  #answering: ((status: number) => void) | undefined;
  #server: Server | undefined;
  #port = 0;

  constructor(generation: Generation, functions: StatefulFunctions) {
    this.#generation = generation;
    this.#middleware = this.#serving(functions);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}/statefun`;
  }

  /** Listens. After a close, listens again on the same port. */
  async listen(): Promise<void> {
    const app = new Koa();
    app.use(async (context, next) => {
      await next();
      if (context.status === 503 && context.response.get("Connection") !== "close") this.keptConnections += 1;
      this.statuses.set(context.status, (this.statuses.get(context.status) ?? 0) + 1);
      this.#answering?.(context.status);
      this.#notify();
    });
    app.use((context, next) => this.#middleware(context, next));
    this.#server = app.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Serves other functions from the next call on, as a new deployment does. */
  deploy(functions: StatefulFunctions): void {
    this.#middleware = this.#serving(functions);
  }

  /** Finishes the calls in flight and answers 503 to the rest. */
  drain(): Promise<void> {
    return this.#middleware.close();
  }

  /** Stops listening. Resolves when the last connection has ended. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Closes the server while an answer of this status is being written, so that its connection is not idle. */
  closeWhileAnswering(status: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answering = (current) => {
        if (current !== status) return;
        this.#answering = undefined;
        this.close().then(resolve, reject);
      };
    });
  }

  /** Ends every connection at once. */
  async abort(): Promise<void> {
    this.#server?.closeAllConnections();
    await this.close();
  }

  callsTo(target: string): Call[] {
    return this.calls.filter((call) => call.target === target);
  }

  /** Waits until a condition holds. It is checked whenever a call begins or ends. */
  async until(what: string, isTrue: () => boolean, timeoutMs = 60_000): Promise<void> {
    if (isTrue()) return;
    await new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!isTrue()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`waited ${timeoutMs} ms for ${what}; logged: ${this.logger.lines.slice(-10).join("\n")}`));
      }, timeoutMs);
      this.#waiting.add(check);
    });
  }

  #serving(functions: StatefulFunctions): StatefunMiddleware {
    const began = (request: Uint8Array) => {
      const call = new Call(this.#generation, request);
      this.calls.push(call);
      this.#notify();
      return call;
    };
    return statefun(new ObservedHandler(functions, this.logger, began));
  }

  #notify(): void {
    for (const check of [...this.#waiting]) check();
  }
}
