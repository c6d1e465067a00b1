// `statefun retry` and `drop`: of one address, or of many parked ones.

import assert from "node:assert/strict";
import { test } from "node:test";
import { drop, retry } from "../../src/cli/mend.js";
import { parseInput } from "../../src/cli/parse.js";
import { rejectsCode } from "../support/expect-code.js";
import { adminServer, printed } from "./admin-server.js";

const through = "2026-01-31T12:00:00.000Z";

test("retry --all goes on until all are taken, and says how far it is", async (t) => {
  const { asked, url } = await adminServer(t, {
    "/parked/retry?function=a/b&olderThan=7200000ms": { retried: 1000, through, next: "place" },
    [`/parked/retry?function=a/b&olderThan=7200000ms&through=${through}&after=place`]: {
      retried: 1,
      through,
      next: null,
    },
  });
  const args = ["--all", "--function", "a/b", "--older-than", "2h", "--admin-url", url];
  const text = await printed(t, () => retry(parseInput("retry", args)));
  assert.equal(text, "Retried 1000 addresses so far.\nRetried 1001 addresses.\n");
  assert.equal(asked.length, 2);
  const json = await printed(t, () => retry(parseInput("retry", [...args, "--json"])));
  assert.deepEqual(JSON.parse(json), { retried: 1001 });
});

test("drop --all removes the first messages, or with --all-messages all of them", async (t) => {
  const { url } = await adminServer(t, {
    "/parked/drop?which=first": { addresses: 2, dropped: 2, through, next: null },
    "/parked/drop?code=X&which=all": { addresses: 1, dropped: 5, through, next: null },
  });
  const dropped = (...args: string[]) => printed(t, () => drop(parseInput("drop", [...args, "--admin-url", url])));
  assert.equal(await dropped("--all"), "Dropped 2 messages of 2 addresses.\n");
  assert.equal(await dropped("--all", "--code", "X", "--all-messages"), "Dropped 5 messages of 1 address.\n");
  assert.deepEqual(JSON.parse(await dropped("--all", "--json")), { addresses: 2, dropped: 2 });
});

test("--dry-run counts what would be touched, over all pages, and changes nothing", async (t) => {
  const one = (name: string, code: string) => ({ function: name, id: "1", code });
  const { asked, url } = await adminServer(t, {
    "/parked?id=1&limit=1000": { parked: [one("a/b", "X"), one("a/c", "X")], next: "place", total: 9 },
    "/parked?id=1&after=place&limit=1000": { parked: [one("a/b", "X")], next: null, total: 9 },
  });
  const args = ["--all", "--id", "1", "--dry-run", "--admin-url", url];
  const text = await printed(t, () => drop(parseInput("drop", args)));
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/ +/g, " "));
  const last = "Without --dry-run, this would drop the first message of 3 addresses.";
  assert.deepEqual(lines, ["FUNCTION CODE ADDRESSES", "a/b X 2", "a/c X 1", last]);
  const { addresses } = JSON.parse(await printed(t, () => retry(parseInput("retry", [...args, "--json"]))));
  assert.equal(addresses, 3);
  assert.ok(asked.every((path) => path.startsWith("/parked?")));
});

test("a command that could mean one address or many is refused before anything is asked", async () => {
  const refused: readonly ["retry" | "drop", string[]][] = [
    ["retry", []],
    ["retry", ["a/b"]],
    ["retry", ["a/b", "1", "--all"]],
    ["drop", ["a/b", "1", "--all"]],
    ["drop", ["a/b", "--all"]],
    ["drop", ["--function", "a/b"]],
    ["drop", ["a/b", "1", "--dry-run"]],
    ["retry", ["a/b", "1", "--code", "X"]],
  ];
  for (const [command, args] of refused) {
    const run = command === "retry" ? retry : drop;
    await rejectsCode(
      (async () => run(parseInput(command, [...args, "--admin-url", "http://127.0.0.1:1"])))(),
      "OPTION_INVALID",
    );
  }
});
