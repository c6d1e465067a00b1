// The image's files, and its entry point run as Docker would run it.

import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { validate } from "dockerfile-utils";
import { Built } from "../cli/built.js";
import { root } from "../docs/pages.ts";
import { Container } from "./container.ts";
import { deployed, documentsOf, instructionsOf } from "./files.ts";

const built = new Built();
const instructions = instructionsOf(deployed("docker/Dockerfile"));
const only = (name: string) => {
  const found = instructions.filter((instruction) => instruction.name === name);
  assert.equal(found.length, 1, name);
  return (found[0] as { rest: string }).rest;
};
const listAfter = (text: string): string[] => JSON.parse(text.slice(text.indexOf("[")));
const entryPoint = [...listAfter(only("ENTRYPOINT")), ...listAfter(only("CMD"))];
const healthCheck = listAfter(only("HEALTHCHECK"));
const user = Number(only("USER").split(":")[0]);

const functions = `
import { StatefulFunctions, Types } from "statefun-ts";

const untilStopped = async (text) => {
  const stopped = new Promise((resolve) => process.once("SIGTERM", resolve));
  console.log("called");
  await stopped;
  return text + " drained";
};
export const functions = new StatefulFunctions();
functions.register("shop/slow", untilStopped, { handles: [Types.string] });
functions.register("shop/fast", (text) => text, { handles: [Types.string] });
`;

/** A project and a data folder that the image's user can read. */
function project(): { app: string; data: string } {
  const folder = mkdtempSync(join(tmpdir(), "statefun-image-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const app = join(folder, "app");
  mkdirSync(join(app, "node_modules/.bin"), { recursive: true });
  mkdirSync(join(app, "dist"));
  symlinkSync(join(built.folder, "package"), join(app, "node_modules/statefun-ts"));
  symlinkSync("../statefun-ts/dist/esm/cli/main.js", join(app, "node_modules/.bin/statefun"));
  writeFileSync(join(app, "package.json"), '{ "type": "module" }');
  writeFileSync(join(app, "dist/functions.js"), functions);
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  chownSync(data, user, user);
  for (const path of [folder, built.folder]) chmodSync(path, 0o755);
  return { app, data };
}

const tokens = { STATEFUN_BEARER_TOKEN: "ingress-token", STATEFUN_ADMIN_BEARER_TOKEN: "admin-token" };
const ports = { ingress: 21_070 + (process.pid % 1000), admin: 22_071 + (process.pid % 1000) };

function start(t: TestContext, { app, data }: ReturnType<typeof project>, env: Record<string, string>): Container {
  const command = entryPoint.map((part) => (part === "/data" ? data : part));
  command[0] = process.execPath;
  command.push("--port", `${ports.ingress}`, "--admin-port", `${ports.admin}`);
  const container = new Container({ command, cwd: app, user, writable: [data], env });
  t.after(() => container.kill());
  return container;
}

async function check({ app }: { app: string }): Promise<number | null> {
  const env = { STATEFUN_ADMIN_URL: `http://127.0.0.1:${ports.admin}`, ...tokens };
  const [, ...args] = healthCheck;
  const probe = new Container({ command: [process.execPath, ...args], cwd: app, user, writable: [], env });
  return probe.ended;
}

async function untilHealthy(place: { app: string }, container: Container): Promise<void> {
  for (let left = 150; (await check(place)) !== 0; left -= 1) {
    assert.ok(left > 0, container.output);
    await delay(100);
  }
}

const call = (name: string) =>
  fetch(`http://127.0.0.1:${ports.ingress}/call/shop/${name}/bob`, {
    method: "POST",
    body: '"call"',
    headers: { Authorization: `Bearer ${tokens.STATEFUN_BEARER_TOKEN}`, "Content-Type": "application/json" },
  });

const template = (name: string) => readFileSync(join(root, "create-statefun/templates/every", name), "utf8");

test("no Dockerfile has a fault that its linter knows", () => {
  for (const text of [deployed("docker/Dockerfile"), template("Dockerfile")]) assert.deepEqual(validate(text), []);
});

test("the Dockerfile of a new project makes the same image, but runs no install scripts and keeps its admin server inside", () => {
  const expected = instructions.map(({ name, rest }) => ({
    name,
    rest: rest
      .replace(/npm ci|npm prune --omit=dev/, "$& --ignore-scripts")
      .replace("7070 7071", "7070")
      .replace(', "--admin-host", "0.0.0.0"', ""),
  }));
  assert.deepEqual(instructionsOf(template("Dockerfile")), expected);
  assert.equal(template("_dockerignore"), deployed("docker/.dockerignore"));
});

test("the image does not run as root, and carries neither secrets nor data", () => {
  assert.ok(user > 0);
  const ignored = deployed("docker/.dockerignore").split("\n");
  for (const path of [".env", ".git", ".statefun", "node_modules"]) assert.ok(ignored.includes(path), path);
});

test("the compose file gives the runtime more time to stop than it takes, and a place for all that it writes", () => {
  const [{ services, volumes }] = documentsOf("docker/compose.yaml");
  const { statefun } = services;
  assert.ok(Number.parseInt(statefun.stop_grace_period, 10) > 10);
  assert.equal(statefun.read_only, true);
  assert.deepEqual(statefun.volumes, ["data:/data"]);
  assert.ok("data" in volumes);
  for (const port of statefun.ports) assert.match(port, /^127\.0\.0\.1:/);
});

test("as process 1, as another user, on a file system that it can't write: a SIGTERM lets the call in flight end", async (t) => {
  const place = project();
  const container = start(t, place, tokens);
  await untilHealthy(place, container);
  const answer = call("slow");
  await container.saw(/called/);
  container.signal("SIGTERM");
  const response = await answer;
  assert.equal(await response.json(), "call drained");
  assert.equal(await container.ended, 0);
  assert.notEqual(await check(place), 0, "the health check sees that nothing runs");
});

test("killed, it opens the same volume again, although process 1 is alive again", async (t) => {
  const place = project();
  const first = start(t, place, tokens);
  await untilHealthy(place, first);
  await first.kill();
  const second = start(t, place, tokens);
  await untilHealthy(place, second);
  assert.equal(await (await call("fast")).json(), "call");
});

test("without tokens it does not start: its ports are open to the network", async (t) => {
  const container = start(t, project(), {});
  assert.notEqual(await container.ended, 0);
  assert.match(container.output, /OPTION_INVALID/);
});
