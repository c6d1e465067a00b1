// The start and the end of a Nest application that runs functions, and its health.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Inject, Injectable, Module, Scope } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { HealthCheckService, TerminusModule } from "@nestjs/terminus";
import { type Context, Handles, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";
import { StatefunHealthIndicator, StatefunRuntimeModule } from "../../src/nest/entry.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { rejectsCode } from "../support/expect-code.ts";
import { Gate } from "../support/gate.ts";
import { alone, closeAfterTest, Greetings, Plain, start } from "./world.ts";

describe("the start and the end of an application", () => {
  test("functions get no message before every module is initialized", async () => {
    const order: string[] = [];
    @StatefulFunction("nest/early")
    class Early {
      readonly greetings: Greetings;
      constructor(greetings: Greetings) {
        this.greetings = greetings;
      }
      @Handles(Types.string)
      take(text: string) {
        order.push(text);
      }
    }
    Inject(Greetings)(Early, undefined, 0);
    class Sender {
      readonly runtime: StatefunRuntime;
      constructor(runtime: StatefunRuntime) {
        this.runtime = runtime;
      }
      async onModuleInit() {
        await this.runtime.sender(Early, "a").take("message");
        await new Promise((resolve) => setImmediate(resolve));
        order.push("initialized");
      }
      async onApplicationBootstrap() {
        await this.runtime.ref(Early, "a").take("call");
      }
    }
    Inject(StatefunRuntime)(Sender, undefined, 0);
    await start({ providers: [Early, Greetings, Sender] });
    assert.deepEqual(order, ["initialized", "message", "call"]);
  });

  test("closing waits for the handlers in flight, and then refuses", async () => {
    const entered = new Gate();
    const released = new Gate();
    @StatefulFunction("nest/slow")
    class Slow {
      @Handles(Types.string)
      async take(text: string) {
        entered.open();
        await released.promise;
        return text;
      }
    }
    const { app, runtime } = await start({ providers: [Slow] });
    const call = runtime.ref(Slow, "a").take("done");
    await entered.promise;
    const closed = app.close();
    released.open();
    assert.equal(await call, "done");
    await closed;
    await rejectsCode(runtime.ref(Slow, "a").take("late"), "SHUTTING_DOWN");
  });

  test("a second module is refused: its functions would run twice", async () => {
    const second = StatefunRuntimeModule.forRootAsync({ useFactory: () => ({ ...alone }) });
    await rejectsCode(start({ providers: [Plain], imports: [second] }), "OPTION_INVALID", "StatefunRuntimeModule");
  });

  test("what it needs and does not get is OPTION_INVALID: a call of forRoot, options, functions as providers", async () => {
    const startOf = (module: any) =>
      NestFactory.createApplicationContext(
        { module: class App {}, imports: [module] },
        { logger: false, abortOnError: false },
      );
    const from = (options: unknown) => StatefunRuntimeModule.forRootAsync({ useFactory: () => options as never });
    await rejectsCode(startOf(StatefunRuntimeModule), "OPTION_INVALID", "forRoot");
    await rejectsCode(start({ imports: [StatefunRuntimeModule] }), "OPTION_INVALID", "forRoot");
    for (const nothing of [undefined, null, "data"]) {
      await rejectsCode(startOf(from(nothing)), "OPTION_INVALID", "an object of options");
    }
    await rejectsCode(startOf(from({ ...alone, exceptionFilter: false })), "OPTION_INVALID", "exceptionFilter");
    await rejectsCode(startOf(from({ ...alone, mount: { ingres: "/in" } })), "OPTION_INVALID", "ingres");
    const functions = new StatefulFunctions(Plain);
    await rejectsCode(startOf(from({ ...alone, functions })), "OPTION_INVALID", "providers", "configure");
    await rejectsCode(startOf(StatefunRuntimeModule.forRoot({ ...alone, functions } as never)), "OPTION_INVALID");
  });

  test("the log has where the servers listen that have ports", async () => {
    const lines: string[] = [];
    const keep = (line: string, context: string) => void (context === "Statefun" && lines.push(line));
    const logger = { log: keep, warn: keep, error: keep };
    const options = { dir: false, ingress: { port: 0 }, admin: { port: 0 } } as const;
    const module = { module: class App {}, imports: [StatefunRuntimeModule.forRoot(options)], providers: [Plain] };
    const app = await NestFactory.createApplicationContext(module, { logger });
    const { ingress, admin } = app.get(StatefunRuntime);
    await app.close();
    assert.deepEqual(lines, [`The ingress listens on ${ingress?.url}.`, `The console listens on ${admin?.url}.`]);
  });

  test("a start that fails leaves no runtime open", async () => {
    const dir = mkdtempSync(join(tmpdir(), "statefun-nest-"));
    try {
      @StatefulFunction("nest/refused")
      class Refused {
        @Handles(Types.string)
        take() {}
      }
      Injectable({ scope: Scope.REQUEST })(Refused);
      await rejectsCode(start({ providers: [Refused] }, { dir }), "OPTION_INVALID");
      const { runtime } = await start({ providers: [Plain] }, { dir });
      assert.equal(runtime.dir, dir);
      await rejectsCode(start({ providers: [Plain] }, { dir }), "STORE_LOCKED");
      await runtime.close();
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test("the options come from a factory with providers, and configure adds interceptors and functions", async () => {
    class Config {
      readonly dir = false as const;
    }
    class ConfigModule {}
    Module({ providers: [Config], exports: [Config] })(ConfigModule);
    const seen: string[] = [];
    const module = StatefunRuntimeModule.forRootAsync({
      imports: [ConfigModule],
      inject: [Config],
      useFactory: async ({ dir }: Config) => ({
        ...alone,
        dir,
        configure: (functions) =>
          functions
            .use((invocation, next) => {
              seen.push(invocation.address.typeName);
              return next();
            })
            .register("nest/plain-function", (text: string, context: Context) => context.reply(text), {
              handles: [Types.string],
            }),
      }),
    });
    for (let time = 0; time < 2; time++) {
      const app = await NestFactory.createApplicationContext(
        { module: class App {}, imports: [module], providers: [Plain] },
        { logger: false },
      );
      closeAfterTest(app);
      const runtime = app.get(StatefunRuntime);
      assert.equal((await runtime.call("nest/plain-function", "a", "hi"))?.as(Types.string), "hi");
      await runtime.ref(Plain, "a").greet("");
    }
    assert.deepEqual(seen, ["nest/plain-function", "nest/plain", "nest/plain-function", "nest/plain"]);
  });
});

describe("the runtime in a constructor", () => {
  test("gives refs and senders, whose calls wait until the runtime is open", async () => {
    let early: Promise<unknown> | undefined;
    class Eager {
      readonly ada;
      readonly runtime: StatefunRuntime;
      constructor(runtime: StatefunRuntime) {
        this.runtime = runtime;
        this.ada = runtime.ref(Plain, "Ada");
        early = this.ada.greet("");
      }
    }
    Inject(StatefunRuntime)(Eager, undefined, 0);
    const { app } = await start({ providers: [Plain, Eager] });
    assert.equal(await early, 1);
    assert.equal(await app.get(Eager).ada.greet(""), 2);
    assert.ok(app.get(StatefunRuntime) instanceof StatefunRuntime);
    assert.equal(await app.get(StatefunRuntime), app.get(StatefunRuntime));
  });

  test("has no engine yet, and says when it has", async () => {
    class Hasty {
      constructor(runtime: StatefunRuntime) {
        void runtime.engine;
      }
    }
    Inject(StatefunRuntime)(Hasty, undefined, 0);
    await rejectsCode(start({ providers: [Hasty] }), "OPTION_INVALID", "engine", "onModuleInit");
  });
});

describe("the health of the runtime", () => {
  test("is shown by terminus: up, and down with a code when it has closed", async () => {
    const { app, runtime } = await start({ providers: [Plain], imports: [TerminusModule] });
    const health = app.get(HealthCheckService);
    const statefun = app.get(StatefunHealthIndicator);
    const check = () => health.check([() => statefun.isHealthy()]);
    assert.deepEqual((await check()).details, { statefun: { status: "up" } });
    await runtime.close();
    await assert.rejects(check(), (thrown: any) => {
      const { details } = thrown.getResponse();
      assert.equal(details.statefun.status, "down");
      assert.equal(details.statefun.code, "SHUTTING_DOWN");
      return true;
    });
  });
});
