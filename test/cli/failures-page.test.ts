// docs/failures.md: its commands are run, one after the other, and print what the page says.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { blocksOf, pageAt } from "../docs/pages.js";
import { Built } from "./built.js";
import { run, running } from "./run.js";

const page = pageAt("docs/failures.md");
const built = new Built();

/** A command of the page, and what the page says that it prints. "…" stands for any lines. */
interface Step {
  readonly args: readonly string[];
  readonly printed: readonly string[];
}

const steps: Step[] = blocksOf(page, "console").flatMap(({ code }) =>
  code
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = "", ...printed] = step.trimEnd().split("\n");
      const [npx, statefun, ...args] = [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]);
      assert.deepEqual([npx, statefun], ["npx", "statefun"], command);
      return { args: args as string[], printed };
    }),
);

/** Times and the ids of letters differ from run to run: each is named by when it is seen first. */
class Names {
  readonly #names = new Map<string, string>();

  hide(text: string): string {
    return text
      .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g, "<time>")
      .replace(/\b0000[0-9a-z]{5}\b/g, (id) => {
        if (!this.#names.has(id)) this.#names.set(id, `<letter ${this.#names.size + 1}>`);
        return this.#names.get(id) as string;
      })
      .replace(/ {2,}/g, "  ");
  }

  /** The real id that stands for one of the page. */
  idOf(name: string): string | undefined {
    return [...this.#names].find(([, named]) => named === name)?.[0];
  }
}

test("the commands of docs/failures.md print what the page says", async (t) => {
  assert.ok(steps.length >= 10, "the page has its commands");
  const source = blocksOf(page, "ts").find(({ notes }) => notes.includes("file=payments.ts"));
  const cwd = built.project({ "package.json": '{ "type": "module" }', "functions.ts": source?.code as string });
  const dir = mkdtempSync(join(tmpdir(), "statefun-failures-"));
  const runtime = running(t, built.main, ["start", "functions.ts", "--dir", dir, "--port", "0", "--admin-port", "0"], {
    cwd,
  });
  const [, ingress = ""] = await runtime.saw(/ingress +(\S+)/);
  const [, admin = ""] = await runtime.saw(/console +(\S+)/);
  const env = { STATEFUN_URL: ingress, STATEFUN_ADMIN_URL: admin };
  const kept = async () => {
    const { stdout } = await run(built.main, ["dead-letters", "--json"], { env });
    return JSON.parse(stdout).total as number;
  };
  const failing = async () => {
    const { stdout } = await run(built.main, ["failing", "--json"], { env });
    return JSON.parse(stdout).total as number;
  };
  const ofPage = new Names();
  const ofRun = new Names();
  for (const { args, printed } of steps) {
    // The page's reader is slower than the tries of a message.
    const first = args[1] === undefined && args[0] === "dead-letters";
    const dropping = args[0] === "dead-letters" && args[1] === "drop";
    while ((first && (await kept()) < 2) || (dropping && (await kept()) < 1)) await undefined;
    while (args[0] === "failing" && (await failing()) < 1) await undefined;
    const real = args.map((arg) => ofRun.idOf(ofPage.hide(arg)) ?? arg);
    const { code, stdout, stderr } = await run(built.main, real, { env });
    const fails = /^[A-Z_]+: /.test(printed[0] ?? "");
    assert.equal(code === 0, !fails, `${args.join(" ")}: ${stderr}`);
    const expected = ofPage.hide(printed.join("\n")).split("\n");
    const seen = ofRun.hide((stdout + stderr).trimEnd()).split("\n");
    const open = expected.indexOf("…");
    if (open >= 0) assert.deepEqual(seen.slice(0, open), expected.slice(0, open));
    else assert.deepEqual(seen, expected, `statefun ${args.join(" ")}`);
  }
});
