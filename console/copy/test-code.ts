// A batch, or a message that is not sent yet, as a test that repeats it.

import { literalOf, memberOf } from "./literal.js";
import { type OutgoingMessage, packed, plain } from "./message.js";

/** A state by its name. */
export interface NamedState {
  readonly name: string;
  readonly typename: string;
  readonly value: unknown;
}

/** What a test repeats. */
export interface RepeatedBatch {
  readonly functionName: string;
  readonly id: string;
  /** The messages in their order. */
  readonly messages: readonly Pick<OutgoingMessage, "typename" | "kind" | "content">[];
  /** The states before the first message. */
  readonly before: readonly NamedState[];
  /** States behind the last message, which the test compares; undefined when they are not known yet. */
  readonly after?: readonly NamedState[];
}

/**
 * Writes a test for node:test that repeats a batch by `invoke`. The test compares the states behind it, and fails when a message
 * does. Where the user's own modules are is a guess, and a comment says so.
 */
export function testCodeOf({ functionName, id, messages, before, after }: RepeatedBatch): string {
  const packedMessages = messages.map(packed);
  const imports = [...new Set(packedMessages.flatMap(({ imports }) => imports))].sort();
  const roots = [...new Set(packedMessages.flatMap(({ messageRoot }) => messageRoot ?? []))].sort();
  const title = `${functionName} handles ${[...new Set(messages.map(({ typename }) => typename))].join(", ")}`;
  const codes = packedMessages.map(({ code }) => code);
  return [
    `import assert from "node:assert/strict";`,
    `import { test } from "node:test";`,
    `import { ${imports.join(", ")} } from "statefun-ts";`,
    `import { invoke } from "statefun-ts/testing";`,
    `import { functions } from "./functions.js"; // where your functions are bound`,
    ...roots.map((root) => `import { ${root} } from "./messages.js"; // where protobufjs has put your messages`),
    "",
    `test(${JSON.stringify(title)}, async () => {`,
    ...(codes.length === 1 ? one : many)({ functionName, id, codes, before: statesLiteral(before) }),
    ...(after === undefined
      ? ["  assert.deepEqual(state, {}); // what you expect"]
      : after.map(({ name, ...state }) => `  assert.deepEqual(state${memberOf(name)}, ${valueLiteral(state)});`)),
    "});",
    "",
  ].join("\n");
}

interface Invocations {
  readonly functionName: string;
  readonly id: string;
  readonly codes: readonly string[];
  readonly before: string;
}

const one = ({ functionName, id, codes, before }: Invocations) => [
  `  const { state, error } = await invoke(${JSON.stringify(functionName)}, {`,
  "    functions,",
  `    id: ${JSON.stringify(id)},`,
  `    state: ${indented(before)},`,
  `    message: ${indented(codes[0] as string)},`,
  "  });",
  "  assert.equal(error, undefined);",
];

const many = ({ functionName, id, codes, before }: Invocations) => [
  `  let state: any = ${before};`,
  "  const messages = [",
  ...codes.map((code) => `    ${indented(code)},`),
  "  ];",
  "  for (const message of messages) {",
  `    const result = await invoke(${JSON.stringify(functionName)}, { functions, id: ${JSON.stringify(id)}, state, message });`,
  "    assert.equal(result.error, undefined);",
  "    state = result.state;",
  "  }",
];

/** Moves the lines behind the first one two columns to the right of a statement. */
const indented = (code: string) => code.replaceAll("\n", "\n  ");

const statesLiteral = (states: readonly NamedState[]) =>
  literalOf(Object.fromEntries(states.map(({ name, typename, value }) => [name, plain(typename, value)])), "  ");

const valueLiteral = ({ typename, value }: Omit<NamedState, "name">) => literalOf(plain(typename, value), "  ");
