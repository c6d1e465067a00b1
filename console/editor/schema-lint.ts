// Marks in the editor what a schema does not allow.

import { ensureSyntaxTree } from "@codemirror/language";
import type { Diagnostic } from "@codemirror/lint";
import type { EditorState } from "@codemirror/state";
import type { JsonPath } from "../values/json-path.js";
import { type JsonSchema, schemaCheck } from "../values/json-schema.js";

/** How long the tree of a long text is worked on. Problems in what is left of it stand at the text's beginning. */
const longestParseMs = 100;

type Tree = NonNullable<ReturnType<typeof ensureSyntaxTree>>;
type Node = Tree["topNode"];

/** Makes a function that marks the problems of JSON that can be read. */
export function schemaDiagnostics(schema: JsonSchema): (state: EditorState) => Diagnostic[] {
  const check = schemaCheck(schema);
  return (state) => {
    let value: unknown;
    try {
      value = JSON.parse(state.doc.toString());
    } catch {
      return [];
    }
    const problems = check(value);
    if (problems.length === 0) return [];
    const tree = ensureSyntaxTree(state, state.doc.length, longestParseMs);
    return problems.map(({ path, message }) => {
      const node = tree === null ? undefined : nodeAt(state, tree, path);
      return { from: node?.from ?? 0, to: node?.to ?? 0, severity: "error", message };
    });
  };
}

/** Finds the node of the value at a path; undefined when the text has changed meanwhile. */
function nodeAt(state: EditorState, tree: Tree, path: JsonPath): Node | undefined {
  let node: Node | null = valuesIn(tree.topNode)[0] ?? null;
  for (const part of path) {
    if (node === null) return undefined;
    node = (typeof part === "number" ? valuesIn(node)[part] : propertyOf(state, node, part)) ?? null;
  }
  return node ?? undefined;
}

const values = new Set(["Object", "Array", "String", "Number", "True", "False", "Null"]);

function valuesIn(node: Node): Node[] {
  const found: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (values.has(child.name)) found.push(child);
  }
  return found;
}

/** The value of a property. Of several with one name the last counts, as it does for JSON.parse. */
function propertyOf(state: EditorState, object: Node, name: string): Node | undefined {
  const own = object
    .getChildren("Property")
    .filter((property) => {
      const key = property.getChild("PropertyName");
      return key !== null && JSON.parse(state.sliceDoc(key.from, key.to)) === name;
    })
    .at(-1);
  return own === undefined ? undefined : valuesIn(own)[0];
}
