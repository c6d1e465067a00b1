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
  .register("here/patient", () => {}, { retry: { attempts: 50 } })
  .register("here/plain", () => {});

const read = (options: FunctionOptionsByName) => functionPoliciesOption(options, "functionOptions", "The runtime");

function policyOf(typeName: string, options: FunctionOptionsByName, part: keyof RetryPolicy = "attempts") {
  const inProcess = {
    typeNames: functions.typeNames,
    policy: (name: string) => functions.get(name)?.policy,
    run: () => ({ missing: [] }),
  };
  const [namespace = "", name = ""] = typeName.split("/");
  return makeRoutes(module, inProcess, read(options)).find(namespace, name)?.policy?.retry?.[part];
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

test("a name that nothing serves is refused, since it is misspelt", () => {
  throwsCode(() => policyOf("example/a", { "other/two": {} }), "OPTION_INVALID", "other/two");
  throwsCode(() => policyOf("example/a", { "nobody/*": {} }), "OPTION_INVALID", "nobody/*");
});

test("what makes no sense is refused, with the function's name", () => {
  throwsCode(() => read({ "example/a": { retry: { attempts: 0 } } }), "OPTION_INVALID", "example/a", "attempts");
  throwsCode(() => read({ example: {} }), "TYPE_NAME_INVALID", "example");
  throwsCode(() => read([] as never), "OPTION_INVALID", "functionOptions");
});
