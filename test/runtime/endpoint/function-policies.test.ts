// The option functionOptions: which of the options that name a function, in code and in the runtime's options, hold.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefulFunctions } from "../../../src/index.js";
import type { RetryPolicy } from "../../../src/model/function-policy.js";
import { type FunctionOptionsByName, functionPoliciesOption } from "../../../src/runtime/endpoint/function-policies.js";
import { makeRoutes } from "../../../src/runtime/endpoint/routes.js";
import { parseModule } from "../../../src/runtime/module/read-module.js";
import { throwsCode } from "../../support/expect-code.js";

const module = parseModule(
  `kind: io.statefun.endpoints.v2/http
spec: {functions: example/*, urlPathTemplate: "http://localhost:1/all"}
---
kind: io.statefun.endpoints.v2/http
spec: {functions: other/one, urlPathTemplate: "http://localhost:1/one"}
`,
  { file: "module.yaml" },
);
const functions = new StatefulFunctions()
  .register("here/patient", () => {}, { retry: { attempts: 50 }, maxBatch: 2_000, callTimeout: { seconds: 5 } })
  .register("here/plain", () => {});

const read = (options: FunctionOptionsByName) => functionPoliciesOption(options, "functionOptions", "The runtime");

const inProcess = {
  typeNames: functions.typeNames,
  policy: (name: string) => functions.get(name)?.policy,
  run: () => ({ missing: [] }),
};

function routeOf(typeName: string, options: FunctionOptionsByName) {
  const [namespace = "", name = ""] = typeName.split("/");
  return makeRoutes(module, inProcess, read(options)).find(namespace, name);
}

function policyOf(typeName: string, options: FunctionOptionsByName, part: keyof RetryPolicy = "attempts") {
  return routeOf(typeName, options)?.policy?.retry?.[part];
}

test("a function has the options of its own name, or else those of its namespace", () => {
  const options = { "example/a": { retry: { attempts: 1 } }, "example/*": { retry: { attempts: 2, firstDelay: 7 } } };
  assert.deepEqual([policyOf("example/a", options), policyOf("example/a", options, "firstMs")], [1, 7]);
  assert.equal(policyOf("example/b", options), 2);
  assert.equal(policyOf("other/one", options), undefined);
});

test("what a function says of itself holds more than its namespace's options, and less than those of its name", () => {
  const ofNamespace = { "here/*": { retry: { attempts: 2 } } };
  assert.equal(policyOf("here/patient", ofNamespace), 50);
  assert.equal(policyOf("here/plain", ofNamespace), 2);
  assert.equal(policyOf("here/patient", { ...ofNamespace, "here/patient": { retry: { attempts: 3 } } }), 3);
});

test("a call of a function of this process carries as many messages, and as many are in flight, as its options say", () => {
  const limits = (typeName: string, options: FunctionOptionsByName = {}) => {
    const route = routeOf(typeName, options);
    return [route?.maxBatch, route?.mostInFlight];
  };
  assert.deepEqual(limits("here/plain"), [1_000, undefined]);
  assert.deepEqual(limits("here/patient"), [2_000, undefined]);
  assert.deepEqual(limits("here/patient", { "here/patient": { maxBatch: 1, concurrency: 2 } }), [1, 2]);
  assert.deepEqual(limits("here/plain", { "here/*": { concurrency: 3_000 } }), [1_000, 3_000]);
});

test("the limits of a function of a module file can only be made smaller", () => {
  const limits = (options: FunctionOptionsByName) => {
    const route = routeOf("other/one", options);
    return [route?.maxBatch, route?.mostInFlight];
  };
  const [maxBatch, mostInFlight] = limits({});
  assert.deepEqual(limits({ "other/one": { maxBatch: 10_000, concurrency: 10_000 } }), [maxBatch, mostInFlight]);
  assert.deepEqual(limits({ "other/*": { maxBatch: 10, concurrency: 1 } }), [10, 1]);
});

test("a time limit is for functions of this process: an endpoint of a module file has its own", () => {
  assert.equal(routeOf("here/patient", {})?.policy?.callTimeoutMs, 5_000);
  assert.equal(routeOf("here/patient", { "here/patient": { callTimeout: 7 } })?.policy?.callTimeoutMs, 7);
  assert.notEqual(routeOf("here/patient", {})?.endpoint, routeOf("here/plain", {})?.endpoint);
  throwsCode(() => routeOf("other/one", { "other/one": { callTimeout: 7 } }), "OPTION_INVALID", "timeouts.call");
  assert.ok(routeOf("example/a", { "example/*": { callTimeout: 7 } }), "it may hold functions of this process, too");
});

test("a name that nothing serves is refused, since it is misspelt", () => {
  throwsCode(() => policyOf("example/a", { "other/two": {} }), "OPTION_INVALID", "other/two");
  throwsCode(() => policyOf("example/a", { "nobody/*": {} }), "OPTION_INVALID", "nobody/*");
});

test("what makes no sense is refused, with the function's name", () => {
  throwsCode(() => read({ "example/a": { retry: { attempts: 0 } } }), "OPTION_INVALID", "example/a", "attempts");
  throwsCode(() => read({ example: {} }), "TYPE_NAME_INVALID", "example");
  throwsCode(() => read([] as never), "OPTION_INVALID", "functionOptions");
});
