// Requests to the ingress and the admin server of a running runtime.

import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isLogin } from "../client/answer.js";
import { describe, type ErrorCode, oneLine, StatefunError } from "../errors.js";
import { terminalErrorOf } from "../model/failure.js";
import { bearerTokenOption } from "../model/header-values.js";
import type { TerminalError } from "../model/terminal-error.js";
import { type Input, usage } from "./parse.js";

export interface Outgoing {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The path with its query, percent-encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** How long the connection may be silent, in milliseconds; 0 is no limit. Defaults to 60,000. */
  readonly idleMs?: number;
}

export interface Answer {
  /** The URL of the server, as the user gave it. */
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Sends a request to the ingress. Throws CLIENT_FAILED, ANSWER_TIMEOUT, and the error that the ingress answers. */
export function askIngress(input: Input, outgoing: Outgoing): Promise<Answer> {
  return ask(input.text("url") ?? "http://127.0.0.1:7070", input.text("bearer-token"), outgoing);
}

/** Sends a request to the admin server. Throws CLIENT_FAILED, ANSWER_TIMEOUT, and the error that the server answers. */
export function askAdmin(input: Input, outgoing: Outgoing): Promise<Answer> {
  return ask(input.text("admin-url") ?? "http://127.0.0.1:7071", input.text("admin-bearer-token"), outgoing);
}

/** Reads the JSON of an answer. Throws CLIENT_FAILED when there is none, as in the page of a server that is no runtime. */
export function jsonOf<T>(answer: Answer): T {
  try {
    return JSON.parse(answer.body.toString()) as T;
  } catch {
    throw notARuntime(answer);
  }
}

/** Reads what the admin server shows at a path. Throws what {@link askAdmin} throws. */
export async function look<T>(input: Input, path: string): Promise<T> {
  return jsonOf<T>(await askAdmin(input, { method: "GET", path }));
}

/** Joins the parts of a path, percent-encoded. */
export function pathOf(...parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join("");
}

/** Makes a query of the parameters that have a value. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries)}`;
}

async function ask(url: string, bearerToken: string | undefined, outgoing: Outgoing): Promise<Answer> {
  bearerTokenOption(bearerToken, "the bearer token", url);
  const authorization = bearerToken === undefined ? {} : { Authorization: `Bearer ${bearerToken}` };
  const headers = { ...outgoing.headers, ...authorization };
  const answer = { url, ...(await exchange(baseOf(url), { ...outgoing, headers })) };
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw errorOf(answer);
}

function baseOf(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base?.protocol === "http:" || base?.protocol === "https:") return base;
  throw usage(`"${url}" is not the URL of a server. Write http://host:port.`);
}

function exchange(base: URL, { method, path, headers, body, idleMs = 60_000 }: Outgoing): Promise<Omit<Answer, "url">> {
  return new Promise((resolve, reject) => {
    const unreachable = (why: string, cause?: unknown) =>
      reject(new StatefunError("CLIENT_FAILED", `${base.origin} can't be reached: ${why}.`, { cause }));
    const send = base.protocol === "https:" ? httpsRequest : httpRequest;
    // The path stays apart from the URL, since a URL removes an id such as "..".
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
      // The time starts when the connection is made, so a server is there.
      const late = `${base.origin} did not answer within ${idleMs / 1000} s. A call in flight may hold it up; try again.`;
      reject(new StatefunError("ANSWER_TIMEOUT", late));
      outgoing.destroy();
    });
    outgoing.once("error", (error: NodeJS.ErrnoException) => unreachable(error.message || (error.code ?? ""), error));
    outgoing.end(body);
  });
}

/** Reads the error of an answer. An answer without one is not from a runtime. */
function errorOf(answer: Answer): StatefunError | TerminalError {
  const { status, body } = answer;
  let error: { code?: unknown; message?: unknown; details?: unknown; terminal?: unknown } | undefined;
  try {
    error = JSON.parse(body.toString());
  } catch {
    // notARuntime says so.
  }
  if (typeof error?.code === "string") {
    // The runtime writes the message of its own fault to its log, and sends the code alone.
    const message = typeof error.message === "string" ? error.message : "The runtime failed. Its log says why.";
    if (error.terminal === true) {
      const { code, details } = error;
      return terminalErrorOf({ code, message, details, status, terminal: true });
    }
    return new StatefunError(error.code as ErrorCode, message);
  }
  return notARuntime(answer);
}

/** The error for an answer that no runtime gives. */
function notARuntime({ url, status, body }: Answer): StatefunError {
  const answered = `it answered ${status} ${oneLine(body.toString().slice(0, 500))}`;
  if (isLogin(status)) {
    const why = `A server or a proxy before ${url} asks for a login: ${answered}`;
    return new StatefunError("UNAUTHORIZED", why);
  }
  return new StatefunError("CLIENT_FAILED", `${url} is not a statefun-ts runtime: ${answered}`);
}
