// The code of docs/hosts.md, served and called: each block in its own process, with the package installed.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import ts from "typescript-5";
import { makeProject, type Project, root } from "../dialects/installed-package.ts";
import { type Block, blocksOf, pageAt } from "../docs/pages.ts";
import { engineHeaders } from "./client.ts";
import { assertGreeted, assertServes, greetRequest } from "./documented.ts";
import { eventOf } from "./gateway.ts";
import { hostOf, originIn } from "./processes.ts";

/** Makes a block listen on a free port of this machine alone, and print the port. */
const anyPort = `import { Server } from "node:net";
const listen = Server.prototype.listen;
Server.prototype.listen = function (_port, ...rest) {
  this.once("listening", () => console.log("http://127.0.0.1:" + this.address().port));
  return listen.call(this, 0, "127.0.0.1", ...rest.filter((argument) => typeof argument === "function"));
};
`;

const blocks = blocksOf(pageAt("docs/hosts.md"), "ts");
const fileOf = ({ notes, line }: Block) =>
  (notes.find((note) => note.startsWith("file="))?.slice("file=".length) ?? `line-${line}.ts`).replace(".ts", ".js");
const isServer = ({ code }: Block) => /listen\(|serve(Koa)?\(/.test(code);

describe("docs/hosts.md", () => {
  let project: Project;
  before(async () => {
    project = await makeProject();
    const modules = join(project.folder, "node_modules");
    for (const name of readdirSync(join(root, "node_modules"))) {
      if (name.startsWith(".") || existsSync(join(modules, name))) continue;
      symlinkSync(join(root, "node_modules", name), join(modules, name), "junction");
    }
    writeFileSync(join(project.folder, "any-port.js"), anyPort);
    for (const block of blocks) {
      const legacy = block.notes.includes("legacy");
      const { outputText } = ts.transpileModule(block.code, {
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ES2022,
          experimentalDecorators: legacy,
          emitDecoratorMetadata: legacy,
        },
      });
      writeFileSync(join(project.folder, fileOf(block)), outputText);
    }
  });
  after(() => project.remove());

  /** Starts a block, calls it and asks for its health. */
  async function tryOut(command: string, ...args: string[]): Promise<void> {
    const child = spawn(command, args, { cwd: project.folder, stdio: ["ignore", "pipe", "pipe"] });
    await assertServes(await hostOf(child, originIn));
  }

  for (const block of blocks.filter(isServer)) {
    const [, host] = /from "(?:statefun-ts\/)?(koa|express|fastify|hono|@nestjs\/core|node)"/.exec(block.code) ?? [];
    test(`line ${block.line}: the lines for ${host} serve`, () =>
      tryOut(process.execPath, "--import", "./any-port.js", fileOf(block)));
  }

  test("the lines for AWS Lambda answer an event", async () => {
    const { handler } = await import(pathToFileURL(join(project.folder, "lambda.js")).href);
    const request = { method: "POST", url: "/statefun", headers: { "content-type": engineHeaders["Content-Type"] } };
    const result = await handler(eventOf("function URL", request, Buffer.from(greetRequest)));
    assert.equal(result.statusCode, 200);
    assertGreeted(Buffer.from(result.body, "base64"));
  });

  test("every block is tried out here", () => {
    const served = blocks.filter(isServer).length;
    assert.deepEqual([served, blocks.length - served, basename(fileOf(blocks[0] as Block))], [8, 3, "functions.js"]);
  });
});
