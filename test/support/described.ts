// Every answer that a test gets from the admin server or the ingress is as docs/openapi.json describes it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { type CheckAnswer, checkAnswersOf } from "./http.js";

const document = JSON.parse(readFileSync(fileURLToPath(new URL("../../docs/openapi.json", import.meta.url)), "utf8"));
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: false, allowUnionTypes: true });
ajv.addVocabulary(["components"]);
ajv.addSchema({ $id: "document", components: { schemas: document.components.schemas } });

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { $ref?: string; content?: Record<string, { schema: object }> }>>;
}

const methods = ["get", "head", "put", "post", "delete"];

/** The operations of a server, in the order of the document. A path with fewer filled-in parts comes first. */
function operationsOf(tag: string) {
  return Object.entries<any>(document.paths)
    .flatMap(([path, item]) =>
      methods
        .filter((method) => item[method]?.tags.includes(tag))
        .map((method) => {
          const base = new URL(item.servers[0].url).pathname.replace(/\/$/, "");
          const pattern = `${base}${path}`.replaceAll(/\{\w+\}/g, "[^/]*").replaceAll(".", "\\.");
          return { method, path, pattern: new RegExp(`^${pattern}$`), operation: item[method] as Operation };
        }),
    )
    .sort((one, other) => one.path.split("{").length - other.path.split("{").length);
}

const validators = new Map<object, ValidateFunction>();

function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components');
  const made = ajv.compile(JSON.parse(text));
  validators.set(schema, made);
  return made;
}

/** Checks the answers of one of the two servers. */
export function checkOf(tag: "admin" | "ingress"): CheckAnswer {
  const operations = operationsOf(tag);
  return (method, target, { status, headers, text }) => {
    if (method === "OPTIONS") return; // a browser asks it, and the document has nothing of it
    const path = target.split("?", 1)[0] as string;
    const found = operations.find((each) => each.method === method.toLowerCase() && each.pattern.test(path));
    const type = headers["content-type"]?.split(";", 1)[0];
    const where = `${method} ${target} answered ${status} ${type}`;
    // A path that is not there, and one that is only a file, are answered as every error is.
    const responses = found?.operation.responses ?? {};
    const described = responses[status] ?? (status < 400 ? undefined : document.components.responses.Error);
    if (found === undefined && status < 400) return assertUndescribed(path, where);
    assert.ok(described, `${where}, which ${found?.operation.operationId} of the document lacks (npm run openapi)`);
    if (type === undefined) {
      assert.equal(text, "", where);
      return;
    }
    const content = described.content?.[type];
    assert.ok(content, `${where}, a content that the document lacks (scripts/openapi/details.ts)`);
    if (type !== "application/json" || method === "HEAD") return;
    const validate = validatorOf(content.schema);
    if (headers["content-disposition"] === undefined)
      assert.match(text, /\n$/, `${where} without a newline at its end`);
    if (!validate(JSON.parse(text)))
      assert.fail(`${where}: ${ajv.errorsText(validate.errors)} in ${text} (npm run openapi?)`);
  };
}

/** What serves the page of the console, and answers to OPTIONS, are not in the document. */
function assertUndescribed(path: string, where: string): void {
  assert.match(path, /^\/(console\/.*)?$|^\*$/, `${where}, which the document lacks (npm run openapi)`);
}

/** Checks every answer of a server until its test ends. */
export function checkDescribed(
  test: { after(done: () => void): void },
  tag: "admin" | "ingress",
  { port }: { readonly port: number },
): void {
  test.after(checkAnswersOf(port, checkOf(tag)));
}
