// The tables of docs/cli.md say what the code does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, commands } from "../../src/cli/commands.js";
import { exitStatuses } from "../../src/cli/exit-status.js";
import { variableOf } from "../../src/cli/options.js";
import { findCommand, parseInput } from "../../src/cli/parse.js";
import { codeIn, pageAt, tableRows } from "../docs/pages.js";

const page = pageAt("docs/cli.md");
const all: readonly (readonly [string, Command])[] = Object.entries(commands);

test("each command has its row", () => {
  const written = tableRows(page, "Commands").map(([usage = "", summary]) => [...codeIn(usage), summary]);
  assert.deepEqual(
    written,
    all.map(([name, { args, summary }]) => [`${name} ${args}`.trimEnd(), summary]),
  );
});

test("each option has its row, with the commands that take it", () => {
  const written = tableRows(page, "Options").map(([usage = "", takers = "", help]) => [
    ...codeIn(usage),
    codeIn(takers),
    help,
  ]);
  const rows = new Map<string, [string, string[], string]>();
  for (const [name, { options }] of all) {
    for (const [option, { value, help }] of Object.entries(options)) {
      const usage = `--${option}${value === undefined ? "" : ` <${value}>`}`;
      const row = rows.get(usage + help) ?? [usage, [], help];
      row[1].push(name);
      rows.set(usage + help, row);
    }
  }
  assert.deepEqual(written, [...rows.values()]);
});

test("each environment variable has its row", () => {
  const written = tableRows(page, "Environment variables").map(([variable = "", option = ""]) => [
    ...codeIn(variable),
    ...codeIn(option),
  ]);
  const expected = new Map<string, string>();
  for (const [, { options }] of all) {
    for (const [option, { env }] of Object.entries(options)) {
      if (env !== undefined) expected.set(variableOf(option), `--${option}`);
    }
  }
  assert.deepEqual(written, [...expected]);
});

test("each command has examples that its options allow", () => {
  for (const [name, { examples }] of all) {
    assert.ok(examples.length > 0, name);
    for (const example of examples) {
      const [program, command = "", ...words] = wordsOf(example);
      assert.equal(program, "statefun", example);
      parseInput(findCommand(command).name, words);
    }
  }
});

/** The words that a shell makes of a line, up to where it sends the output elsewhere. */
function wordsOf(line: string): string[] {
  const [command = ""] = line.split(/ [>|] /);
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? "",
  );
}

test("each exit status has its row", () => {
  const written = tableRows(page, "Exit statuses").map(([code = "", meaning]) => [...codeIn(code), meaning]);
  assert.deepEqual(written, Object.entries(exitStatuses));
});
