// Which endpoint serves a function.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Call } from "../../../src/engine/call.js";
import type { LocalEndpoint, RemoteEndpoint, Route } from "../../../src/engine/endpoint.js";
import { Address } from "../../../src/model/address.js";
import { makeRoutes } from "../../../src/runtime/endpoint/routes.js";
import { parseModule } from "../../../src/runtime/module/read-module.js";
import { rejectsCode, throwsCode } from "../../support/expect-code.js";
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
const here = (...typeNames: string[]) => ({ typeNames, run: () => ({ missing: [] }) });
const call = (route: Route | undefined, request: string) =>
  (route as Route & { endpoint: RemoteEndpoint }).endpoint.call(
    Buffer.from(request),
    Address.of("example/seen", "a"),
    new Call(1, () => {}),
  );

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
  assert.equal(Buffer.from(await call(find("example", "seen"), "hi")).toString(), "hi");
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

test("a call in this process hands over the batch as it is, and returns the function's own answer", () => {
  const seen: unknown[] = [];
  const answer = { missing: [] };
  const run: LocalEndpoint["run"] = (...input) => {
    seen.push(...input);
    return answer;
  };
  const route = routesOf(empty, { typeNames: ["example/here"], run }).find("example", "here");
  const target = Address.of("example/here", "a");
  const batch = { generation: "v3", target, state: [], invocations: [], partsOffered: true } as const;
  const taker = { part() {}, target() {}, egress() {}, token() {}, over: false, onGivenUp: undefined };
  assert.equal((route as Route & { endpoint: LocalEndpoint }).endpoint.run(batch, taker), answer);
  assert.deepEqual(seen, [batch, taker, undefined]);
  assert.equal(seen[0], batch);
});

test("closing closes the module's endpoints", async () => {
  const { find, close } = makeRoutes(module);
  await close();
  await rejectsCode(call(find("example", "greeter"), "x"), "ENDPOINT_UNREACHABLE");
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
