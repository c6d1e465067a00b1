import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  ALBEvent,
  ALBResult,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  LambdaFunctionURLEvent,
  LambdaFunctionURLResult,
} from "aws-lambda";
import { statefunLambda } from "../../src/serve/hosts/lambda.js";
import { answerOf, packed, requestBytes } from "../support/calls.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { conformance } from "./conformance.ts";
import { functions } from "./functions.ts";
import { eventKinds, eventOf, gateway } from "./gateway.ts";
import { listen } from "./listen.ts";

for (const kind of eventKinds) {
  conformance(
    `AWS Lambda behind a ${kind}`,
    (handler, options) => listen(gateway(kind, statefunLambda(handler, options))),
    { streams: false, largestBody: 4_000_000 },
  );
}

const body = requestBytes("v3", { to: "hosts/echo/a", messages: [{ argument: packed("hosts/bytes", "hello") }] });
const request = { method: "POST", url: "/statefun", headers: { "content-type": "application/octet-stream" } };
const quiet = () => ({ logger: new RecordingLogger() });

test("the handler takes the events, and gives the results, that the AWS types declare", () => {
  const handler = statefunLambda(functions());
  const typed = {
    v1: handler satisfies (event: APIGatewayProxyEvent) => Promise<Partial<APIGatewayProxyResult>>,
    v2: handler satisfies (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>,
    url: handler satisfies (event: LambdaFunctionURLEvent) => Promise<LambdaFunctionURLResult>,
    alb: handler satisfies (event: ALBEvent) => Promise<ALBResult>,
  };
  assert.equal(Object.keys(typed).length, 4);
});

test("an answer travels as base64", async () => {
  const result = await statefunLambda(functions())(eventOf("function URL", request, Buffer.from(body)) as never);
  assert.equal(result.isBase64Encoded, true);
  assert.equal(answerOf("v3", Buffer.from(result.body, "base64")).egresses.length, 1);
});

test("a body that came as text is refused, and the answer names the setting to change", async () => {
  const event = { ...eventOf("REST API", request, Buffer.from(body)), isBase64Encoded: false, body: body.toString() };
  const result = await statefunLambda(functions(), quiet())(event as never);
  assert.equal(result.statusCode, 400);
  assert.match(Buffer.from(result.body, "base64").toString(), /^REQUEST_MALFORMED: .*binary media types/);
});

test("a body beyond the limit is REQUEST_TOO_LARGE", async () => {
  const handler = statefunLambda(functions(), { ...quiet(), maxBodyBytes: body.length - 1 });
  assert.equal((await handler(eventOf("HTTP API", request, Buffer.from(body)) as never)).statusCode, 413);
});

test("close() refuses new calls", async () => {
  const handler = statefunLambda(functions(), quiet());
  await handler.close();
  assert.equal((await handler(eventOf("HTTP API", request, Buffer.from(body)) as never)).statusCode, 503);
});
