// The description of the functions that a server tells at a path of its own, and who gets it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { test } from "node:test";
import { z } from "zod";
import { custom, json, protobuf, StatefulFunctions, TypedValue, Types } from "../../src/index.js";
import type { DescribedFunctions } from "../../src/model/described-functions.js";
import { readDescription } from "../../src/runtime/discovery/read-description.js";
import { HttpEndpoint } from "../../src/serve/adapter.js";
import { serve } from "../../src/serve/hosts/node.js";
import { every } from "../support/every-field.js";

const Order = json("discover/order", z.object({ item: z.string(), pieces: z.number().int() }));
const Every = protobuf(every, "discover/every");
const Odd = custom(
  "discover/odd",
  () => new Uint8Array(),
  () => 1,
);

const functions = new StatefulFunctions()
  .register("shop/cart", () => {}, {
    handles: [Order, Every],
    state: { total: { type: Types.int, default: 3, expireAfterWrite: { minutes: 1 } }, odd: { type: Odd } },
  })
  .register("shop/any", () => {}, { handles: [TypedValue] });

const asked = { method: "GET", contentType: undefined, contentEncoding: undefined, isFromLoopback: () => true };

function described(endpoint: HttpEndpoint): DescribedFunctions {
  return JSON.parse(Buffer.from(endpoint.describe(asked).body).toString());
}

test("a description has the functions with what they take and keep", () => {
  const { statefun, functions: told } = described(new HttpEndpoint(functions));
  assert.equal(statefun, 1);
  assert.deepEqual(told, [
    {
      function: "shop/cart",
      takesAll: false,
      handlers: ["discover/order", "discover/every"].map((typename) => ({
        method: told[0]?.handlers[0]?.method,
        typename,
        readOnly: false,
        beginsRun: false,
      })),
      states: [
        {
          name: "total",
          typename: "io.statefun.types/int",
          expireMode: "after-write",
          expireAfterMs: 60_000,
          default: Buffer.from(Types.int.pack(3).value).toString("base64"),
        },
        { name: "odd", typename: "discover/odd", expireMode: "none", expireAfterMs: 0, default: null },
      ],
    },
    { function: "shop/any", takesAll: true, handlers: [], states: [] },
  ]);
});

test("a description has the types in the form that people write them in, and none of StateFun's own", () => {
  const { types, messages, enums } = described(new HttpEndpoint(functions));
  const of = (typename: string) => types.find((type) => type.typename === typename);
  assert.equal(of("discover/order")?.kind, "json");
  assert.ok("properties" in (of("discover/order")?.schema ?? {}));
  assert.deepEqual(of("discover/odd"), { typename: "discover/odd", kind: "unknown", schema: null, message: null });
  const { fields, oneofs } = messages[of("discover/every")?.message ?? ""] ?? { fields: {}, oneofs: {} };
  assert.equal(fields.long?.type, "sint64");
  assert.deepEqual([fields.counts?.id, fields.counts?.keyType], [14, "string"]);
  assert.deepEqual([fields.texts?.type, fields.texts?.isList], ["string", true]);
  assert.deepEqual(enums[fields.color?.type ?? ""], { RED: 0, GREEN: 1, BLUE: 700 });
  assert.deepEqual(oneofs._perhaps, ["perhaps"]);
  assert.ok(types.every(({ typename }) => !typename.startsWith("io.statefun")));
});

test("a type in a namespace that begins with statefun is described as any other, and read again", async () => {
  const [one, two] = [json("statefun.shop/order"), json("io.statefun.shop/line")];
  const taken = new StatefulFunctions().register("shop/cart", () => {}, { handles: [one, two, Types.address] });
  const text = Buffer.from(new HttpEndpoint(taken).describe(asked).body).toString();
  const { functions: told } = await readDescription(text, () => {});
  assert.deepEqual(
    told.get("shop/cart")?.handled.map(({ form }) => form),
    ["json", "json", Types.address.form],
  );
});

test("a type that was made after the first question is in the next answer", () => {
  const endpoint = new HttpEndpoint(functions);
  const has = () => described(endpoint).types.some(({ typename }) => typename === "discover/late");
  assert.equal(has(), false);
  const late = json("discover/late");
  assert.equal(has(), true);
  assert.equal(late.typename, "discover/late");
});

test("only programs of this machine get the description, unless the option opens or closes it", () => {
  const status = (endpoint: HttpEndpoint, more: object) => endpoint.describe({ ...asked, ...more }).status;
  const own = new HttpEndpoint(functions);
  assert.equal(status(own, {}), 200);
  assert.equal(status(own, { isFromLoopback: () => false }), 401);
  assert.equal(status(own, { isFromLoopback: undefined }), 401);
  assert.equal(status(own, { origin: "http://localhost:8000" }), 401);
  assert.equal(status(own, { method: "POST" }), 405);
  const open = new HttpEndpoint(functions, { describe: "everybody" });
  assert.equal(status(open, { isFromLoopback: () => false }), 200);
  assert.equal(status(open, { origin: "http://evil.test" }), 401);
  const closed = new HttpEndpoint(functions, { describe: false });
  assert.equal(closed.describePath, undefined);
  assert.equal(closed.routeOf("/statefun/functions"), undefined);
  assert.equal(new HttpEndpoint(functions, { path: "/" }).routeOf("/functions"), "describe");
});

test("over a socket, a request that names another host or came through a proxy is refused", async (t) => {
  const server = await serve(functions, { port: 0, host: "127.0.0.1" });
  t.after(() => server.close());
  const ask = async (headers: Record<string, string>) => {
    const sent = request({ port: server.port, path: "/statefun/functions", headers }).end();
    const [response] = await once(sent, "response");
    response.resume();
    return response.statusCode;
  };
  assert.equal(await ask({}), 200);
  assert.equal(await ask({ host: "[::1]:8000" }), 200);
  assert.equal(await ask({ host: "functions.test" }), 401);
  assert.equal(await ask({ "x-forwarded-for": "10.0.0.1" }), 401);
  assert.equal(await ask({ forwarded: "for=10.0.0.1" }), 401);
});
