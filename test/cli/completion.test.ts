// The scripts that let a shell complete commands, options and names of files, in the shells themselves.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { commands } from "../../src/cli/commands.js";
import { Built } from "./built.js";
import { isInstalled, shells } from "./completing.js";
import { run } from "./run.js";

const built = new Built();
const scriptFor = async (shell: string) => (await run(built.main, ["completion", shell])).stdout;

const folder = mkdtempSync(join(tmpdir(), "statefun-completion-"));
after(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ["data", "my data"]) mkdirSync(join(folder, name));
for (const name of ["functions.ts", "module.yaml", "start"]) writeFileSync(join(folder, name), "");
const files = ["data", "functions.ts", "module.yaml", "my data", "start"];

const everyOption = (name: keyof typeof commands) =>
  [...Object.keys(commands[name].options), "help"].map((option) => `--${option}`).sort();

const cases: readonly { readonly what: string; readonly line: string; readonly offered: readonly string[] }[] = [
  { what: "every command", line: "statefun ", offered: Object.keys(commands).sort() },
  { what: "the rest of a command", line: "statefun dead", offered: ["dead-letters"] },
  { what: "a command after help", line: "statefun help sen", offered: ["send"] },
  { what: "every option of a command", line: "statefun start --", offered: everyOption("start") },
  { what: "options after a switch", line: "statefun dev --open --mem", offered: ["--memory"] },
  { what: "options after an argument", line: "statefun dead-letters resend --al", offered: ["--all"] },
  { what: "no option of another command", line: "statefun ps --op", offered: [] },
  { what: "no option of a command that is an argument", line: "statefun query drop --al", offered: [] },
  { what: "files as arguments", line: "statefun start f", offered: ["functions.ts"] },
  {
    what: "files after the value of an option",
    line: "statefun start --dir data m",
    offered: ["module.yaml", "my data"],
  },
  { what: "folders alone for a folder", line: "statefun start --dir ", offered: ["data", "my data"] },
  { what: "a folder after =", line: "statefun start --dir=da", offered: ["data"] },
  { what: "folders after = with nothing", line: "statefun backup --to=", offered: ["data", "my data"] },
  { what: "files for a file", line: "statefun start --functions f", offered: ["functions.ts"] },
  { what: "files after =", line: "statefun send --bytes=", offered: files },
  { what: "no files for any other value", line: "statefun start --host ", offered: [] },
  { what: "no files for any other argument", line: "statefun ps ", offered: [] },
  { what: "actions", line: "statefun schedule ", offered: ["pause", "resume", "run"] },
  { what: "no action for the name", line: "statefun schedule pause ", offered: [] },
  { what: "shells", line: "statefun completion ", offered: ["bash", "fish", "zsh"] },
];

for (const [shell, offering] of Object.entries(shells)) {
  const skip = isInstalled(shell) ? false : `${shell} is not installed`;
  test(`${shell} completes what it should`, { skip }, async (t) => {
    const lines = cases.map(({ line }) => line);
    const offers = offering(await scriptFor(shell), lines, folder);
    assert.equal(offers.length, cases.length);
    for (const [index, { what, line, offered }] of cases.entries()) {
      await t.test(`${what}: ${line}`, () => assert.deepEqual(offers[index], offered));
    }
  });
}

test("another shell is refused", async () => {
  const { code, stderr } = await run(built.main, ["completion", "tcsh"]);
  assert.equal(code, 2);
  assert.match(stderr, /^OPTION_INVALID: /);
});
