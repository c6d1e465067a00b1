// Plays the gateway before a Lambda function: turns HTTP requests into the events that AWS documents, and results into
// answers. Its formats follow "Input format of a Lambda function for proxy integration" (payload 1.0), "Working with AWS
// Lambda proxy integrations for HTTP APIs" (payload 2.0, also of function URLs) and "Lambda functions as targets".

import { createServer, type IncomingMessage } from "node:http";
import type { LambdaEvent, LambdaResult } from "../../src/serve/hosts/lambda.js";

export type EventKind =
  | "REST API"
  | "HTTP API"
  | "function URL"
  | "load balancer"
  | "load balancer, multi-value headers";

export const eventKinds: readonly EventKind[] = [
  "REST API",
  "HTTP API",
  "function URL",
  "load balancer",
  "load balancer, multi-value headers",
];

/** A synchronous invocation takes 6 MB of JSON, and base64 makes four bytes of three. */
const maxEventBytes = 6 * 1024 * 1024;

/** Lets one handler be called over HTTP. */
export function gateway(kind: EventKind, handler: (event: LambdaEvent) => Promise<LambdaResult>) {
  return createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const json = JSON.stringify(eventOf(kind, request, Buffer.concat(chunks)));
    if (json.length > maxEventBytes) {
      response.writeHead(413).end();
      return;
    }
    const result: LambdaResult = JSON.parse(JSON.stringify(await handler(JSON.parse(json))));
    if (JSON.stringify(result).length > maxEventBytes) response.writeHead(502).end();
    else response.writeHead(result.statusCode, headersOf(kind, result)).end(Buffer.from(result.body, "base64"));
  });
}

/** An event, as AWS would make it. */
export function eventOf(
  kind: EventKind,
  request: Pick<IncomingMessage, "method" | "url" | "headers">,
  body: Buffer,
): object {
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const method = request.method ?? "GET";
  const lowerCase = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  // A REST API keeps the names of headers as the client wrote them.
  const asSent = Object.fromEntries(Object.entries(lowerCase).map(([name, value]) => [capitalised(name), value]));
  const lists = (headers: Record<string, string>) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const encoded = body.length > 0;
  const text = encoded ? body.toString("base64") : null;
  switch (kind) {
    case "REST API":
      return {
        version: "1.0",
        resource: "/{proxy+}",
        path,
        httpMethod: method,
        headers: asSent,
        multiValueHeaders: lists(asSent),
        queryStringParameters: null,
        requestContext: { stage: "prod", path: `/prod${path}`, httpMethod: method },
        body: text,
        isBase64Encoded: encoded,
      };
    case "HTTP API":
    case "function URL": {
      const stage = kind === "HTTP API" ? "prod" : "$default";
      const rawPath = kind === "HTTP API" ? `/prod${path}` : path;
      return {
        version: "2.0",
        routeKey: "$default",
        rawPath,
        rawQueryString: query,
        headers: lowerCase,
        requestContext: { stage, http: { method, path: rawPath, protocol: "HTTP/1.1" } },
        ...(encoded ? { body: text } : {}),
        isBase64Encoded: encoded,
      };
    }
    default: {
      const multi = kind !== "load balancer";
      return {
        requestContext: { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:0:targetgroup/a/b" } },
        httpMethod: method,
        path,
        ...(multi ? { multiValueHeaders: lists(lowerCase) } : { headers: lowerCase }),
        body: text ?? "",
        isBase64Encoded: encoded,
      };
    }
  }
}

function headersOf(kind: EventKind, { headers, multiValueHeaders }: LambdaResult): Record<string, string | string[]> {
  if (kind === "load balancer, multi-value headers") return multiValueHeaders ?? {};
  return kind === "REST API" ? { ...headers, ...multiValueHeaders } : (headers ?? {});
}

const capitalised = (name: string) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
