// Requests to a running runtime: its ingress and its admin server.

import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { describe, type ErrorCode, oneLine, StatefunError } from "../errors.js";
import { type Input, usage } from "./parse.js";

export interface Outgoing {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** As it is sent: percent-encoded, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** How long the server may say nothing, in milliseconds; 0 is no limit. Defaults to 60,000. */
  readonly idleMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Asks the ingress. Throws CLIENT_FAILED, and what the ingress answers with. */
export function askIngress(input: Input, outgoing: Outgoing): Promise<Answer> {
  return ask(input.text("url") ?? "http://127.0.0.1:7070", input.text("ingress-token"), outgoing);
}

/** Asks the admin server. Throws CLIENT_FAILED, and what the admin server answers with. */
export function askAdmin(input: Input, outgoing: Outgoing): Promise<Answer> {
  return ask(input.text("admin-url") ?? "http://127.0.0.1:7071", input.text("admin-token"), outgoing);
}

/** The JSON of an answer. */
export function jsonOf<T>({ body }: Answer): T {
  return JSON.parse(body.toString()) as T;
}

/** Path parts as they are sent. */
export function pathOf(...parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join("");
}

/** A query of those parameters that have a value. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

async function ask(url: string, token: string | undefined, outgoing: Outgoing): Promise<Answer> {
  // What a header can't hold, or would lose at its ends, the server can't know.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw usage("The token has a space or a character beyond ASCII: no server takes one like it.");
  }
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const answer = await exchange(baseOf(url), { ...outgoing, headers: { ...outgoing.headers, ...authorization } });
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw errorOf(url, answer);
}

function baseOf(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base?.protocol === "http:" || base?.protocol === "https:") return base;
  throw usage(`"${url}" is no URL of a server. Write it as http://host:port.`);
}

function exchange(base: URL, { method, path, headers, body, idleMs = 60_000 }: Outgoing): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const unreachable = (why: string, cause?: unknown) =>
      reject(new StatefunError("CLIENT_FAILED", `${base.origin} can't be reached: ${why}.`, { cause }));
    const send = base.protocol === "https:" ? httpsRequest : httpRequest;
    // The path is given apart: a URL would resolve an id such as .. away.
    const fullPath = `${base.pathname.replace(/\/$/, "")}${path}`;
    const outgoing = send(base, { method, path: fullPath, headers: { ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", (error) => unreachable(describe(error), error));
      response.once("end", () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.setTimeout(idleMs, () => {
      // It counts from the connection on, so there is a server.
      const late = `${base.origin} has not answered within ${idleMs / 1000} s. It may wait for a call that is in flight.`;
      reject(new StatefunError("ANSWER_TIMEOUT", late));
      outgoing.destroy();
    });
    outgoing.once("error", (error: NodeJS.ErrnoException) => unreachable(error.message || (error.code ?? ""), error));
    outgoing.end(body);
  });
}

/** The error that an answer holds; one without is not from a runtime. */
function errorOf(url: string, { status, body }: Answer): StatefunError {
  const text = body.toString();
  let said: { code?: unknown; message?: unknown } | undefined;
  try {
    said = JSON.parse(text);
  } catch {
    // told below
  }
  if (typeof said?.code === "string") {
    // A fault of the runtime itself is told to its log alone.
    const message = typeof said.message === "string" ? said.message : "The runtime failed; its log says why.";
    return new StatefunError(said.code as ErrorCode, message);
  }
  return new StatefunError("CLIENT_FAILED", `${url} is not a statefun runtime: it answered ${status} ${oneLine(text)}`);
}
