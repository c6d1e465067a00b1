// Which endpoint serves a function.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { RequestReplyHandler, StatefulFunctions } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { makeRoutes } from "../../../src/runtime/endpoint/routes.js";
import { parseModule } from "../../../src/runtime/module/read-module.js";
import { rejectsCode, throwsCode } from "../../support/expect-code.js";
import { RecordingLogger } from "../../support/recording-logger.js";
import { echo, httpServer } from "./servers.js";

const { url } = await httpServer(echo);
const module = parseModule(
  `kind: io.statefun.endpoints.v2/http
spec: {functions: example/*, urlPathTemplate: "${url}/all", maxNumBatchRequests: 7}
---
kind: io.statefun.endpoints.v1/http
spec: {functions: example/greeter, urlPathTemplate: "${url}/one"}
`,
  { file: "module.yaml" },
);
const empty = parseModule("", { file: "module.yaml" });
const here = (...typeNames: string[]) => ({ typeNames, handle: async (request: Uint8Array) => request });

const opened: { close(): Promise<void> }[] = [];
const routesOf = (...input: Parameters<typeof makeRoutes>) => {
  const routes = makeRoutes(...input);
  opened.push(routes);
  return routes;
};
after(() => Promise.all(opened.map((routes) => routes.close())));

test("a name of its own wins over its namespace, whatever the order", async () => {
  const { find } = routesOf(module);
  assert.equal(find("example", "greeter")?.label, `${url}/one`);
  assert.equal(find("example", "seen")?.label, `${url}/all`);
  assert.equal(find("example", "seen")?.maxBatch, 7);
  assert.equal(find("other", "greeter"), undefined);
  const answer = await find("example", "seen")?.endpoint.call(Buffer.from("hi"), Address.of("example/seen", "a"));
  assert.equal(Buffer.from(answer as Uint8Array).toString(), "hi");
});

test("one route is handed out for all functions of an endpoint", () => {
  const { find } = routesOf(module);
  assert.equal(find("example", "a"), find("example", "b"));
});

test("functions in this process come before a namespace of the module", () => {
  const { find } = routesOf(module, here("example/seen", "deep/er/name"));
  assert.deepEqual(
    [find("example", "seen")?.label, find("deep/er", "name")?.label, find("example", "other")?.label],
    ["in this process", "in this process", `${url}/all`],
  );
  assert.equal(find("example", "seen")?.generation, "v3");
});

test("a function both in this process and named by the module is refused", () => {
  const both = () => makeRoutes(module, here("example/greeter"));
  throwsCode(both, "MODULE_INVALID", "module.yaml, line 5", "example/greeter", `${url}/one`);
});

test("a call in this process hands over the very bytes, and the function's own error", async () => {
  const functions = new StatefulFunctions();
  const cause = new Error("no luck");
  functions.register("example/failing", () => {
    throw cause;
  });
  const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger() });
  const target = Address.of("example/failing", "a");
  const bytes = Buffer.from("x");
  const echoing = routesOf(empty, here("example/failing")).find("example", "failing");
  assert.equal(await echoing?.endpoint.call(bytes, target), bytes);

  const failing = routesOf(empty, {
    typeNames: functions.typeNames,
    handle: (request) => handler.handle(request),
  }).find("example", "failing");
  await rejectsCode(failing?.endpoint.call(bytes, target) as Promise<unknown>, "REQUEST_MALFORMED");
});

test("closing closes the module's endpoints", async () => {
  const { find, close } = makeRoutes(module);
  await close();
  const call = find("example", "greeter")?.endpoint.call(Buffer.from("x"), Address.of("example/greeter", "a"));
  await rejectsCode(call as Promise<unknown>, "ENDPOINT_UNREACHABLE");
});

test("an endpoint takes as many calls as it has connections, and one of several functions leaves some to the others", () => {
  const routes = makeRoutes({
    ...module,
    endpoints: module.endpoints.map((spec) => ({ ...spec, transport: { ...spec.transport, poolSize: 10 } })),
  });
  for (const { namespace, name } of module.endpoints) {
    const route = routes.find(namespace, name ?? "any");
    assert.equal(route?.endpoint.mostInFlight, 10);
    assert.equal(route?.mostInFlight, name === undefined ? 8 : 10);
  }
});
