// An egress to a web server: posts each record until the server answers with 2xx.

import { validateHeaderName, validateHeaderValue } from "node:http";
import { Agent, request } from "undici";
import type { EgressFailure } from "../../engine/egresses-api.js";
import type { EgressConsumer, EgressRecord } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import type { Duration } from "../../model/duration.js";
import { httpUrlProblem } from "../../model/http-url.js";
import type { Metadata } from "../../model/metadata.js";
import { defineOptions, type Option, positiveInteger, required, timer, withDefault } from "../../model/options.js";
import { encodeMetadataHeader, metadataHeader } from "../../types/metadata-header.js";
import { type FindType, jsonOf } from "../../types/value-json.js";
import { encodeHeader } from "../http/value-answer.js";
import { type RepeatOptions, Retry, RetryAfter } from "./retry.js";

/** Posts records to a web server, each at least once. */
export interface HttpEgressSpec {
  /** Where records are posted to: http or https, without a user and a password. */
  readonly url: string;
  /** Headers of every request, for example Authorization. The egress itself sends Content-Type. Defaults to none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How many records may be posted at once. Defaults to 1: in order, one after the other. */
  readonly concurrency?: number;
  /** How long one request may take. Defaults to 30 seconds. */
  readonly timeout?: Duration;
}

/** Throws OPTION_INVALID without the URL, which may hold a password. */
const urlOption: Option<string, string | undefined> = (input, name, where) => {
  const problem = input === undefined ? undefined : httpUrlProblem(input);
  if (problem === undefined) return input;
  throw new StatefunError(
    "OPTION_INVALID",
    `${where}: ${name} is not the URL of a server: ${problem}. Send credentials in headers.`,
  );
};

/** The headers that the egress itself sends, and those that belong to the connection. */
const ownHeaders =
  /^(content-type|content-length|transfer-encoding|connection|host|traceparent|tracestate|statefun-(record-id|egress|type|metadata))$/i;

/** Throws OPTION_INVALID without the values, which may be secret. */
const headersOption: Option<Readonly<Record<string, string>>, Readonly<Record<string, string>> | undefined> = (
  input,
  name,
  where,
) => {
  const fail = (why: string) => new StatefunError("OPTION_INVALID", `${where}: ${name} ${why}.`);
  if (input === undefined) return input;
  if (typeof input !== "object" || input === null || Array.isArray(input)) throw fail("must be an object of texts");
  const seen = new Set<string>();
  for (const [header, value] of Object.entries(input)) {
    const shown = JSON.stringify(header);
    if (ownHeaders.test(header)) throw fail(`has ${shown}, which the egress itself sends`);
    if (seen.has(header.toLowerCase())) throw fail(`has ${shown} twice`);
    seen.add(header.toLowerCase());
    try {
      validateHeaderName(header);
      if (typeof value !== "string") throw new TypeError("it is no text");
      validateHeaderValue(header, value);
    } catch (error) {
      throw new StatefunError("OPTION_INVALID", `${where}: ${name} has ${shown}, which no request can carry.`, {
        cause: error,
      });
    }
  }
  return input;
};

const httpEgressOptions = defineOptions<HttpEgressSpec>()({
  url: required(urlOption, "an http or https URL"),
  headers: withDefault(headersOption, {}),
  concurrency: withDefault(positiveInteger, 1),
  timeout: withDefault(timer, 30_000),
});

/**
 * Posts records. A record is acknowledged by an answer of 2xx. That answer may be lost, so the receiver drops repeats by the
 * header Statefun-Record-Id. Any other answer is a failure, and the record is posted again, for ever: a server that is set up
 * wrongly for a while must not lose records.
 */
export class HttpEgress implements EgressConsumer {
  readonly kind = "http";
  readonly window: number;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #find: FindType;
  readonly #retry: Retry;
  readonly #agent: Agent;

  /** Throws OPTION_INVALID and DURATION_INVALID. */
  constructor(egress: string, spec: HttpEgressSpec, find: FindType, options: RepeatOptions = {}) {
    const { url, headers, concurrency, timeout: timeoutMs } = httpEgressOptions.read(`The egress ${egress}`, spec);
    this.window = concurrency;
    this.#url = new URL(url);
    this.#headers = headers;
    this.#timeoutMs = timeoutMs;
    this.#find = find;
    // The log does not show the query of the URL: it may be secret.
    this.#retry = new Retry(
      { name: `The egress ${egress} to ${this.#url.origin}${this.#url.pathname}`, egress },
      options,
    );
    this.#agent = new Agent({ connections: this.window, pipelining: 1 });
  }

  /** See EgressConsumer.failures. */
  get failures(): number {
    return this.#retry.failures;
  }

  /** See EgressConsumer.lastFailure. */
  get lastFailure(): EgressFailure | undefined {
    return this.#retry.lastFailure;
  }

  /** The URL without its query, which may be secret. */
  get target(): string {
    return `${this.#url.origin}${this.#url.pathname}`;
  }

  receive(record: EgressRecord): Promise<void> {
    return this.#retry.run(`the record ${record.id}`, () => this.#post(record));
  }

  /** Ends the requests in flight. The receiver may have taken their records, and then gets those records again. */
  async close(): Promise<void> {
    this.#retry.close();
    await this.#agent.destroy();
  }

  async #post({ id, egress, value }: EgressRecord): Promise<void> {
    const json = jsonOf(this.#find, value);
    const metadata = encodeMetadataHeader(value.metadata);
    const { statusCode, headers, body } = await request(this.#url, {
      method: "POST",
      dispatcher: this.#agent,
      signal: AbortSignal.timeout(this.#timeoutMs),
      headers: {
        ...this.#headers,
        ...traceHeaders(value.metadata),
        "Content-Type": json === undefined ? "application/octet-stream" : "application/json",
        "Statefun-Record-Id": id,
        "Statefun-Egress": encodeHeader(egress),
        "Statefun-Type": encodeHeader(value.typename),
        ...(metadata === undefined ? {} : { [metadataHeader]: metadata }),
      },
      body: json ?? value.value,
    });
    await body.dump();
    if (statusCode >= 200 && statusCode < 300) return;
    throw new RetryAfter(`it answered with ${statusCode}`, secondsOf(headers["retry-after"]) * 1000);
  }
}

/** The context of a trace under the names of its own headers too, where every web server looks for it. */
function traceHeaders(metadata: Metadata): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ["traceparent", "tracestate"]) {
    const text = metadata.getText(name);
    // Node refuses a request whose header holds anything else, and the record would never leave.
    if (text !== undefined && /^[\x20-\x7e]+$/.test(text)) headers[name] = text;
  }
  return headers;
}

function secondsOf(retryAfter: string | string[] | undefined): number {
  const seconds = Number(retryAfter);
  return seconds > 0 ? seconds : 0;
}
