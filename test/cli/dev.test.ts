import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { test } from "node:test";
import { Built } from "./built.js";
import { type Running, run, running } from "./run.js";

const built = new Built();
const free = ["--port", "0", "--admin-port", "0"];

/** Functions that answer with `word`. */
const source = (word: string) => `
import { Handles, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";

@StatefulFunction("shop/counter")
class Counter {
  @State("count", Types.int) count = 0;

  @Handles(Types.string)
  add(text: string) {
    this.count += 1;
    console.log("${word} got " + text + " " + this.count);
    return "${word} " + this.count;
  }
}

process.once("exit", () => console.log("${word} has ended"));

export const functions = new StatefulFunctions(Counter);
`;

const files = { "package.json": '{ "type": "module" }', "functions.ts": source("old") };

/** Waits until the functions run for the first time. Their ports stay the same over restarts. */
async function up(dev: Running): Promise<Record<string, string>> {
  const [, ingress = ""] = await dev.saw(/ingress +(\S+)/);
  const [, admin = ""] = await dev.saw(/console +(\S+)/);
  await dev.saw(/^Started in \d+ ms\.$/m);
  return { STATEFUN_URL: ingress, STATEFUN_ADMIN_URL: admin };
}

test("a change restarts the functions; state and waiting messages stay", async (t) => {
  const cwd = built.project(files);
  const dev = running(t, built.main, ["dev", ...free], { cwd });
  await dev.saw(/functions +shop\/counter\n/);
  const env = await up(dev);
  assert.equal((await run(built.main, ["call", "shop/counter", "bob", '"a"'], { env })).stdout, '"old 1"\n');
  await run(built.main, ["park", "shop/counter", "eve"], { env });
  await run(built.main, ["send", "shop/counter", "eve", '"waits"'], { env });
  writeFileSync(join(cwd, "functions.ts"), source("new"));
  await dev.saw(/^old has ended$/m);
  await dev.saw(/^Restarted in \d+ ms, because functions\.ts changed\.$/m);
  const called = await run(built.main, ["call", "shop/counter", "bob", '"b"'], { env });
  assert.equal(called.stdout, '"new 2"\n');
  await run(built.main, ["retry", "shop/counter", "eve"], { env });
  await dev.saw(/^new got waits 1$/m);
  assert.equal((await dev.stop()).code, 0);
});

test("dev prints a mistake and waits for its correction; a delayed message that becomes due meanwhile comes once", async (t) => {
  const cwd = built.project(files);
  const dev = running(t, built.main, ["dev", "functions.ts", ...free], { cwd });
  const env = await up(dev);
  // The delay is long enough for the functions to be down when the message is due.
  await run(built.main, ["send", "shop/counter", "bob", '"later"', "--delay", "4s"], { env });
  writeFileSync(join(cwd, "functions.ts"), `${source("broken")} syntax error(`);
  await dev.saw(/^The functions ended with 1\. /m);
  writeFileSync(join(cwd, "functions.ts"), source("new"));
  await dev.saw(/Restarted/);
  // On a slow machine the message is due before the functions run, and comes before they are announced.
  if (!/^new got later 1$/m.test(dev.stdout)) await dev.saw(/^new got later 1$/m);
  const { code, stdout, stderr } = await dev.stop();
  assert.equal(code, 0);
  assert.equal(stdout.match(/got later/g)?.length, 1);
  assert.match(stderr, /functions\.ts:\d+:\d+: ERROR/);
});

test("the files that functions import are watched, also in new folders; data and packages are not", async (t) => {
  const cwd = built.project({
    ...files,
    "functions.ts": source("old")
      .replace('"old "', "word + ' '")
      .replace("import {", 'import { word } from "./lib/word.js";\nimport {'),
    "lib/word.ts": 'export const word = "one";',
  });
  const dev = running(t, built.main, ["dev", ...free], { cwd });
  const env = await up(dev);
  // None of these changes is one of the sources. The next restart comes from the change after them.
  mkdirSync(join(cwd, "node_modules/other"));
  writeFileSync(join(cwd, "node_modules/other/index.js"), "");
  writeFileSync(join(cwd, "node_modules/index.js"), "");
  writeFileSync(join(cwd, "records.jsonl"), "{}\n");
  writeFileSync(join(cwd, ".hidden.ts"), "");
  assert.equal((await run(built.main, ["call", "shop/counter", "bob", '"a"'], { env })).stdout, '"one 1"\n');
  writeFileSync(join(cwd, "lib/word.ts"), 'export const word = "two";');
  await dev.saw(/^Restarted in \d+ ms, because lib\/word\.ts changed\.$/m);
  assert.equal((await run(built.main, ["call", "shop/counter", "bob", '"a"'], { env })).stdout, '"two 2"\n');
  mkdirSync(join(cwd, "lib/new"));
  writeFileSync(join(cwd, "lib/new/word.ts"), 'export const word = "three";');
  await dev.saw(/^Restarted in \d+ ms, because lib\/new(\/word\.ts)? changed\.$/m);
  writeFileSync(join(cwd, "lib/new/word.ts"), 'export const word = "four";');
  await dev.saw(/^Restarted in \d+ ms, because lib\/new\/word\.ts changed\.$/m);
  rmSync(join(cwd, "lib/new"), { recursive: true });
  await dev.saw(/^Restarted in \d+ ms, because lib\/new(\/word\.ts)? changed\.$/m);
  assert.equal((await dev.stop()).code, 0);
});

test("a process that gets a signal before its functions run ends without output", async () => {
  const cwd = built.project(files);
  const file = join(built.main, "../dev-child.js");
  const child = fork(file, ["dev", ...free], { cwd, stdio: ["ignore", "ignore", "pipe", "ipc"], execArgv: [] });
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  child.disconnect();
  const [[code]] = await Promise.all([once(child, "exit"), once(child.stderr as Readable, "end")]);
  assert.deepEqual([code, stderr], [0, ""]);
});

test("the file of an egress does not restart the functions, whatever its name", async (t) => {
  const cwd = built.project({ ...files, "out/records.json": "" });
  const dev = running(t, built.main, ["dev", "--egress", "shop/out=out/records.json", ...free], { cwd });
  const env = await up(dev);
  const touched = new Date(0);
  utimesSync(join(cwd, "out/records.json"), touched, touched); // as a write would
  await run(built.main, ["health"], { env }); // longer than changes are gathered for
  assert.equal((await run(built.main, ["call", "shop/counter", "bob", '"a"'], { env })).stdout, '"old 1"\n');
  writeFileSync(join(cwd, "functions.ts"), source("new"));
  await dev.saw(/^Restarted in \d+ ms, because functions\.ts changed\.$/m);
  writeFileSync(join(cwd, "out/more.json"), "{}");
  await dev.saw(/^Restarted in \d+ ms, because out\/more\.json changed\.$/m);
  assert.equal((await dev.stop()).code, 0);
});

test("functions that end by themselves are started again by the next change", async (t) => {
  const cwd = built.project({ ...files, "functions.ts": `${source("old")}\nsetImmediate(() => process.exit(7));` });
  const dev = running(t, built.main, ["dev", ...free], { cwd });
  await dev.saw(/^The functions ended with 7\. /m);
  writeFileSync(join(cwd, "functions.ts"), source("new"));
  await dev.saw(/Restarted/);
  assert.equal((await dev.stop()).code, 0);
});

test("when the command is killed its functions end too, and the folder is free", async (t) => {
  const cwd = built.project(files);
  const first = running(t, built.main, ["dev", ...free], { cwd });
  await up(first);
  first.process.kill("SIGKILL");
  await first.ended; // its output is closed by the last process that holds it
  const second = running(t, built.main, ["dev", ...free], { cwd });
  await up(second);
  assert.equal((await second.stop()).code, 0);
});

test("without functions, dev says which arguments it takes", async () => {
  const cwd = built.project({ "package.json": "{}" });
  for (const args of [["dev"], ["dev", "nothing.ts"], ["dev", "nothing.yaml"], ["dev", "a.ts", "b.ts"]]) {
    const { code, stderr } = await run(built.main, args, { cwd });
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, /^OPTION_INVALID: /);
  }
});

test("--open opens the console in the browser once, not at each restart", async (t) => {
  const browser = `#!/bin/sh\necho "$1" >> "$OPENED"\n`;
  const cwd = built.project({ ...files, browser });
  chmodSync(join(cwd, "browser"), 0o755);
  const opened = join(cwd, ".opened");
  const env = { BROWSER: join(cwd, "browser"), OPENED: opened };
  const dev = running(t, built.main, ["dev", "--open", ...free], { cwd, env });
  const { STATEFUN_ADMIN_URL } = await up(dev);
  writeFileSync(join(cwd, "functions.ts"), source("new"));
  await dev.saw(/^Restarted in/m);
  await dev.stop();
  assert.equal(readFileSync(opened, "utf8"), `${STATEFUN_ADMIN_URL}\n`);
});
