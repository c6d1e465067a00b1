// One writer at a time: who gets a folder, who is refused, and who is dead.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { tsImport } from "tsx/esm/api";
import type { StatefunError } from "../../src/errors.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { type Owner, ownerHere } from "../../src/store/owner.js";
import { Ownership } from "../../src/store/ownership.js";
import { rejectsCode } from "../support/expect-code.js";
import { bytes, text } from "./contract.js";
import { freshFolder } from "./folders.js";
import { assertDead, claimed, folderOf, ownedBy, quick, stranger } from "./owners.js";

const holder = fileURLToPath(new URL("holder.ts", import.meta.url));

/** Starts a process that opens the folder; resolves to how that went. */
async function openElsewhere(t: TestContext, dir: string, how = "now"): Promise<{ said: string; child: ChildProcess }> {
  const child = spawn(process.execPath, ["--import", "tsx", holder, how, dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const [said] = await once(createInterface({ input: child.stdout }), "line");
  return { said, child };
}

/** Starts a thread that opens the folder; resolves to how that went. */
async function openInThread(t: TestContext, dir: string): Promise<{ said: string; worker: Worker }> {
  // Node 20 gives a thread no loader for TypeScript by itself.
  const code = `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(holder)}); })`;
  const worker = new Worker(code, { eval: true, workerData: ["now", dir] });
  t.after(() => worker.terminate());
  const [said] = await once(worker, "message");
  return { said, worker };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** An owner's timer alone keeps no process alive. */
function keepAlive(t: TestContext): void {
  const timer = setInterval(() => {}, 1_000);
  t.after(() => clearInterval(timer));
}

async function openFolder(t: TestContext) {
  const dir = freshFolder(t);
  const store = await openLevelStore(dir);
  t.after(() => store.close());
  return { dir, store };
}

test("a second opening by the same process is refused, and does not let another process in", async (t) => {
  const { dir } = await openFolder(t);
  await rejectsCode(openLevelStore(dir), "STORE_LOCKED", dir, `this process ${process.pid}`);
  assert.equal((await openElsewhere(t, dir)).said, "STORE_LOCKED");
});

test("a second opening by another copy of the package is refused, and does not let another process in", async (t) => {
  const { dir } = await openFolder(t);
  const copy: { openLevelStore: typeof openLevelStore } = await tsImport(
    "../../src/store/level-store.ts",
    import.meta.url,
  );
  assert.notEqual(copy.openLevelStore, openLevelStore);
  await assert.rejects(copy.openLevelStore(dir), { code: "STORE_LOCKED" });
  assert.equal((await openElsewhere(t, dir)).said, "STORE_LOCKED");
});

test("a second opening by a thread of the same process is refused, and does not let another process in", async (t) => {
  const { dir } = await openFolder(t);
  assert.equal((await openInThread(t, dir)).said, "STORE_LOCKED");
  assert.equal((await openElsewhere(t, dir)).said, "STORE_LOCKED");
});

test("a copy of the open folder by the same process does not let another process in, and opens at once", async (t) => {
  const { dir, store } = await openFolder(t);
  await store.write([["a", bytes("1")]]);
  const copied = freshFolder(t);
  cpSync(dir, copied, { recursive: true });
  assert.equal((await openElsewhere(t, dir)).said, "STORE_LOCKED");
  await assertDead(copied);
  const other = await openLevelStore(copied);
  assert.equal(text(other.get("a")), "1");
  await other.close();
});

test("the error names the process, its host and since when it holds the folder", async (t) => {
  const dir = freshFolder(t);
  const { child } = await openElsewhere(t, dir);
  const owner: Owner = JSON.parse(readFileSync(join(dir, "OWNER"), "utf8"));
  assert.equal(owner.pid, child.pid);
  await rejectsCode(openLevelStore(dir), "STORE_LOCKED", `process ${child.pid}`, owner.host, owner.since);
});

test("a folder whose process was killed is free at once", async (t) => {
  const dir = freshFolder(t);
  const { child } = await openElsewhere(t, dir);
  await kill(child);
  await assertDead(dir);
});

test("a folder whose thread was ended is free at once", async (t) => {
  const dir = freshFolder(t);
  const { said, worker } = await openInThread(t, dir);
  assert.equal(said, "open");
  await worker.terminate();
  await assertDead(dir);
});

test("closing gives the folder up, and leaves no file of the owner", async (t) => {
  const { dir, store } = await openFolder(t);
  assert.ok(existsSync(join(dir, "OWNER")));
  await store.close();
  assert.deepEqual(readdirSync(dir).toSorted(), ["FORMAT", "db"]);
});

test("a folder that is refused for damage is given up again", async (t) => {
  const { dir, store } = await openFolder(t);
  await store.close();
  rmSync(join(dir, "db", "CURRENT"));
  writeFileSync(join(dir, "db", "000001.log"), "");
  await rejectsCode(openLevelStore(dir), "STORE_FAILED");
  assert.ok(!existsSync(join(dir, "OWNER")));
});

test("LevelDB's own lock still refuses a folder that an older release has open", async (t) => {
  const { dir, store } = await openFolder(t);
  await store.close();
  const { said, child } = await openElsewhere(t, dir, "older");
  assert.equal(said, "open");
  await rejectsCode(openLevelStore(dir), "STORE_LOCKED", dir);
  assert.ok(!existsSync(join(dir, "OWNER")));
  const waiting = openLevelStore(dir, { waitForLockMs: 60_000 });
  await kill(child);
  await (await waiting).close();
});

test("an older release is refused while the folder is open here", async (t) => {
  const { dir } = await openFolder(t);
  assert.equal((await openElsewhere(t, dir, "older")).said, "LEVEL_DATABASE_NOT_OPEN");
});

test("an opening that waits gets the folder when it is closed", async (t) => {
  const { dir, store } = await openFolder(t);
  const waiting = openLevelStore(dir, { waitForLockMs: 60_000 });
  await store.write([["a", bytes("1")]]);
  await store.close();
  const next = await waiting;
  assert.equal(text(next.get("a")), "1");
  await next.close();
});

test("an opening is refused when it has waited as long as it may", async (t) => {
  const { dir } = await openFolder(t);
  await rejectsCode(openLevelStore(dir, { waitForLockMs: 300 }), "STORE_LOCKED", "waitForLock");
});

test("an owner whose folder was taken over says so once, writes nothing more, and leaves the other's file", async (t) => {
  const dir = folderOf(t);
  const losses: StatefunError[] = [];
  const ownership = await claimed(t, dir, quick, (lost) => losses.push(lost));
  await ownership.confirm();
  ownedBy(dir, stranger);
  await rejectsCode(ownership.confirm(), "STORE_LOCKED", dir, "elsewhere");
  await rejectsCode(ownership.confirm(), "STORE_LOCKED");
  assert.equal(losses.length, 1);
  await ownership.release();
  assert.match(readFileSync(join(dir, "OWNER"), "utf8"), /"stranger"/);
});

test("an owner whose file is gone writes nothing more", async (t) => {
  const dir = folderOf(t);
  const ownership = await claimed(t, dir, quick);
  rmSync(join(dir, "OWNER"));
  await rejectsCode(ownership.confirm(), "STORE_FAILED", "OWNER");
  writeFileSync(join(dir, "OWNER"), JSON.stringify(ownerHere(dir)));
  await rejectsCode(ownership.confirm(), "STORE_FAILED", "OWNER");
});

test("an owner finds out by itself that its folder was taken over", { timeout: 60_000 }, async (t) => {
  const dir = folderOf(t);
  keepAlive(t);
  const lost = await new Promise<StatefunError>((resolve) => {
    void claimed(t, dir, quick, resolve).then(() => ownedBy(dir, stranger));
  });
  assert.equal(lost.code, "STORE_LOCKED");
});

test("an owner touches its file, so that one who knows nothing of it stays out", async (t) => {
  const dir = folderOf(t);
  await claimed(t, dir, quick);
  // What another machine sees: the same file, and nothing that proves life but the touches.
  ownedBy(dir, { ...JSON.parse(readFileSync(join(dir, "OWNER"), "utf8")), boot: "another", machine: "another" });
  await rejectsCode(Ownership.claim(dir, { dir, times: { ...quick, silenceMs: 10_000 } }), "STORE_LOCKED");
});

test("a store whose folder was taken over says so, and refuses writes with STORE_LOCKED", {
  timeout: 60_000,
}, async (t) => {
  const dir = freshFolder(t);
  keepAlive(t);
  let onFailure: (failure: StatefunError) => void = () => {};
  const failed = new Promise<StatefunError>((resolve) => {
    onFailure = resolve;
  });
  const store = await openLevelStore(dir, { onFailure });
  t.after(() => store.close());
  await store.write([["a", bytes("1")]]);
  ownedBy(dir, stranger);
  assert.equal((await failed).code, "STORE_LOCKED"); // with the next touch of the file
  await rejectsCode(store.write([["a", bytes("2")]]), "STORE_LOCKED", dir);
  assert.equal(text(store.get("a")), "1");
  await store.close();
  assert.ok(existsSync(join(dir, "OWNER")));
});
