// The official JavaScript SDK: `node main.mjs handler|node|koa`.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import Koa from "koa";
import Router from "koa-router";
import { listening, obey } from "../../subjects/subject.mjs";

const require = createRequire(import.meta.url);
const { egressMessageBuilder, messageBuilder, StateFun } = require("apache-flink-statefun");
// The registry's functions are private, so this gives the handler what the registry would give it.
const { handle } = require("apache-flink-statefun/dist/handler.js");
const { FunctionSpec } = require("apache-flink-statefun/dist/core.js");

const counter = {
  typename: "bench/counter",
  specs: [{ name: "count", type: StateFun.intType() }],
  fn: (context, message) => {
    const name = message.asString();
    context.storage.count += 1;
    const greeting = `Hello ${name} ${context.storage.count}`;
    const { typename, id } = context.caller;
    context.send(messageBuilder({ typename, id, value: greeting }));
    context.send(
      egressMessageBuilder({ typename: "bench/greetings", value: greeting, valueType: StateFun.stringType() }),
    );
  },
};

const statefun = new StateFun();
statefun.bind(counter);

function koa() {
  const router = new Router();
  router.post("/statefun", async (context) => {
    context.respond = false;
    await statefun.handle(context.req, context.res);
  });
  return new Koa().use(router.routes()).callback();
}

const [, , host] = process.argv;
if (host === "handler") {
  const functions = { [counter.typename]: FunctionSpec.fromOpts(counter) };
  obey({ handle: (request) => handle(request, functions) });
} else obey({ port: await listening(createServer(host === "koa" ? koa() : statefun.handler())) });
