// The ingress and the admin server under paths of a Nest application.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { connect } from "../../src/client/entry.js";
import { type StatefunMount, StatefunRuntimeModule } from "../../src/nest/entry.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { rejectsCode } from "../support/expect-code.ts";
import { Plain } from "./world.ts";

const platforms = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

const login: NonNullable<StatefunMount["use"]>[number] = (request, response, next) => {
  if (request.headers["x-user"] === "ann") next();
  else response.writeHead(401).end();
};

for (const [platform, adapter] of Object.entries(platforms)) {
  describe(`a runtime that is mounted in Nest on ${platform}`, () => {
    async function withApp(
      mount: StatefunMount | undefined,
      run: (origin: string, runtime: StatefunRuntime) => Promise<void>,
      beforeInit: (app: any) => void = () => {},
    ) {
      const options = {
        dir: false as const,
        ingress: { listen: false },
        admin: { listen: false },
        ...(mount && { mount }),
      };
      const module = { module: class App {}, imports: [StatefunRuntimeModule.forRoot(options)], providers: [Plain] };
      const app = await NestFactory.create(module, adapter(), { logger: false, abortOnError: false });
      beforeInit(app);
      try {
        await app.listen(0, "127.0.0.1");
        await run(`http://127.0.0.1:${app.getHttpServer().address().port}`, app.get(StatefunRuntime));
      } finally {
        await app.close();
      }
    }

    test("is called by the typed client, behind the global prefix, and has no port of its own", () =>
      withApp(
        { ingress: "/statefun" },
        async (origin, runtime) => {
          assert.equal(runtime.ingress, undefined);
          const client = connect(`${origin}/api/statefun`);
          const plain = () => client.ref<Plain>("nest/plain", "a").greet("Ada");
          assert.deepEqual(await Promise.all([plain(), plain()]), [1, 2]);
          assert.equal((await fetch(`${origin}/statefun`)).status, 404);
        },
        (app) => app.setGlobalPrefix("api"),
      ));

    test("asks the middlewares first, for its own paths alone", () =>
      withApp({ ingress: "/statefun", admin: "/ops", use: [login] }, async (origin) => {
        const ann = { headers: { "x-user": "ann" } };
        assert.equal((await fetch(`${origin}/ops/functions`)).status, 401);
        assert.equal((await fetch(`${origin}/ops/functions`, ann)).status, 200);
        assert.equal((await fetch(`${origin}/ops`, { ...ann, redirect: "manual" })).headers.get("location"), "ops/");
        assert.equal((await fetch(`${origin}/statefun/`)).status, 401);
        assert.equal((await fetch(`${origin}/opsother`)).status, 404); // the application's own answer
      }));

    test("can be mounted by the program too, before the application is initialized", () =>
      withApp(
        undefined,
        async (origin) => {
          assert.equal(await connect(`${origin}/own`).ref<Plain>("nest/plain", "a").greet("Ada"), 1);
        },
        (app) => app.use(app.get(StatefunRuntime).handler("ingress", { prefix: "/own" })),
      ));

    test("does not show the admin server to everybody by mistake", () =>
      rejectsCode(
        withApp({ admin: "/ops" }, async () => {}),
        "OPTION_INVALID",
        "mount.use",
      ));
  });
}
