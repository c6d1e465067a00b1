import "reflect-metadata";
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { type DynamicModule, type INestApplication, Inject, Injectable, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter, type NestExpressApplication } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { type Context, Handles, RequestReplyHandler, State, StatefulFunction, Types } from "../../src/index.js";
import { StatefunModule, type StatefunModuleOptions } from "../../src/serve/hosts/nest.js";
import { answerOf, type Generation, generations, primitive, requestBytes, shown } from "../support/calls.ts";
import { withCode } from "../support/expect-code.ts";
import { Gate } from "../support/gate.ts";
import { send } from "./client.ts";
import { conformance } from "./conformance.ts";
import { functionClasses, held } from "./functions.ts";

const platforms = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };
type Platform = keyof typeof platforms;

const applications: INestApplication[] = [];
after(() => Promise.all(applications.map((app) => app.close())));

async function create(platform: Platform, module: DynamicModule, options = {}): Promise<INestApplication> {
  const app = await NestFactory.create({ module: class App {}, imports: [module] }, platforms[platform](), {
    logger: false,
    abortOnError: false,
    ...options,
  });
  applications.push(app);
  return app;
}

async function listening(app: INestApplication): Promise<string> {
  await app.listen(0, "127.0.0.1");
  return `http://127.0.0.1:${app.getHttpServer().address().port}`;
}

@Injectable()
class Greetings {
  static made = 0;
  constructor() {
    Greetings.made += 1;
  }
  hello(name: string) {
    return `Hello ${name}`;
  }
}

@Module({ providers: [Greetings], exports: [Greetings] })
class GreetingsModule {}

/** Its constructor takes a provider, and it keeps state. */
@StatefulFunction("hosts/greeter")
class Greeter {
  static made = 0;
  @State("seen", Types.int) seen = 0;
  constructor(readonly greetings: Greetings) {
    Greeter.made += 1;
  }
  @Handles(Types.string)
  greet(name: string, context: Context) {
    this.seen += 1;
    context.sendEgress("hosts/out", this.greetings.hello(name));
  }
}
// A project with emitDecoratorMetadata writes no more than the parameter's type for this.
Inject(Greetings)(Greeter, undefined, 0);

const greeting = (generation: Generation, name: string) =>
  requestBytes(generation, {
    to: "hosts/greeter/a",
    state: { seen: undefined },
    messages: [{ argument: primitive(generation, "string", name) }],
  });

for (const platform of ["Express", "Fastify"] as const) {
  conformance(`NestJS on ${platform}`, async (shared, options) => {
    // The suite's own logger, and classes that Nest makes.
    const app = await create(
      platform,
      StatefunModule.forRoot({ ...options, logger: shared.logger, functions: functionClasses }),
    );
    const origin = await listening(app);
    return { origin, close: () => app.get(RequestReplyHandler, { strict: false }).close(), stop: () => app.close() };
  });

  describe(`StatefunModule on ${platform}`, () => {
    for (const generation of generations) {
      test(`a function gets its providers injected, and each batch an instance of its own (${generation})`, async () => {
        const app = await create(
          platform,
          StatefunModule.forRoot({ imports: [GreetingsModule], functions: [Greeter] }),
        );
        const origin = await listening(app);
        const [functionsBefore, providersBefore] = [Greeter.made, Greetings.made];
        for (const name of ["Ada", "Bob", "Cy"]) {
          const { status, body } = await send(origin, { body: greeting(generation, name) });
          assert.equal(status, 200);
          const { mutations, egresses } = answerOf(generation, body);
          assert.deepEqual(egresses[0]?.argument, shown(primitive(generation, "string", `Hello ${name}`)));
          assert.deepEqual(mutations[0]?.value, shown(primitive(generation, "int", 1)));
        }
        assert.deepEqual([Greeter.made - functionsBefore, Greetings.made - providersBefore], [3, 0]);
      });
    }

    test("a missing provider fails the start, not the first message", async () => {
      const app = await create(platform, StatefunModule.forRoot({ functions: [Greeter] }));
      await assert.rejects(app.init(), /Greetings/);
    });

    test("a class that can't be bound fails the start with its code", async () => {
      class Undecorated {}
      await assert.rejects(
        create(platform, StatefunModule.forRoot({ functions: [Undecorated] })),
        withCode("FUNCTION_UNDECORATED"),
      );
    });

    test("the options can come from a factory with providers", async () => {
      const module = StatefunModule.forRootAsync({
        imports: [GreetingsModule],
        inject: [Greetings],
        useFactory: (greetings: Greetings): StatefunModuleOptions => ({
          functions: [Greeter],
          path: `/${greetings.hello("x").slice(0, 5).toLowerCase()}`,
        }),
      });
      const origin = await listening(await create(platform, module));
      assert.equal((await send(origin, { path: "/hello", body: greeting("v3", "Ada") })).status, 200);
      assert.equal((await send(origin, { path: "/hello/health", method: "GET" })).status, 200);
    });

    test("functions that are bound already are served as they are", async () => {
      const { functions } = await import("./functions.ts");
      const origin = await listening(await create(platform, StatefunModule.forRoot({ functions: functions() })));
      assert.equal((await send(origin, { body: "garbage" })).status, 400);
    });

    test("the global prefix goes before the path", async () => {
      const app = await create(platform, StatefunModule.forRoot({ imports: [GreetingsModule], functions: [Greeter] }));
      app.setGlobalPrefix("api");
      const origin = await listening(app);
      assert.equal((await send(origin, { path: "/api/statefun", body: greeting("v3", "Ada") })).status, 200);
      assert.equal((await send(origin, { path: "/api/statefun/health", method: "GET" })).status, 200);
      assert.equal((await send(origin, { body: greeting("v3", "Ada") })).status, 404);
    });

    test("it serves at the root path", async () => {
      const module = StatefunModule.forRoot({ imports: [GreetingsModule], functions: [Greeter], path: "/" });
      const origin = await listening(await create(platform, module));
      assert.equal((await send(origin, { path: "/", body: greeting("v3", "Ada") })).status, 200);
      assert.equal((await send(origin, { path: "/health", method: "GET" })).status, 200);
      assert.equal((await send(origin, { path: "/other", body: greeting("v3", "Ada") })).status, 404);
    });

    test("app.close() finishes the calls in flight", async () => {
      held.entered = new Gate();
      held.released = new Gate();
      const app = await create(platform, StatefunModule.forRoot({ functions: functionClasses }));
      const origin = await listening(app);
      const body = requestBytes("v3", {
        to: "hosts/waiting/a",
        messages: [{ argument: primitive("v3", "string", "") }],
      });
      const inFlight = send(origin, { body });
      await held.entered.promise;
      const closed = app.close();
      held.released.open();
      assert.equal((await inFlight).status, 200);
      await closed;
    });
  });
}

test("on Express, bytes that Nest's raw body parser has read are taken from it", async () => {
  const module = StatefunModule.forRoot({ imports: [GreetingsModule], functions: [Greeter] });
  const app = (await create("Express", module, { rawBody: true })) as NestExpressApplication;
  app.useBodyParser("raw");
  assert.equal((await send(await listening(app), { body: greeting("v3", "Ada") })).status, 200);
});

test("the handler can be injected, for the application's own health check", async () => {
  const app = await create("Express", StatefunModule.forRoot({ functions: functionClasses }));
  await app.init();
  assert.equal(app.get(RequestReplyHandler, { strict: false }).closing, false);
});

test("an application without HTTP makes the module all the same", async () => {
  const module = { module: class App {}, imports: [StatefunModule.forRoot({ functions: functionClasses })] };
  const context = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  assert.ok(context.get(RequestReplyHandler, { strict: false }) instanceof RequestReplyHandler);
  await context.close();
});
