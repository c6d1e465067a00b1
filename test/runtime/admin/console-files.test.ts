import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ConsoleFiles } from "../../../src/runtime/admin/console-files.js";
import { statusOf } from "../../../src/runtime/http/error-answer.js";
import { send } from "../../support/http.js";

const page = '<!doctype html><script type="module" src="console/app-ABCDEFG2.js"></script>';

/** Serves a folder of files as the console's, and asks for one of them by its name. */
async function served(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), "statefun-console-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await mkdir(join(folder, "inner"));
  await writeFile(join(folder, "inner", "secret.txt"), "not for anybody");
  const consoleFiles = new ConsoleFiles(folder);
  const server = createServer((request, response) => {
    const name = decodeURIComponent((request.url as string).slice(1));
    consoleFiles.send(response, name).catch((error) => response.writeHead(statusOf(error)).end(error.code));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  return { folder, consoleFiles, ask: (name: string) => send(port, `/${encodeURIComponent(name)}`, { method: "GET" }) };
}

test("a page is asked for anew each time, and its hashed files are kept for ever", async (t) => {
  const { ask, consoleFiles } = await served(t, {
    "index.html": page,
    "app-ABCDEFG2.js": "start();",
    "style-2ABCDEFG.css": "",
    "LICENSES.txt": "MIT",
  });
  assert.equal(consoleFiles.areThere, true);
  const index = await ask("index.html");
  assert.equal(index.text, page);
  assert.equal(index.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(index.headers["cache-control"], "no-cache");
  const script = await ask("app-ABCDEFG2.js");
  assert.equal(script.text, "start();");
  assert.equal(script.headers["content-type"], "text/javascript; charset=utf-8");
  assert.match(String(script.headers["cache-control"]), /immutable/);
  assert.match(String((await ask("style-2ABCDEFG.css")).headers["cache-control"]), /immutable/);
  assert.equal((await ask("LICENSES.txt")).headers["cache-control"], "no-cache");
});

test("a page may run no script and use no style but those of this server", async (t) => {
  const { ask } = await served(t, { "index.html": page });
  const { headers } = await ask("index.html");
  const policy = String(headers["content-security-policy"]);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.match(policy, /style-src 'self'(;|$)/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(headers["x-content-type-options"], "nosniff");
});

test("only the files of the list are sent, and nothing outside of their folder", async (t) => {
  const { ask, folder } = await served(t, { "index.html": page, "data.exe": "of no known type" });
  await writeFile(join(folder, "later.js"), "came later");
  for (const name of ["later.js", "inner", "inner/secret.txt", "../package.json", "data.exe", "", ".", "constructor"]) {
    assert.equal((await ask(name)).status, 404, name);
  }
});

test("a file that is gone is NOT_FOUND", async (t) => {
  const { ask, folder } = await served(t, { "index.html": page, "app-ABCDEFG2.js": "start();" });
  await rm(join(folder, "app-ABCDEFG2.js"));
  const { status, text } = await ask("app-ABCDEFG2.js");
  assert.deepEqual([status, text], [404, "NOT_FOUND"]);
});

test("without the files, there is no page", async (t) => {
  const { ask, consoleFiles } = await served(t, {});
  assert.equal(consoleFiles.areThere, false);
  assert.equal((await ask("index.html")).status, 404);
  assert.equal(new ConsoleFiles("/nowhere").areThere, false);
});
