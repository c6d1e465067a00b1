// What a host answers when a handler of the user's own throws a StatefunError.

import "reflect-metadata";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import express from "express";
import Fastify from "fastify";
import Koa from "koa";
import { type ErrorCode, json, StatefulFunctions, StatefunError, Types } from "../../src/index.js";
import { statefun } from "../../src/serve/hosts/koa.js";
import { primitive, requestBytes } from "../support/calls.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { send } from "./client.ts";
import { listen } from "./listen.ts";

const stops: (() => Promise<void>)[] = [];
after(() => Promise.all(stops.map((stop) => stop())));

const age = json<number>("hosts/age", {
  "~standard": {
    version: 1,
    vendor: "hosts",
    validate: (value) => (typeof value === "number" ? { value } : { issues: [{ message: "an age is a number" }] }),
  },
});
/** Fails like the handler of a request with a value that the schema refuses. */
const refuse = (): never => age.pack("old" as never) as never;
const fail = (): never => {
  throw new StatefunError("STORE_FAILED", "/secret/folder can't be read");
};

@Controller()
class Ages {
  refuse() {
    refuse();
  }
  fail() {
    fail();
  }
}
Get("/refuse")(Ages.prototype, "refuse", Object.getOwnPropertyDescriptor(Ages.prototype, "refuse") as never);
Get("/fail")(Ages.prototype, "fail", Object.getOwnPropertyDescriptor(Ages.prototype, "fail") as never);

@Module({ controllers: [Ages] })
class Application {}

async function nest(adapter: ExpressAdapter | FastifyAdapter): Promise<string> {
  const app = await NestFactory.create(Application, adapter, { logger: false, abortOnError: false });
  stops.push(() => app.close());
  await app.listen(0, "127.0.0.1");
  return `http://127.0.0.1:${app.getHttpServer().address().port}`;
}

async function listening(listener: Parameters<typeof listen>[0]): Promise<string> {
  const { origin, stop } = await listen(listener);
  stops.push(stop);
  return origin;
}

const hosts: Record<string, () => Promise<string>> = {
  Koa: () => {
    const app = new Koa();
    app.silent = true;
    return listening(app.use((context) => (context.path === "/refuse" ? refuse() : fail())).callback());
  },
  // In any other environment than "test", Express writes each error to stderr as well.
  Express: () => listening(express().set("env", "test").get("/refuse", refuse).get("/fail", fail)),
  Fastify: async () => {
    const app = Fastify().get("/refuse", refuse).get("/fail", fail);
    stops.push(() => app.close());
    return app.listen({ port: 0, host: "127.0.0.1" });
  },
  "NestJS on Express": () => nest(new ExpressAdapter()),
  "NestJS on Fastify": () => nest(new FastifyAdapter()),
};

for (const [host, start] of Object.entries(hosts)) {
  test(`${host}: a value that its schema refuses is answered with 400, a failing store with 503`, async () => {
    const origin = await start();
    const refused = await send(origin, { method: "GET", path: "/refuse" });
    assert.equal(refused.status, 400);
    const failed = await send(origin, { method: "GET", path: "/fail" });
    assert.equal(failed.status, 503);
  });
}

test("Koa tells its client what is wrong with a value, and nothing of the data folder", async () => {
  const origin = await (hosts.Koa as () => Promise<string>)();
  const refused = await send(origin, { method: "GET", path: "/refuse" });
  assert.match(refused.body.toString(), /an age is a number/);
  const failed = await send(origin, { method: "GET", path: "/fail" });
  assert.equal(failed.body.toString(), "Service Unavailable");
});

/** Errors with a status of 4xx that a function's handler may throw or meet. */
const thrown: Record<string, Error> = {
  "http-errors' 404": Object.assign(new Error("not there"), { status: 404, statusCode: 404, expose: true }),
  ...Object.fromEntries(
    (["VALUE_INVALID", "MAILBOX_FULL", "NOT_FOUND", "REQUEST_EMPTY"] satisfies ErrorCode[]).map((code) => [
      code,
      new StatefunError(code, "thrown in a handler"),
    ]),
  ),
};

for (const [what, error] of Object.entries(thrown)) {
  test(`a function's handler that throws ${what} is a failed call: 500`, async () => {
    const functions = new StatefulFunctions().register(
      "hosts/throwing",
      () => {
        throw error;
      },
      { handles: [Types.int] },
    );
    const origin = await listening(new Koa().use(statefun(functions, { logger: new RecordingLogger() })).callback());
    const body = requestBytes("v3", { to: "hosts/throwing/a", messages: [{ argument: primitive("v3", "int", 1) }] });
    assert.equal((await send(origin, { body })).status, 500);
  });
}
