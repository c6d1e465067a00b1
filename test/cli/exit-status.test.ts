// How a failed command ends: what its hints say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "../../src/cli/commands.js";
import { failureOf, hintOf } from "../../src/cli/exit-status.js";
import { type ErrorCode, errors, StatefunError } from "../../src/errors.js";

test("a hint names only options that its command has", () => {
  for (const [name, { options }] of Object.entries(commands)) {
    for (const code of Object.keys(errors) as ErrorCode[]) {
      const named = [...hintOf(code, name).matchAll(/--([a-z-]+)/g)].map(([, option]) => option as string);
      for (const option of named) assert.ok(Object.hasOwn(options, option), `${name}: ${code} names --${option}`);
    }
  }
});

test("a hint is about what the command can do", () => {
  assert.match(hintOf("VALUE_UNTYPED", "call"), /--type.*--handler.*--bytes/);
  assert.match(hintOf("VALUE_UNTYPED", "state"), /--type/);
  assert.match(hintOf("CLIENT_FAILED", "ps"), /--admin-url/);
  assert.match(hintOf("CLIENT_FAILED", "send"), /--url/);
  assert.match(hintOf("OPTION_INVALID", "send"), /statefun help send/);
  assert.match(hintOf("OPTION_INVALID", "sned"), /statefun help/);
  assert.equal(hintOf("MODULE_INVALID", "start"), "");
});

test("a failure is its code and its message on one line, and the hint on another", () => {
  const { exitStatus, text } = failureOf(new StatefunError("FUNCTION_UNKNOWN", "no\nsuch function"), "call");
  assert.equal(exitStatus, 4);
  assert.match(text, /^FUNCTION_UNKNOWN: no\\nsuch function\n[^\n]+$/);
});
