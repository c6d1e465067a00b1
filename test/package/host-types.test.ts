// A project compiles against the entries that it uses, without the types of hosts that it does not use.

import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Complaint, makeProject, type Project, root, typecheck } from "../dialects/installed-package.ts";

let project: Project;
before(async () => {
  project = await makeProject();
  const types = join(project.folder, "node_modules/@types");
  rmSync(types);
  mkdirSync(types);
  for (const name of ["@types/node", "undici-types"]) {
    symlinkSync(join(root, "node_modules", name), join(project.folder, "node_modules", name), "junction");
  }
});
after(() => project?.remove());

/** Compiles a file with every declaration that it reaches. */
function complaintsOf(name: string, code: string): Promise<Complaint[]> {
  const file = join(project.folder, name);
  writeFileSync(file, `import { StatefulFunctions } from "statefun-ts";\n${code}\n`);
  return typecheck("typescript", project, {
    files: [file],
    target: "es2022",
    module: "nodenext",
    strict: true,
    skipLibCheck: false,
    // Otherwise a link would lead to this repository's own packages, and to the types beside them.
    preserveSymlinks: true,
    types: ["node"],
  });
}

test("node, express, fetch, lambda and the adapter's entry need the types of no host", async () => {
  const code = `
    import { HttpEndpoint, answerNode, requestOf, startServer } from "statefun-ts/adapter";
    import { statefun } from "statefun-ts/express";
    import { statefunFetch } from "statefun-ts/fetch";
    import { statefunLambda } from "statefun-ts/lambda";
    import { serve, statefunListener } from "statefun-ts/node";
    const functions = new StatefulFunctions();
    export const all = [new HttpEndpoint(functions), answerNode, requestOf, startServer, statefun(functions),
      statefunFetch(functions), statefunLambda(functions), serve, statefunListener(functions)];`;
  assert.deepEqual(await complaintsOf("hostless.ts", code), []);
});

test("koa, fastify, nest and opentelemetry each need the types of their host or peer, and the compiler names them", async () => {
  for (const [host, missing] of [
    ["koa", "'koa'"],
    ["fastify", "'fastify'"],
    ["nest", "'@nestjs/common'"],
    ["opentelemetry", "'@opentelemetry/api'"],
  ]) {
    const complaints = await complaintsOf(`${host}.ts`, `export * from "statefun-ts/${host}"; StatefulFunctions;`);
    assert.ok(
      complaints.some(({ text }) => text.includes(missing as string)),
      `${host}: ${JSON.stringify(complaints)}`,
    );
  }
});
