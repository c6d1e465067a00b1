// Requests to the admin API. Every one is relative to the page, so the console works under any prefix.

import { formatQuery, type Query } from "./route.js";
import { authorization, loginNeeded } from "./session.js";

/** A request that the admin server refused, or that did not reach it (code UNREACHABLE). */
export class ApiError extends Error {
  readonly code: string;
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface RequestOptions {
  readonly query?: Query;
  /** The body: an object is sent as JSON, bytes as they are. Defaults to none. */
  readonly body?: unknown;
  /** Ends the request. */
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Method = "GET" | "PUT" | "POST" | "DELETE";

/** A path of the admin API, whose filled-in parts are percent-encoded: path`addresses/${namespace}/${name}/${id}`. */
export function path(texts: TemplateStringsArray, ...parts: readonly string[]): string {
  return texts.reduce((all, text, index) => `${all}${encodeURIComponent(parts[index - 1] as string)}${text}`);
}

/** The path of a function, without a leading slash: "functions/fleet/device". */
export function functionPath(typeName: string): string {
  return `functions/${splitName(typeName)}`;
}

/** The path of an address: "addresses/fleet/device/d-1". */
export function addressPath(typeName: string, id: string): string {
  return `addresses/${splitName(typeName)}/${encodeURIComponent(id)}`;
}

/** The last slash of a type name parts its namespace from its name. */
function splitName(typeName: string): string {
  const slash = typeName.lastIndexOf("/");
  return path`${typeName.slice(0, slash)}/${typeName.slice(slash + 1)}`;
}

/** Reads a path of the admin API. Rejects with ApiError, and with the signal's reason. */
export function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return request<T>("GET", path, { ...(query && { query }), ...(signal && { signal }) });
}

/** Sends a request and returns its JSON. Rejects with ApiError, and with the signal's reason. */
export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  if (response.headers.get("content-type")?.startsWith("application/json")) return response.json();
  const message = "The answer is not JSON. A proxy before the admin server may want a login: reload the page.";
  throw new ApiError("ANSWER_UNREADABLE", response.status, message);
}

/** Sends a request and returns the response once it is known to be good. Rejects as {@link request} does. */
export async function send(
  method: Method,
  path: string,
  { query = {}, body, signal, headers }: RequestOptions = {},
): Promise<Response> {
  const plain = body === undefined || typeof body === "string" || body instanceof Uint8Array || body instanceof Blob;
  const init: RequestInit = {
    method,
    headers: {
      ...authorization(),
      // A page of another site can't send this header, so it can't change anything.
      ...(method === "GET" ? {} : { "Statefun-Console": "1" }),
      ...(plain ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    cache: "no-store",
    ...(body === undefined ? {} : { body: plain ? (body as BodyInit) : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
  assertKept(path);
  let response: Response;
  try {
    response = await fetch(`${path}${formatQuery(query)}`, init);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new ApiError("UNREACHABLE", 0, `The admin server can't be reached: ${(error as Error).message}.`);
  }
  if (response.ok) return response;
  throw await refusalOf(response);
}

/**
 * A browser takes the parts "." and ".." off a URL, even when they are percent-encoded: it would ask for something else, such as the
 * state of another address.
 */
function assertKept(path: string): void {
  const part = path
    .split("?", 1)[0]
    ?.split("/")
    .find((each) => each === "." || each === "..");
  if (part === undefined) return;
  const message = `A browser can't ask for the name or id "${part}". A program can, with curl --path-as-is for example.`;
  throw new ApiError("VALUE_INVALID", 0, message);
}

async function refusalOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  let said: { readonly code?: string; readonly message?: string } = {};
  try {
    said = JSON.parse(text) ?? {};
  } catch {
    // A proxy answers with a page of its own.
  }
  const { code = `HTTP_${response.status}`, message = "The admin server's log says more." } = said;
  if (code === "UNAUTHORIZED") loginNeeded.value = true;
  return new ApiError(code, response.status, message);
}
