import assert from "node:assert/strict";
import { after, test } from "node:test";
import express, { type RequestHandler } from "express";
import { statefun } from "../../src/serve/hosts/express.js";
import { packed, requestBytes } from "../support/calls.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { send } from "./client.ts";
import { conformance } from "./conformance.ts";
import { functions } from "./functions.ts";
import { listen } from "./listen.ts";

const elsewhere = (app: express.Express) =>
  app.get("/elsewhere", (_request, response) => void response.send("elsewhere"));

conformance(
  "Express",
  (handler, options) => {
    const app = express().use(statefun(handler, options));
    elsewhere(app);
    return listen(app);
  },
  { elsewhere: 200 },
);

conformance(
  "Express, before the application's body parsers",
  (handler, options) => {
    const app = express().use(
      statefun(handler, options),
      express.json(),
      express.urlencoded(),
      express.text(),
      express.raw(),
    );
    elsewhere(app);
    return listen(app);
  },
  { elsewhere: 200 },
);

/** The middleware has Express' own type, though the adapter needs none of Express. */
export const typed: RequestHandler = statefun(functions());

const echo = requestBytes("v3", { to: "hosts/echo/a", messages: [{ argument: packed("hosts/bytes", "hello") }] });
const stops: (() => Promise<void>)[] = [];
after(() => Promise.all(stops.map((stop) => stop())));

async function started(...handlers: RequestHandler[]): Promise<string> {
  const { origin, stop } = await listen(express().use(...handlers));
  stops.push(stop);
  return origin;
}

test("bytes that express.raw() has read are taken from it", async () => {
  const origin = await started(express.raw(), statefun(functions()));
  assert.equal((await send(origin, { body: echo })).status, 200);
});

test("bytes that express.raw() has read are held to the endpoint's own limit too", async () => {
  const logger = new RecordingLogger();
  const origin = await started(express.raw(), statefun(functions(), { logger, maxBodyBytes: echo.length - 1 }));
  const { status, body } = await send(origin, { body: echo });
  assert.deepEqual([status, body.toString().split(":")[0]], [413, "REQUEST_TOO_LARGE"]);
});

test("an empty body stays an empty body behind express.raw()", async () => {
  const origin = await started(express.raw(), statefun(functions(), { logger: new RecordingLogger() }));
  assert.equal((await send(origin, {})).status, 400);
});

test("parsers of other content types leave a call alone", async () => {
  const origin = await started(express.json(), express.urlencoded(), express.text(), statefun(functions()));
  assert.equal((await send(origin, { body: echo })).status, 200);
});

test("a body that something else has read is BODY_CONSUMED, and the log says what to do", async () => {
  const logger = new RecordingLogger();
  const drain: RequestHandler = (request, _response, next) => void request.resume().once("end", () => next());
  const origin = await started(drain, statefun(functions(), { logger }));
  const { status, body } = await send(origin, { body: echo });
  assert.deepEqual([status, body.toString()], [500, "BODY_CONSUMED\n"]);
  assert.match(logger.lines[0] ?? "", /Mount statefun before/);
});

test("mounted in a router, the path counts from where the router is mounted", async () => {
  const { origin, stop } = await listen(express().use("/v1", express.Router().use(statefun(functions()))));
  stops.push(stop);
  assert.equal((await send(origin, { path: "/v1/statefun", body: echo })).status, 200);
  assert.equal((await send(origin, { path: "/v1/statefun/health", method: "GET" })).status, 200);
  assert.equal((await send(origin, { path: "/statefun", body: echo })).status, 404);
});

test("the listener of node:http serves as an Express route", async () => {
  const { statefunListener } = await import("../../src/serve/hosts/node.js");
  const { origin, stop } = await listen(express().all("/statefun", statefunListener(functions())));
  stops.push(stop);
  assert.equal((await send(origin, { body: echo })).status, 200);
});

test("an answer that a timeout has already given stays the only one", async () => {
  const late: RequestHandler = (_request, response, next) => {
    response.status(503).end("too late");
    next();
  };
  const origin = await started(late, statefun(functions()));
  assert.equal((await send(origin, { body: echo })).body.toString(), "too late");
});

test("close() refuses new calls", async () => {
  const middleware = statefun(functions(), { logger: new RecordingLogger() });
  const origin = await started(middleware);
  await middleware.close();
  assert.equal((await send(origin, { body: echo })).status, 503);
});
