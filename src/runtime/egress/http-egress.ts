// An egress to a web server: one POST for each record, until it is answered with 2xx.

import { Agent, request } from "undici";
import type { EgressConsumer, EgressRecord } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import type { Duration } from "../../model/duration.js";
import { timer } from "../../model/options.js";
import { type FindType, jsonOf } from "../../types/value-json.js";
import { encodeHeader } from "../http/value-answer.js";
import { windowOf } from "./process-egress.js";
import { type EgressOptions, Retry, RetryAfter } from "./retry.js";

/** Options of an {@link HttpEgress}. */
export interface HttpEgressOptions extends EgressOptions {
  /** Where records are posted to: http or https. */
  readonly url: string;
  /** Headers of every request, for example Authorization. Defaults to none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How many records may be under way at once. Defaults to 1: in order, one after the other. */
  readonly concurrency?: number | undefined;
  /** How long one request may take. Defaults to 30 seconds. */
  readonly timeout?: Duration | undefined;
}

/**
 * Posts records: at least once, since an answer may be lost; the receiver drops repeats by the header
 * Statefun-Record-Id. Whatever is not answered with 2xx is tried again, for ever: a record must not be lost because a
 * server was set up wrongly for a while.
 */
export class HttpEgress implements EgressConsumer {
  readonly window: number;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #find: FindType;
  readonly #retry: Retry;
  readonly #agent: Agent;

  /** Throws OPTION_INVALID and DURATION_INVALID. */
  constructor(egress: string, find: FindType, options: HttpEgressOptions) {
    const { url, headers = {}, concurrency, timeout } = options;
    this.window = windowOf(egress, concurrency);
    this.#timeoutMs = timer(timeout, "timeout", `The egress ${egress}`) ?? 30_000;
    this.#url = urlOf(egress, url);
    this.#headers = headers;
    this.#find = find;
    // Its name for people leaves out what may be secret.
    this.#retry = new Retry(`The egress ${egress} to ${this.#url.origin}${this.#url.pathname}`, options);
    this.#agent = new Agent({ connections: this.window, pipelining: 1 });
  }

  receive(record: EgressRecord): Promise<void> {
    return this.#retry.run(`the record ${record.id}`, () => this.#post(record));
  }

  /** Ends what is under way; the receiver may have got it, and then gets it again. */
  async close(): Promise<void> {
    this.#retry.close();
    await this.#agent.destroy();
  }

  async #post(record: EgressRecord): Promise<void> {
    const stop = new AbortController();
    const late = new Error(`it did not answer within ${this.#timeoutMs} ms`);
    const timer = setTimeout(() => stop.abort(late), this.#timeoutMs);
    const close = () => stop.abort(this.#retry.signal.reason);
    this.#retry.signal.addEventListener("abort", close);
    try {
      await this.#request(record, stop.signal);
    } finally {
      clearTimeout(timer);
      this.#retry.signal.removeEventListener("abort", close);
    }
  }

  async #request({ id, egress, value }: EgressRecord, signal: AbortSignal): Promise<void> {
    const json = jsonOf(this.#find, value);
    const { statusCode, headers, body } = await request(this.#url, {
      method: "POST",
      dispatcher: this.#agent,
      signal,
      headers: {
        ...this.#headers,
        "Content-Type": json === undefined ? "application/octet-stream" : "application/json",
        "Statefun-Record-Id": id,
        "Statefun-Egress": encodeHeader(egress),
        "Statefun-Type": encodeHeader(value.typename),
      },
      body: json ?? value.value,
    });
    await body.dump();
    if (statusCode >= 200 && statusCode < 300) return;
    throw new RetryAfter(`it answered with ${statusCode}`, secondsOf(headers["retry-after"]) * 1000);
  }
}

function secondsOf(retryAfter: string | string[] | undefined): number {
  const seconds = Number(retryAfter);
  return seconds > 0 ? seconds : 0;
}

function urlOf(egress: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new StatefunError(
    "OPTION_INVALID",
    `The url of the egress ${egress} is "${text}"; it must be one of http or https.`,
  );
}
