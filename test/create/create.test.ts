// create-statefun as users get it: what it makes installs, type-checks, passes its own tests, runs and builds, with each
// choice, from the packed packages.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { running } from "../cli/run.ts";
import { root } from "../dialects/installed-package.ts";
import { type PackedCreate, packCreate, runIn } from "./packed-create.ts";

let packed: PackedCreate;
/** A project with the packages that every other project below needs too, and finds here. */
let shared: string;

before(async () => {
  packed = await packCreate();
  shared = join(packed.folder, "shared");
  assert.equal((await packed.create("shared", "--messages", "protobuf", "--yes")).status, 0);
  const { status, output } = await packed.install(shared);
  assert.equal(status, 0, output);
});
after(() => packed?.remove());

const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8"));
const anyPorts = ["--port", "0", "--admin-port", "0"];

/** Starts a program of a project that runs functions. Resolves to the program and the URL of its ingress. */
async function started(t: TestContext, project: string, args: readonly string[]) {
  const main = join(shared, "node_modules/statefun-ts/dist/esm/cli/main.js");
  const program = running(t, main, [...args, ...anyPorts], { cwd: project, env: { STATEFUN_BEARER_TOKEN: "" } });
  const [, url = ""] = await program.saw(/ingress +(http:\S+)/);
  return { program, url };
}

/** Runs `npm run <script>` in a project, which must succeed. */
async function succeeds(project: string, script: string, env = {}): Promise<string> {
  const { status, output } = await runIn(project, "npm", ["run", script], env);
  assert.equal(status, 0, `${script}: ${output}`);
  return output;
}

describe("a project", { concurrency: 2 }, () => {
  for (const messages of ["json", "protobuf"]) {
    for (const decorators of ["standard", "legacy"]) {
      for (const modules of ["esm", "commonjs"]) {
        test(`checks, tests, runs, builds and starts: ${messages}, ${decorators}, ${modules}`, async (t) => {
          const name = `${messages}-${decorators}-${modules}`;
          const options = ["--messages", messages, "--decorators", decorators, "--modules", modules];
          const made = await packed.create(`shared/${name}`, ...options);
          assert.equal(made.status, 0, made.output);
          const project = join(shared, name);
          assertFinds(project);
          if (messages === "protobuf") await succeeds(project, "messages");
          await succeeds(project, "check");
          assert.match(await succeeds(project, "test"), /pass 3$/m);

          const dev = await started(t, project, wordsOf(readJson(join(project, "package.json")).scripts.dev));
          assert.match(await firstCurl(project, dev.url), /Hello Bob\. Visit number 1\./);
          assert.match(await succeeds(project, "call", { STATEFUN_URL: dev.url }), /Hello Bob\. Visit number 2\./);
          assert.equal((await dev.program.stop()).code, 0);

          await succeeds(project, "build");
          const start = await started(t, project, wordsOf(readJson(join(project, "package.json")).scripts.start));
          assert.match(await succeeds(project, "call", { STATEFUN_URL: start.url }), /Hello Bob\. Visit number 3\./);
          start.program.process.kill("SIGTERM");
          assert.equal((await start.program.ended).code, 0);
        });
      }
    }
  }

  test("has a Dockerfile whose command starts what was built, and ends on SIGTERM", async (t) => {
    await succeeds(shared, "build");
    const lines = readFileSync(join(shared, "Dockerfile"), "utf8").split("\n");
    const listAfter = (name: string): string[] =>
      JSON.parse((lines.find((line) => line.startsWith(name)) as string).slice(name.length));
    const [node, , bin] = listAfter("ENTRYPOINT ");
    assert.equal(node, "node");
    assert.ok(existsSync(join(shared, bin as string)));
    const words = listAfter("CMD ");
    const at = words.indexOf("/data");
    const program = running(
      t,
      join(shared, "node_modules/statefun-ts/dist/esm/cli/main.js"),
      [...words.with(at, "data"), ...anyPorts],
      {
        cwd: shared,
        env: { STATEFUN_BEARER_TOKEN: "secret" },
      },
    );
    const [, port] = await program.saw(/ingress +http:\S+:(\d+)/);
    const call = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port}/call/example/greeter/bob?handler=greet`, {
        method: "POST",
        body: '{"name":"Bob"}',
        headers: { "content-type": "application/json", ...headers },
      });
    assert.equal((await call({})).status, 401);
    assert.equal((await call({ authorization: "Bearer secret" })).status, 200);
    program.process.kill("SIGTERM");
    assert.equal((await program.ended).code, 0);
  });

  test("takes its name from its folder, and its dot files are there", async () => {
    assert.equal((await packed.create("My first App!", "--yes")).status, 0);
    const project = join(packed.folder, "My first App!");
    assert.equal(readJson(join(project, "package.json")).name, "my-first-app");
    const files = readdirSync(project).filter((file) => file.startsWith("."));
    assert.deepEqual(files.sort(), [".dockerignore", ".gitignore", ".vscode"]);
    for (const file of ["README.md", "package.json", "src/functions.ts"]) {
      assert.doesNotMatch(readFileSync(join(project, file), "utf8"), /\{\{/, file);
    }
  });

  test("asks for the version of statefun-ts that this version belongs to", () => {
    const { version } = readJson(join(root, "package.json"));
    assert.equal(readJson(join(root, "create-statefun/package.json")).version, version);
  });
});

/** A project has to find in the shared one all that it asks for. */
function assertFinds(project: string): void {
  const [own, others] = [project, shared].map((folder) => readJson(join(folder, "package.json")));
  for (const kind of ["dependencies", "devDependencies"]) {
    for (const [name, range] of Object.entries(own[kind])) {
      if (name !== "statefun-ts") assert.equal(others[kind][name], range, name);
    }
  }
}

/** Sends the request of the project's README, and returns the answer. */
async function firstCurl(project: string, url: string): Promise<string> {
  const readme = readFileSync(join(project, "README.md"), "utf8");
  const [, path, body] = /curl '?localhost:7070([^\s']+)'? -d '(.*)'/.exec(readme) as RegExpExecArray;
  const headers = { "content-type": "application/x-www-form-urlencoded" }; // as curl -d sends it
  const response = await fetch(url + path, { method: "POST", body: body as string, headers });
  return await response.text();
}

/** The words after `statefun` in a script. */
function wordsOf(script: string): string[] {
  const [command, ...words] = script.split(" ");
  assert.equal(command, "statefun");
  return words;
}

describe("the command", () => {
  test("refuses a folder that is not empty, and leaves it alone", async () => {
    const folder = join(packed.folder, "full");
    mkdirSync(folder);
    writeFileSync(join(folder, "notes.txt"), "mine");
    const { status, output } = await packed.create("full", "--yes");
    assert.equal(status, 1);
    assert.match(output, /notes\.txt/);
    assert.deepEqual(readdirSync(folder), ["notes.txt"]);
  });

  test("takes a folder that holds nothing but .git", async () => {
    mkdirSync(join(packed.folder, "cloned/.git"), { recursive: true });
    assert.equal((await packed.create("cloned", "--yes")).status, 0);
    assert.ok(existsSync(join(packed.folder, "cloned/package.json")));
  });

  test("needs the name of a folder when there is no terminal, and writes nothing without", async () => {
    assert.equal((await packed.create()).status, 2);
  });

  for (const wrong of [["--messages", "xml"], ["--typo"], ["another-app"]]) {
    test(`refuses a wrong command line, and writes nothing: ${wrong.join(" ")}`, async () => {
      assert.equal((await packed.create("wrong", ...wrong)).status, 2);
      assert.equal(existsSync(join(packed.folder, "wrong")), false);
    });
  }

  test("shows its options", async () => {
    const { status, output } = await packed.create("--help");
    assert.equal(status, 0);
    for (const option of ["--messages", "--decorators", "--modules", "--yes"]) assert.ok(output.includes(option));
  });

  test("is packed with its templates, and without its sources", () => {
    const others = packed.files.filter(
      (file) => !/^(dist\/main\.js|templates\/.+|package\.json|README\.md|LICENSE)$/.test(file),
    );
    assert.deepEqual(others, []);
    assert.ok(packed.files.includes("templates/every/_gitignore"));
  });
});
