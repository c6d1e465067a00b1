// The fetch adapter in runtimes other than Node, with the package installed as users have it.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { example } from "../../samples/messages/messages.js";
import { makeProject, type Project } from "../dialects/installed-package.ts";
import { blocksOf, pageAt } from "../docs/pages.ts";
import { send } from "./client.ts";
import { conformance } from "./conformance.ts";
import { assertServes } from "./documented.ts";
import { hostOf, originIn } from "./processes.ts";
import { binaryOf, installRuntimes } from "./runtimes/binaries.ts";

describe("in other runtimes", () => {
  let project: Project;
  before(async () => {
    installRuntimes();
    project = await makeProject();
    const options = { bundle: true, tsconfigRaw: {}, format: "esm", target: "es2022", logLevel: "error" } as const;
    // For Bun and Deno the package stays outside the bundle: they load it from node_modules themselves.
    const entryPoints = ["server", "worker"].map((name) =>
      fileURLToPath(new URL(`runtimes/${name}.ts`, import.meta.url)),
    );
    await build({ ...options, entryPoints, outdir: project.folder, packages: "external" });
    // workerd has no node_modules.
    await build({
      ...options,
      entryPoints: [join(project.folder, "worker.js")],
      outfile: join(project.folder, "bundled.js"),
      conditions: ["workerd", "import"],
      mainFields: ["module", "main"],
    });
    writeFileSync(join(project.folder, "config.capnp"), workerdConfig);
    for (const name of ["functions.ts", "server.ts"]) {
      const block = blocksOf(pageAt("docs/hosts.md"), "ts").find(({ notes }) => notes.includes(`file=${name}`));
      // Deno compiles TypeScript itself, and needs the file's real name in the import.
      writeFileSync(join(project.folder, name), block?.code.replace("./functions.js", "./functions.ts") ?? "");
    }
  });
  after(() => project.remove());

  const variables = { ...process.env, PORT: "0", BUN_PORT: "0", NO_COLOR: "1" };
  const start = (command: string, args: string[]) =>
    spawn(command, args, { cwd: project.folder, env: variables, stdio: ["ignore", "pipe", "pipe", "pipe"] });

  conformance(
    "Bun",
    async () => {
      const child = start(binaryOf("bun"), ["server.js"]);
      return hostOf(child, originIn);
    },
    { inProcess: false },
  );

  conformance(
    "Deno",
    async () => {
      const child = start(binaryOf("deno"), [
        "serve",
        "--allow-all",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "server.js",
      ]);
      return hostOf(child, originIn);
    },
    { inProcess: false },
  );

  conformance(
    "workerd",
    async () => {
      const child = start(binaryOf("workerd"), ["serve", "config.capnp", "--control-fd=3"]);
      return startedWorker(child);
    },
    { inProcess: false },
  );

  test("the TypeScript of docs/hosts.md serves in Bun as it is", async () => {
    await assertServes(await hostOf(start(binaryOf("bun"), ["server.ts"]), originIn));
  });

  test("the TypeScript of docs/hosts.md serves in Deno as it is, without any permission", async () => {
    const child = start(binaryOf("deno"), ["serve", "--host", "127.0.0.1", "--port", "0", "server.ts"]);
    await assertServes(await hostOf(child, originIn));
  });

  test("in workerd, a protobufjs message with a long text is encoded", async () => {
    const host = await startedWorker(start(binaryOf("workerd"), ["serve", "config.capnp", "--control-fd=3"]));
    try {
      const text = "0123456789".repeat(10);
      const { status, body } = await send(host.origin, { path: "/message", body: text });
      assert.equal(status, 200);
      assert.equal(example.Greeting.decode(body).text, text);
    } finally {
      await host.stop();
    }
  });
});

const startedWorker = (child: ChildProcess) =>
  hostOf(child, (line) => {
    const event = line.startsWith("{") ? JSON.parse(line) : {};
    return event.event === "listen" ? `http://127.0.0.1:${event.port}` : undefined;
  });

const workerdConfig = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [ ( name = "main", worker = .worker ) ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", http = (), service = "main" ) ]
);

const worker :Workerd.Worker = (
  modules = [ ( name = "worker.js", esModule = embed "bundled.js" ) ],
  compatibilityDate = "2026-10-01",
  compatibilityFlags = [ "nodejs_compat" ]
);
`;
