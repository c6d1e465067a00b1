// The egress of StateFun's playground: GET /<topic> takes the next record of that topic.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { EgressConsumer, EgressRecord } from "../../engine/engine-api.js";
import { oneLine, StatefunError } from "../../errors.js";
import { defaultLogger, type Logger } from "../../model/logger.js";
import { type HttpServer, listen } from "../http/listening.js";
import { targetOf } from "../http/request-target.js";
import { assertMethod, sendBody } from "../http/sending.js";

/** The egress that functions of the playground send to. */
export const playgroundEgress = "io.statefun.playground/egress";
/** The type of its records: JSON of a topic and a payload. */
const recordType = "io.statefun.playground/EgressRecord";

/** Options of a {@link PlaygroundEgress}. */
export interface PlaygroundEgressOptions {
  /** The port to listen on; 0 picks a free one. */
  readonly port: number;
  readonly topics: readonly string[];
  /** How many records may wait to be taken. Defaults to 100,000. */
  readonly window?: number | undefined;
  /** Takes a line for every record that no request can take. Defaults to stderr. */
  readonly logger?: Logger | undefined;
}

/** A record that waits to be taken. Its payload stays in its bytes until then. */
interface Waiting {
  readonly bytes: Uint8Array;
  taken(): void;
  fail(error: StatefunError): void;
}

/** Holds records until requests take them. A record is acknowledged when the answer that carries it has left. */
export class PlaygroundEgress implements EgressConsumer {
  readonly kind = "playground";
  /** Records of all topics come in one order, so the records of one topic must not fill the window before the others. */
  readonly window: number;
  readonly #topics: Map<string, Waiting[]>;
  readonly #logger: Logger;
  readonly #undeclared: Waiting[] = [];
  #waiting = 0;
  #closed = false;
  #server!: HttpServer;

  private constructor({ topics, logger = defaultLogger, window = 100_000 }: PlaygroundEgressOptions) {
    this.window = window;
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

  /** See EgressConsumer.target. */
  get target(): string {
    return this.url;
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
    this.#waiting += 1;
    if (this.#waiting === this.window) this.#tellFull();
    return new Promise((taken, fail) => {
      waiting.push({ bytes: value.value, taken, fail });
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

  #tellFull(): void {
    const longest = [...this.#topics].reduce(
      (most, each) => (each[1].length > most[1].length ? each : most),
      ["", this.#undeclared],
    );
    const what = `${this.window} records wait to be taken, and no further record shows before some are. ${longest[1].length} of them wait ${longest[0] === "" ? "for topics that are not declared: add those topics to the module file" : `for GET /${longest[0]}`}.`;
    const error = new StatefunError("OVERLOADED", `${playgroundEgress}: ${what}`);
    this.#logger.error(oneLine(error.message), error);
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
    this.#waiting -= 1;
    sendBody(response, 200, "text/plain; charset=utf-8", parseRecord(next.bytes)?.payload ?? "");
    let left = false;
    response.on("finish", () => {
      // Node emits finish for an answer that breaks off, too.
      if (request.socket.destroyed) return;
      left = true;
      next.taken();
    });
    response.on("close", () => {
      if (left) return;
      this.#waiting += 1;
      queue?.unshift(next);
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
