// This package in a user's class, as users run it: `node ours.js handler|node|koa`. See ../prepare.ts.

import { createServer } from "node:http";
import Koa from "koa";
import protobuf from "protobufjs";
import {
  type Context,
  Handles,
  json,
  protobuf as protobufType,
  RequestReplyHandler,
  State,
  StatefulFunction,
  StatefulFunctions,
  type StateShape,
  Types,
} from "statefun-ts";
import { statefun } from "statefun-ts/koa";
import { serve } from "statefun-ts/node";
// @ts-expect-error: a plain script, copied beside the compiled class.
import { listening, obey } from "./subject.mjs";

@StatefulFunction("bench/counter")
class Counter {
  @State("count", Types.int) count = 0;

  @Handles(Types.string)
  greet(name: string, context: Context) {
    this.count += 1;
    const greeting = `Hello ${name} ${this.count}`;
    context.reply(greeting);
    context.sendEgress("bench/greetings", greeting);
  }
}

interface Basket {
  version: number;
  items: { name: string; count: number; price: number }[];
}

@StatefulFunction("bench/json-class")
class JsonClass {
  @State("basket", json<Basket>("bench/Basket")) basket: Basket | undefined;

  @Handles(Types.string)
  touch(message: string, context: Context) {
    touch(message, context, this);
  }
}

const basketProto = `
syntax = "proto3";
package bench;
message Basket {
  int32 version = 1;
  repeated Item items = 2;
  message Item {
    string name = 1;
    int32 count = 2;
    double price = 3;
  }
}`;
const basketMessage = protobuf.parse(basketProto).root.lookupType("bench.Basket");

/** "touch" changes the state. Any other text leaves it. */
function touch(message: string, _context: Context, state: { basket: Basket | undefined }) {
  if (message === "touch" && state.basket !== undefined) state.basket.version += 1;
}

const numbers: Record<string, typeof Types.int> = {};
for (let index = 0; index < 20; index++) numbers[`n${index}`] = Types.int;
const baskets: StateShape = {};
for (let index = 0; index < 20; index++) Object.assign(baskets, { [`n${index}`]: json<Basket>("bench/Basket") });

const functions = new StatefulFunctions(Counter, JsonClass)
  .register("bench/protobuf", touch, {
    handles: [Types.string],
    state: { basket: protobufType<Basket>(basketMessage, "bench/Basket") },
  })
  .register("bench/json", touch, { handles: [Types.string], state: { basket: json<Basket>("bench/Basket") } })
  .register(
    "bench/twenty",
    (message, _context, state) => {
      if (message === "touch") (state as { n7: number }).n7 += 1;
    },
    { handles: [Types.string], state: numbers },
  )
  .register(
    "bench/twenty-json",
    (message, _context, state) => {
      if (message === "touch") (state as { n7: Basket }).n7.version += 1;
    },
    { handles: [Types.string], state: baskets },
  );
const handler = new RequestReplyHandler(functions);

const [, , host] = process.argv;
if (host === "handler") obey({ handle: (request: Uint8Array) => handler.handle(request) });
else if (host === "koa") obey({ port: await listening(createServer(new Koa().use(statefun(handler)).callback())) });
else obey({ port: (await serve(handler, { port: 0, host: "127.0.0.1" })).port });
