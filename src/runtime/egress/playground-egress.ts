// The egress of StateFun's playground: GET /<topic> takes the next record of that topic.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { EgressConsumer, EgressRecord } from "../../engine/engine-api.js";
import { oneLine, StatefunError } from "../../errors.js";
import { defaultLogger, type Logger } from "../../model/logger.js";
import { targetOf } from "../http/request-target.js";
import { assertMethod, type HttpServer, listen, sendBody } from "../http/server.js";

/** The egress that functions of the playground send to. */
export const playgroundEgress = "io.statefun.playground/egress";
/** The type of its records: JSON of a topic and a payload. */
const recordType = "io.statefun.playground/EgressRecord";

/** Options of a {@link PlaygroundEgress}. */
export interface PlaygroundEgressOptions {
  /** The port to listen on; 0 picks a free one. */
  readonly port: number;
  readonly topics: readonly string[];
  /** Takes a line for every record that no request can take. Defaults to stderr. */
  readonly logger?: Logger | undefined;
}

/** A record that waits to be taken. */
interface Waiting {
  readonly payload: string;
  taken(): void;
  fail(error: StatefunError): void;
}

/** Holds records until requests take them. A record is acknowledged when the answer that carries it has left. */
export class PlaygroundEgress implements EgressConsumer {
  readonly window = 10_000;
  readonly #topics: Map<string, Waiting[]>;
  readonly #logger: Logger;
  readonly #undeclared: Waiting[] = [];
  #closed = false;
  #server!: HttpServer;

  private constructor({ topics, logger = defaultLogger }: PlaygroundEgressOptions) {
    this.#topics = new Map(topics.map((topic) => [topic, []]));
    this.#logger = logger;
  }

  /** Starts to listen. Rejects with ADDRESS_IN_USE when the port is taken, and with OPTION_INVALID. */
  static async open(options: PlaygroundEgressOptions): Promise<PlaygroundEgress> {
    const { port, logger } = options;
    const egress = new PlaygroundEgress(options);
    egress.#server = await listen(
      { name: "The playground egress", option: "port in the module file", port, logger },
      (request, response) => egress.#answer(request, response),
    );
    return egress;
  }

  /** The port that the egress listens on. */
  get port(): number {
    return this.#server.port;
  }

  /** The URL that the egress listens on, for people. */
  get url(): string {
    return this.#server.url;
  }

  receive({ id, value }: EgressRecord): Promise<void> {
    if (this.#closed) return Promise.reject(closed());
    const record = value.typename === recordType ? parseRecord(value.value) : undefined;
    if (record === undefined) {
      // No request could ever take this record. Flink would fail the job because of the record, again and again.
      this.#tell(
        `The record ${id} was dropped: its type is ${value.typename}; it must be ${recordType}, JSON of a topic and a payload.`,
      );
      return Promise.resolve();
    }
    let queue = this.#topics.get(record.topic);
    if (queue === undefined) {
      this.#tell(`The record ${id} waits: its topic "${record.topic}" is not declared. Add it to the module file.`);
      queue = this.#undeclared;
    }
    const waiting = queue;
    return new Promise((taken, fail) => {
      waiting.push({ payload: record.payload, taken, fail });
    });
  }

  /** Stops listening. Records that were not taken stay in the outbox. */
  async close(graceMs = 0): Promise<void> {
    this.#closed = true;
    await this.#server.close(graceMs);
    for (const queue of [...this.#topics.values(), this.#undeclared]) {
      for (const { fail } of queue.splice(0)) fail(closed());
    }
  }

  #tell(what: string): void {
    const error = new StatefunError("EGRESS_RECORD_INVALID", `${playgroundEgress}: ${what}`);
    this.#logger.error(oneLine(error.message), error);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    assertMethod(request, "GET");
    const topic = targetOf(request.url as string).parts.join("/");
    const queue = this.#topics.get(topic);
    const next = queue?.shift();
    if (next === undefined) {
      // The same statuses as the playground's own server has.
      sendBody(response, queue === undefined ? 405 : 404, "text/plain", "", queue === undefined ? ["Allow", ""] : []);
      return;
    }
    sendBody(response, 200, "text/plain; charset=utf-8", next.payload);
    let left = false;
    response.on("finish", () => {
      // Node emits finish for an answer that breaks off, too.
      if (request.socket.destroyed) return;
      left = true;
      next.taken();
    });
    response.on("close", () => {
      if (!left) queue?.unshift(next);
    });
  }
}

const closed = () =>
  new StatefunError("SHUTTING_DOWN", "The playground egress is closed; its records stay in the outbox.");

function parseRecord(bytes: Uint8Array): { topic: string; payload: string } | undefined {
  try {
    const { topic, payload } = JSON.parse(Buffer.from(bytes).toString()) as { topic?: unknown; payload?: unknown };
    if (typeof topic !== "string") return undefined;
    if (typeof payload === "string") return { topic, payload };
    // The playground's own server turns numbers and booleans into text, too.
    return typeof payload === "number" || typeof payload === "boolean"
      ? { topic, payload: String(payload) }
      : undefined;
  } catch {
    return undefined;
  }
}
