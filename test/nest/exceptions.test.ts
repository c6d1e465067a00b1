// Errors of functions and of the runtime that a controller of Nest's lets through.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Controller, Get, Inject, Param } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { StatefunError } from "../../src/errors.js";
import { Handles, StatefulFunction, TerminalError, Types } from "../../src/index.js";
import { httpExceptionOf, StatefunRuntimeModule } from "../../src/nest/entry.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { withCode } from "../support/expect-code.ts";
import { alone } from "./world.ts";

for (const [platform, adapter] of Object.entries({
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter(),
})) {
  describe(`errors in a controller on ${platform}`, () => {
    @StatefulFunction("nest/failing")
    class Failing {
      @Handles(Types.string)
      take(text: string) {
        throw new TerminalError("No such thing.", { code: "NO_SUCH", details: { text }, status: 404 });
      }
    }
    class Things {
      readonly runtime: StatefunRuntime;
      constructor(runtime: StatefunRuntime) {
        this.runtime = runtime;
      }
      take(id: string) {
        return this.runtime.ref(Failing, id).take(id, { timeout: 5_000 });
      }
      code(code: string) {
        throw new StatefunError(code as "MAILBOX_FULL", "A secret path.");
      }
    }
    Inject(StatefunRuntime)(Things, undefined, 0);
    Param("id")(Things.prototype, "take", 0);
    Param("code")(Things.prototype, "code", 0);
    const routed = (method: "take" | "code", path: string) =>
      Get(path)(
        Things.prototype,
        method,
        Object.getOwnPropertyDescriptor(Things.prototype, method) as PropertyDescriptor,
      );
    routed("take", "things/:id");
    routed("code", "codes/:code");
    Controller()(Things);

    async function answers(path: string, extras = {}) {
      const module = {
        module: class App {},
        imports: [StatefunRuntimeModule.forRoot({ ...alone, ...extras })],
        providers: [Failing],
        controllers: [Things],
      };
      const app = await NestFactory.create(module, adapter(), { logger: false });
      await app.listen(0, "127.0.0.1");
      try {
        const response = await fetch(`http://127.0.0.1:${app.getHttpServer().address().port}${path}`);
        return {
          status: response.status,
          retryAfter: response.headers.get("retry-after"),
          body: (await response.json()) as { readonly code?: string },
        };
      } finally {
        await app.close();
      }
    }

    test("a TerminalError is answered with its status, code, message and details", async () => {
      const { status, body } = await answers("/things/a");
      assert.equal(status, 404);
      assert.deepEqual(body, { statusCode: 404, message: "No such thing.", code: "NO_SUCH", details: { text: "a" } });
    });

    test("a refusal that may pass is answered with its code and Retry-After", async () => {
      const { status, retryAfter, body } = await answers("/codes/MAILBOX_FULL");
      assert.deepEqual([status, retryAfter, body.code], [429, "1", "MAILBOX_FULL"]);
    });

    test("a fault of the runtime is answered without its message", async () => {
      const { status, body } = await answers("/codes/HANDLER_MISSING");
      assert.equal(status, 500);
      assert.deepEqual(body, { statusCode: 500, message: "Internal Server Error", code: "HANDLER_MISSING" });
    });

    test("the filter can be left out", async () => {
      const { body } = await answers("/things/a", { exceptionFilter: false });
      assert.equal(body.code, undefined);
    });
  });
}

test("an exception of Nest's has the error as its cause", () => {
  const error = new StatefunError("ADDRESS_PARKED", "It is parked.");
  const exception = httpExceptionOf(error);
  assert.equal(exception.getStatus(), error.status);
  assert.equal(exception.cause, error);
  assert.ok(withCode("ADDRESS_PARKED")(exception.cause));
});
