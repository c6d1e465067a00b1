import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", "samples/run.ts", ...args], {
    cwd: root,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const firstLine = async (stream: NodeJS.ReadableStream | null): Promise<string> => {
  const [line] = await once(createInterface({ input: stream as NodeJS.ReadableStream }), "line");
  return line;
};

test("a sample runs on the embedded runtime, and prints what it sends to egresses", async (t) => {
  t.after(() => rmSync(`${root}/.statefun/hello`, { recursive: true, force: true }));
  const child = start("hello");
  t.after(() => child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const output = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = await once(output, "line");
  const url = /http:\S+[^.\s]/.exec(line)?.[0] ?? "";
  const printed = once(output, "line"); // before the message is sent
  const sent = await fetch(`${url}/send/example/hello/bob`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"name": "Bob"}',
  });
  assert.equal(sent.status, 202);
  const [record] = await printed;
  assert.match(record, /^example\/greets: .*Hello Bob/);
  child.kill("SIGTERM");
  assert.deepEqual(await exited, [0, null]);
});

test("without the name of a sample, it lists those there are", async () => {
  const child = start();
  const exited = once(child, "exit");
  assert.match(await firstLine(child.stderr), /agent, async, .*, order, report, saga, union/);
  assert.deepEqual(await exited, [1, null]);
});
