#!/usr/bin/env node
// The entry of `statefun`: finds the command, runs it, and ends with its exit status.

import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { endWithReader } from "./closed-output.js";
import type { CommandName } from "./commands.js";
import { failureOf } from "./exit-status.js";
import { findCommand, type Input, parseInput } from "./parse.js";
import { print, printError } from "./print.js";

/** Runs one command. Each command loads only its own code, so that `statefun call` need not wait until the runtime is loaded. */
const load: Readonly<Record<CommandName, () => Promise<(input: Input) => Promise<void>>>> = {
  start: async () => (await import("./start.js")).start,
  dev: async () => (await import("./dev.js")).dev,
  module: async () => (await import("./module.js")).module,
  send: async () => (await import("./send.js")).send,
  call: async () => (await import("./send.js")).call,
  cancel: async () => (await import("./send.js")).cancel,
  ps: async () => (await import("./look.js")).ps,
  addresses: async () => (await import("./look.js")).addresses,
  show: async () => (await import("./look.js")).show,
  query: async () => (await import("./query.js")).query,
  failing: async () => (await import("./look.js")).failing,
  parked: async () => (await import("./look.js")).parked,
  runs: async () => (await import("./runs.js")).runs,
  run: async () => (await import("./runs.js")).run,
  "cancel-run": async () => (await import("./runs.js")).cancelRun,
  schedules: async () => (await import("./schedules.js")).schedules,
  schedule: async () => (await import("./schedules.js")).schedule,
  state: async () => (await import("./mend.js")).state,
  park: async () => (await import("./mend.js")).park,
  retry: async () => (await import("./mend.js")).retry,
  drop: async () => (await import("./mend.js")).drop,
  "dead-letters": async () => (await import("./dead-letters.js")).deadLetters,
  backup: async () => (await import("./backup.js")).backup,
  metrics: async () => (await import("./look.js")).metrics,
  health: async () => (await import("./look.js")).health,
  completion: async () => (await import("./completion.js")).completion,
  help: async () => (await import("./help.js")).help,
};

async function main([word = "help", ...rest]: readonly string[]): Promise<void> {
  if (word === "--version" || word === "-v") return print(version());
  if (word === "--help" || word === "-h") return main(["help"]);
  const { name } = findCommand(word);
  // A word after -- is an argument, even when it begins with a dash.
  const options = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  if (options.includes("--help") || options.includes("-h")) return main(["help", name]);
  const input = parseInput(name, rest);
  const run = await load[name]();
  await run(input);
}

function version(): string {
  const ownPackage = createRequire(realpathSync(process.argv[1] as string));
  return (ownPackage("statefun-ts/package.json") as { version: string }).version;
}

endWithReader();
const words = process.argv.slice(2);
main(words).catch((thrown: unknown) => {
  const { exitStatus, text } = failureOf(thrown, words[0]);
  // The user's functions may have timers, which would keep the process running.
  printError(text, () => process.exit(exitStatus));
});
