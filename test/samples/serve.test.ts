import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", "samples/serve.ts", ...args], {
    cwd: root,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const firstLine = async (stream: NodeJS.ReadableStream | null): Promise<string> => {
  const [line] = await once(createInterface({ input: stream as NodeJS.ReadableStream }), "line");
  return line;
};

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`a sample is served until ${signal}`, async () => {
    const child = start("count");
    const exited = once(child, "exit");
    const line = await firstLine(child.stdout);
    const url = /http:\S+/.exec(line)?.[0] ?? "";
    assert.match(line, /^Serving example\/count at http:\/\/localhost:\d+\/statefun$/);
    assert.equal((await fetch(`${url}/health`)).status, 200);
    assert.equal((await fetch(url, { method: "POST" })).status, 415);
    child.kill(signal);
    assert.deepEqual(await exited, [0, null]);
  });
}

test("an unknown sample is answered with the list of those there are", async () => {
  const child = start("cuont");
  const exited = once(child, "exit");
  assert.match(
    await firstLine(child.stderr),
    /agent, async, caller, count, delay, egress, expiration, hello, interceptors, kafka, opentelemetry, order, report, saga, union/,
  );
  assert.deepEqual(await exited, [1, null]);
});
