// Runs samples/kafka/start.ts as a user does.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("the Kafka sample counts the visits of each name that is typed", { timeout: 180_000 }, async (t) => {
  const start = fileURLToPath(new URL("../../samples/kafka/start.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", start], { stdio: ["pipe", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL")); // every process that it started ends with it
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  child.stdin.end("bob\nann\nbob\n");
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  assert.equal(code, 0, output);
  const greetings = output.split("\n").filter((line) => line.startsWith("Hello"));
  const greeted = greetings.map((line) => line.replace(/ \(.*\)$/, ""));
  // Ann's record may be on another partition, and partitions have no order between them.
  assert.deepEqual(
    greeted.filter((line) => line.startsWith("Hello bob")),
    ["Hello bob: visit 1 of bob", "Hello bob: visit 2 of bob"],
  );
  assert.deepEqual(
    greeted.filter((line) => line.startsWith("Hello ann")),
    ["Hello ann: visit 1 of ann"],
  );
});
