import assert from "node:assert/strict";
import { test } from "node:test";
import { json } from "@codemirror/lang-json";
import { EditorState } from "@codemirror/state";
import { schemaDiagnostics } from "../../../console/editor/schema-lint.js";

const schema = {
  type: "object",
  required: ["sku"],
  properties: {
    sku: { type: "string" },
    lines: { type: "array", items: { properties: { 'odd "name"': { type: "number" } } } },
  },
};

function marked(text: string): string[] {
  const state = EditorState.create({ doc: text, extensions: [json()] });
  return schemaDiagnostics(schema)(state).map(({ from, to }) => text.slice(from, to));
}

test("what a schema does not allow is marked where it stands", () => {
  assert.deepEqual(marked('{ "sku": 5 }'), ["5"]);
  assert.deepEqual(marked('{ "sku": "a",\n "lines": [{}, {"odd \\"name\\"": "x"}] }'), ['"x"']);
  assert.deepEqual(marked('{ "sku": "a", "sku": false }'), ["false"]);
});

test("a missing property is marked at its object", () => {
  assert.deepEqual(marked('  { "lines": [] }'), ['{ "lines": [] }']);
});

test("nothing is marked in a value that is allowed, and in text that is no JSON yet", () => {
  assert.deepEqual(marked('{ "sku": "a" }'), []);
  assert.deepEqual(marked('{ "sku": '), []);
});
