// The adapter for AWS Lambda: events of an API Gateway (REST and HTTP APIs), of a function URL and of a load balancer.

import { StatefunError } from "../../errors.js";
import type { RequestReplyHandler } from "../../functions/request-reply.js";
import type { StatefulFunctions } from "../../functions/stateful-functions.js";
import { HttpEndpoint } from "../endpoint.js";
import type { HttpAnswer, HttpRequest } from "../http-messages.js";
import type { ServeOptions } from "../serve-options.js";

export type { ServeOptions } from "../serve-options.js";

type Headers = Readonly<Record<string, string | undefined>>;

/** The fields that the handler reads of an event. */
export interface LambdaEvent {
  /** The body, as text or in base64. */
  readonly body?: string | null | undefined;
  /** Whether the body is in base64. */
  readonly isBase64Encoded?: boolean | undefined;
  /** The headers, each with one value. */
  readonly headers?: Headers | null | undefined;
  /** All values of each header. REST APIs send them beside `headers`, and a load balancer can be set to send them alone. */
  readonly multiValueHeaders?: Readonly<Record<string, string[] | undefined>> | null | undefined;
  /** The method, in an event of a REST API (payload version 1.0) or of a load balancer. */
  readonly httpMethod?: string;
  /** The path, in the same events as `httpMethod`. */
  readonly path?: string;
  /** The path, in an event of an HTTP API or of a function URL (payload version 2.0). */
  readonly rawPath?: string;
  /** The stage and the method of an HTTP API, and a sign of a load balancer. */
  readonly requestContext: {
    readonly stage?: string;
    readonly http?: { readonly method: string };
    readonly elb?: unknown;
  };
}

/** An answer. It has the kind of headers that the event had, and its body in base64, since the body is binary. */
export type LambdaResult = {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly multiValueHeaders?: Record<string, string[]>;
  readonly body: string;
  readonly isBase64Encoded: true;
};

/** A Lambda handler. */
export interface StatefunLambda {
  (event: LambdaEvent): Promise<LambdaResult>;
  /** Takes no new calls, and resolves when those in flight are answered. */
  close(): Promise<void>;
}

/**
 * Makes a Lambda handler that serves functions, or a shared handler. Any other path is 404. Throws OPTION_INVALID.
 *
 * @example
 * ```ts
 * import { statefunLambda } from "statefun-ts/lambda";
 * import { functions } from "./functions.js";
 *
 * export const handler = statefunLambda(functions);
 * ```
 */
export function statefunLambda(
  served: StatefulFunctions | RequestReplyHandler,
  options?: ServeOptions,
): StatefunLambda {
  const endpoint = new HttpEndpoint(served, options);
  const handler = async (event: LambdaEvent) => {
    const route = endpoint.routeOf(pathOf(event));
    if (route === "call") return resultOf(event, await endpoint.answer(requestOf(event)));
    if (route === "describe") return resultOf(event, endpoint.describe(requestOf(event)));
    if (route === "health") return resultOf(event, endpoint.health());
    return resultOf(event, notFound);
  };
  return Object.assign(handler, { close: () => endpoint.close() });
}

/** The path of the request. An HTTP API puts the name of the stage before the path, unless the stage is the default one. */
function pathOf({ rawPath, path, requestContext: { stage } }: LambdaEvent): string | undefined {
  if (rawPath === undefined) return path;
  return rawPath.startsWith(`/${stage}/`) ? rawPath.slice(`/${stage}`.length) : rawPath;
}

function requestOf(event: LambdaEvent): HttpRequest {
  return {
    method: event.httpMethod ?? event.requestContext.http?.method,
    contentType: headerOf(event, "content-type"),
    contentEncoding: headerOf(event, "content-encoding"),
    origin: headerOf(event, "origin"),
    body: async () => bytesOf(event),
  };
}

/** Finds a header. Payload version 2.0 has header names in lower case, and the other events have them as they were sent. */
function headerOf({ headers, multiValueHeaders }: LambdaEvent, name: string): string | undefined {
  for (const [key, value] of Object.entries(headers ?? {})) if (key.toLowerCase() === name) return value;
  for (const [key, value] of Object.entries(multiValueHeaders ?? {}))
    if (key.toLowerCase() === name) return value?.at(-1);
  return undefined;
}

function bytesOf({ body, isBase64Encoded }: LambdaEvent): Uint8Array {
  if (body === undefined || body === null || body === "") return new Uint8Array(0);
  if (isBase64Encoded) return Buffer.from(body, "base64");
  // A ToFunction begins with a byte that is not UTF-8. So a body that came as text has lost bytes.
  throw new StatefunError(
    "REQUEST_MALFORMED",
    "The body came as text, which damages it. List application/octet-stream in the API's binary media types.",
  );
}

function resultOf({ multiValueHeaders }: LambdaEvent, { status, headers, body }: HttpAnswer): LambdaResult {
  const lists = () => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {
    statusCode: status,
    ...(multiValueHeaders ? { multiValueHeaders: lists() } : { headers: { ...headers } }),
    body: Buffer.from(body.buffer, body.byteOffset, body.length).toString("base64"),
    isBase64Encoded: true,
  };
}

const notFound: HttpAnswer = {
  status: 404,
  headers: { "Content-Type": "text/plain" },
  body: Buffer.from("Not found\n"),
};
