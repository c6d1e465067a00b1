// docs/workflows.md as a newcomer follows it: its files and its commands, in an empty folder, with a runtime that is killed.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { blocksOf, pageAt } from "../docs/pages.js";
import { Built } from "./built.js";
import { Running, run, running } from "./run.js";

const built = new Built();
const page = pageAt("docs/workflows.md");
const files = Object.fromEntries(
  blocksOf(page, "ts").flatMap(({ notes: [note = ""], code }) => {
    // The tutorial sleeps for 20 seconds, so that a person has the time to kill the runtime. On a busy machine the test may need
    // longer.
    return note.startsWith("file=") ? [[note.slice("file=".length), code.replace("seconds: 20", "hours: 1")]] : [];
  }),
);
const [tsconfig = ""] = blocksOf(page, "json").map(({ code }) => code);
/** One folder for the whole page, so that the second example meets the data of the first one. */
const cwd = built.project({ "package.json": '{ "type": "module" }', "tsconfig.json": tsconfig, ...files });

/** The commands of the page that use `npx statefun`, as lists of arguments. */
const commands = blocksOf(page, "sh")
  .flatMap(({ code }) => code.split("\n"))
  .filter((line) => /^(npx |node_modules\/\.bin\/)statefun /.test(line))
  .map((line) =>
    [
      ...line
        .replace(/^(npx |node_modules\/\.bin\/)statefun /, "")
        .replace(/ &$/, "")
        .matchAll(/'([^']*)'|(\S+)/g),
    ].map(([, quoted, plain]) => quoted ?? plain ?? ""),
  );

function command(...begin: string[]): string[] {
  const found = commands.find((args) => begin.every((word) => args.includes(word)));
  assert.ok(found, `the page has no command with ${begin.join(" ")}`);
  commands.splice(commands.indexOf(found), 1);
  return found;
}

async function up(running: Running) {
  const [, ingress = ""] = await running.saw(/ingress +(\S+)/);
  const [, admin = ""] = await running.saw(/console +(\S+)/);
  return { STATEFUN_URL: ingress, STATEFUN_ADMIN_URL: admin };
}

/** Runs a command again and again until it prints this text. Resolves to what it printed last. */
async function until(expected: string, args: string[], env: Record<string, string>): Promise<string> {
  const give = Date.now() + 20_000;
  for (;;) {
    const { stdout } = await run(built.main, args, { env });
    if (stdout.includes(expected) || Date.now() > give) return stdout;
  }
}

const start = (t: TestContext, args: string[], env: Record<string, string> = {}) =>
  running(t, built.main, [...args, "--port", "0", "--admin-port", "0"], { cwd, env });

/** A module that moves the clock of its process on. */
const twoHoursLater = "data:text/javascript,const{now}=Date;Date.now=()=>now()+7200000";

test("the first workflow goes on after kill -9, and kneads once", async (t) => {
  const first = start(t, command("start", "bakery.ts"));
  const env = await up(first);
  const sent = await run(built.main, command("send", "bakery/oven"), { env });
  assert.equal(sent.code, 0, sent.stderr);
  await first.saw(/^Kneads the dough for 4 loaves\.$/m);
  // The step has printed its line before its result is on disk. The run is shown to wait for its sleep afterwards.
  assert.match(await until("sleep", ["runs", "bakery/oven"], env), /monday.*sleep/);
  first.process.kill("SIGKILL");
  await once(first.process, "close");
  const second = start(t, command("start", "bakery.ts"), { NODE_OPTIONS: `--import=${twoHoursLater}` });
  await second.saw(/^Bakes 3 kilos\.$/m);
  assert.doesNotMatch(second.stdout, /Kneads/);
});

test("the order is paid, approved, refused and cancelled as the page says", async (t) => {
  const dev = start(t, command("dev", "shop.ts"));
  const env = await up(dev);
  const say = async (...begin: string[]) => run(built.main, command(...begin), { env });
  assert.equal((await say("send", "4711", "place")).code, 0);
  assert.equal(await until("paid", command("call", "4711"), env), '"paid"\n');
  assert.equal((await say("send", "4711", "shop/approve")).code, 0);
  assert.equal(await until("approved", command("call", "4711"), env), '"approved by Ann"\n');

  const refused = await say("call", "4712");
  assert.match(refused.stderr, /SOLD_OUT/);

  assert.equal((await say("send", "4713", "place")).code, 0);
  assert.match(await until("4713", command("runs", "shop/order"), env), /4713/);
  assert.match((await say("run", "4713")).stdout, /charge/);
  assert.equal((await say("cancel-run", "4713")).code, 0);
  await dev.saw(/^Refunds charge \d+: 450 cents\.$/m);
});

test("the tests of the page pass", () => {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const { NODE_TEST_CONTEXT, ...env } = process.env; // a test in a test would report to this one
  const args = ["--import", tsx, "--test", "--test-reporter=tap", "shop.test.ts"];
  const { stdout } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", env });
  assert.match(stdout, /^# pass 2$/m);
  assert.match(stdout, /^# fail 0$/m);
});
