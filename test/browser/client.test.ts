// The client in a real browser: a page in Chromium calls a real runtime, which listens on another origin.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { StatefulFunctions } from "../../src/index.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { buildPackage } from "../cli/built.js";
import { Everything } from "./functions.js";
import type { CaseName } from "./page.js";

/** What each case returns. */
const expected: Readonly<Record<CaseName, unknown>> = {
  host: ["undefined", "undefined"],
  "a typed call": { text: "Hello Bob", count: 1 },
  "an emoji": { text: "Hello 😀 and é", count: 2 },
  "many calls at once": [["Hello x", "Hello y", "Hello z"], ["/calls"]],
  "a protobuf message": { text: "Hello Eve", count: 3 },
  "a packed protobuf message": `Hello ${"Eve ".repeat(20)}😀`,
  "bytes, alone and packed": ["AAGA/w==", [0, 1, 128, 255]],
  "a 64-bit number, alone and packed": ["4611686018427387905", "4611686018427387905"],
  "JSON, alone and packed": [
    { sku: "tea", note: "😀" },
    { sku: "tea", note: "😀" },
  ],
  "a send": 3,
  "a delayed message that is withdrawn": [true, false],
  "an unknown function": { isStatefunError: true, code: "FUNCTION_UNKNOWN" },
  "a value that can't be sent": { isStatefunError: true, code: "VALUE_INVALID" },
  "an unreachable runtime": { isStatefunError: true, code: "CLIENT_FAILED" },
  "a call without an answer": { isStatefunError: true, code: "ANSWER_TIMEOUT" },
  "a signal": "the user left",
  "the main entry": [["browser/declared"], "text of more than forty characters, with an emoji: 😀"],
};

const folder = mkdtempSync(join(tmpdir(), "statefun-browser-"));
const complaints: string[] = [];
let server: Server;
let runtime: StatefunRuntime;
let browser: Browser;
let page: Page;

before(async () => {
  const program = await bundlePage();
  server = createServer(({ url }, response) => {
    const isProgram = url === "/page.js";
    response.setHeader("Content-Type", isProgram ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8");
    response.end(isProgram ? program : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  runtime = await StatefunRuntime.open({
    functions: new StatefulFunctions(Everything),
    dir: false,
    ingress: { port: 0, cors: [origin] },
    admin: false,
  });
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  page = await browser.newPage();
  page.on("pageerror", ({ message }) => complaints.push(message));
  await page.goto(`${origin}/?ingress=${encodeURIComponent(runtime.ingress?.url ?? "")}`);
});

after(async () => {
  await browser?.close();
  server?.close();
  await runtime?.close({ grace: 0 });
  rmSync(folder, { recursive: true, force: true });
});

/** Bundles the page with the package as it is published, not with the sources. */
async function bundlePage(): Promise<string> {
  buildPackage(folder);
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const built = (entry: string) => join(folder, exports[entry].import.default);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))],
    alias: { "statefun-ts": built("."), "statefun-ts/client": built("./client") },
    tsconfigRaw: {}, // the project's own leads the package's name to the sources
    bundle: true,
    write: false,
    platform: "browser",
    format: "esm",
    target: "chrome120",
  });
  return outputFiles[0]?.text ?? "";
}

for (const [name, value] of Object.entries(expected)) {
  test(`in a browser: ${name}`, async () => {
    // A text, since a function would be compiled for this process and not for the page.
    assert.deepEqual(await page.evaluate(`runCase(${JSON.stringify(name)})`), value, complaints.join("\n"));
  });
}

test("in a browser: a page of another origin is refused", async () => {
  const other = await browser.newPage();
  const url = new URL(page.url());
  url.hostname = "localhost"; // another origin than 127.0.0.1, on the same server
  await other.goto(url.href);
  assert.equal(await other.evaluate('runCase("a typed call").catch(({ code }) => code)'), "CLIENT_FAILED");
});
