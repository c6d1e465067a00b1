// The scripts that let a shell complete commands and options.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { commands } from "../../src/cli/commands.js";
import { Built } from "./built.js";
import { run } from "./run.js";

const built = new Built();
const scriptFor = async (shell: string) => (await run(built.main, ["completion", shell])).stdout;

/** What bash offers for the last of the words. */
function offered(script: string, ...words: string[]): string[] {
  const line = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _statefun; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync("bash", ["-c", `${script}\n${line}`, "bash", ...words], { encoding: "utf8" });
  return output.split("\n").filter((word) => word !== "");
}

test("bash completes commands, and the options of each command", async () => {
  const script = await scriptFor("bash");
  assert.deepEqual(offered(script, "statefun", "dead"), ["dead-letters"]);
  assert.deepEqual(offered(script, "statefun", ""), Object.keys(commands));
  assert.deepEqual(offered(script, "statefun", "dev", "--op"), ["--open"]);
  assert.deepEqual(offered(script, "statefun", "ps", "--op"), []);
  assert.deepEqual(offered(script, "statefun", "help", "sen"), ["send"]);
});

for (const shell of ["zsh", "fish"]) {
  test(`the script for ${shell} names every command and option, and ${shell} can read it where it is installed`, async () => {
    const script = await scriptFor(shell);
    for (const [name, { options }] of Object.entries(commands)) {
      assert.ok(script.includes(name), name);
      for (const option of Object.keys(options)) assert.match(script, new RegExp(`(--|-l )${option}\\b`), option);
    }
    const read = spawnSync(shell, ["-n"], { input: script, encoding: "utf8" });
    if (read.error === undefined) assert.deepEqual([read.status, read.stderr], [0, ""]);
  });
}

test("another shell is refused", async () => {
  const { code, stderr } = await run(built.main, ["completion", "tcsh"]);
  assert.equal(code, 2);
  assert.match(stderr, /^OPTION_INVALID: /);
});
