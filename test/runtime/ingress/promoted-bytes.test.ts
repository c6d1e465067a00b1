// What a call leaves behind once it is answered, counted by the garbage collector in a process of its own.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { freshFolder } from "../../store/folders.js";

/**
 * The collector promotes an object that has survived two collections: only a full collection frees it. A call leaves 20 to
 * 200 bytes in most processes. In one of five processes something of V8 or Node keeps a part of each call, about 1,400 bytes. A Set of
 * open answers would leave 1,800 bytes in every process, and a Map of waiting calls beside it 3,300. On Node 26, every process
 * keeps about 1,100 bytes of a call.
 */
const mostPromoted = process.version.startsWith("v20.") ? 800 : 2_000;
const processes = 6;
const clients = 32;

/** Compiles the program as users have it: names that a compiler keeps on every function would be promoted, too. */
async function compiled(t: TestContext): Promise<string> {
  const cache = fileURLToPath(new URL("../../../node_modules/.cache/", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "promoted-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(folder, "traced-runtime.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("traced-runtime.ts", import.meta.url))],
    outfile: script,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "es2022",
  });
  return script;
}

async function startRuntime(t: TestContext, script: string) {
  const child = fork(script, [freshFolder(t)], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  t.after(() => child.kill());
  const trace = text(child.stdout as NonNullable<typeof child.stdout>);
  const [port] = (await once(child, "message")) as [number];
  return {
    port,
    async tell(command: "age" | "trace") {
      child.send(command);
      await once(child, "message");
    },
    /** Ends the process; returns what it has printed. */
    async stop(): Promise<string> {
      child.send("stop");
      return trace;
    },
  };
}

/** Makes calls of random addresses on connections that are kept, one call at a time on each. */
async function calls(port: number, count: number): Promise<void> {
  let left = count;
  const request = () => {
    const path = `/call/example/counter/${left % 100}`;
    return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n1`;
  };
  const client = async () => {
    const socket = connect(port, "127.0.0.1");
    while (left > 0) {
      left -= 1;
      socket.write(request());
      const [answer] = (await once(socket, "data")) as [Buffer];
      assert.match(answer.toString(), /^HTTP\/1\.1 200 OK\r\n/);
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: clients }, client));
}

/** The bytes that a call promotes, in a process of its own. */
async function promotedByCall(t: TestContext, script: string): Promise<number> {
  const runtime = await startRuntime(t, script);
  await calls(runtime.port, 4_000);
  // Lists and tables that are old may keep alive what went through them while they were young.
  const meanwhile = calls(runtime.port, 2_000);
  for (let time = 0; time < 3; time++) await runtime.tell("age");
  await meanwhile;
  await runtime.tell("trace");
  const measured = 10_000;
  await calls(runtime.port, measured);
  const promoted = [...(await runtime.stop()).matchAll(/[ "]promoted"?[=:](\d+)/g)].map(([, bytes]) => Number(bytes));
  assert.ok(promoted.length >= 3, `${promoted.length} collections`);
  const byCall = promoted.reduce((sum, bytes) => sum + bytes, 0) / measured;
  t.diagnostic(`${byCall.toFixed(0)} bytes per call, in ${promoted.length} collections`);
  return byCall;
}

test("an answered call leaves next to nothing behind that only a full collection frees", async (t) => {
  const script = await compiled(t);
  let least = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < processes && least >= mostPromoted; tried++) {
    least = Math.min(least, await promotedByCall(t, script));
  }
  assert.ok(least < mostPromoted, `${least.toFixed(0)} bytes per call`);
});
