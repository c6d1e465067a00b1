// What clients of `statefun dev` see while it restarts.

import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Agent, createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { freePorts } from "../support/free-ports.js";
import { roundTrip, send } from "../support/http.js";
import { Built } from "./built.js";
import { patientDev } from "./patient-dev.js";
import { running } from "./run.js";

const built = new Built();

/** Functions that answer with `word`. Code before and in the handler may wait for files whose names the watcher ignores. */
const source = (word: string, { atStart = "", inHandler = "" } = {}) => `
import { existsSync, watch } from "node:fs";
import { Handles, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";

const file = (name: string) =>
  new Promise<void>((resolve) => {
    const look = () => {
      if (!existsSync(name)) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(".", look);
    look();
  });

@StatefulFunction("shop/counter")
class Counter {
  @State("count", Types.int) count = 0;

  @Handles(Types.string)
  async add() {
    this.count += 1;
    ${inHandler}
    return "${word} " + this.count;
  }
}

${atStart}
export const functions = new StatefulFunctions(Counter);
`;

/** Starts `statefun dev` on free ports. */
async function setUp(t: TestContext, first = source("old"), ...options: string[]) {
  return setUpWith(t, {}, first, ...options);
}

async function setUpWith(t: TestContext, env: Record<string, string>, first: string, ...options: string[]) {
  const cwd = built.project({ "package.json": '{ "type": "module" }', "functions.ts": first });
  const dev = running(t, built.main, ["dev", "--port", "0", "--admin-port", "0", ...options], { cwd, env });
  const [, port = ""] = await dev.saw(/ingress +http:\/\/127\.0\.0\.1:(\d+)/);
  const [, adminPort = ""] = await dev.saw(/console +http:\/\/127\.0\.0\.1:(\d+)/);
  await dev.saw(/^Started in/m);
  return {
    dev,
    adminPort: Number(adminPort),
    port: Number(port),
    change: (text: string) => writeFileSync(join(cwd, "functions.ts"), text),
    create: (name: string) => writeFileSync(join(cwd, name), ""),
    call: (id = "bob", agent?: Agent) =>
      send(Number(port), `/call/shop/counter/${id}`, {
        headers: { "content-type": "application/json" },
        body: Buffer.from('"one"'),
        ...(agent === undefined ? {} : { agent }),
      }),
    ask: (path: string, headers: Record<string, string> = {}) =>
      send(Number(adminPort), path, { method: "GET", headers }),
  };
}

const says = (word: string) => `console.log("${word}");`;

test("requests that come while the functions restart wait, and the new functions answer them", async (t) => {
  const { dev, call, ask, change, create, port, adminPort } = await setUp(t);
  assert.equal((await call()).text, '"old 1"\n');
  change(source("new", { atStart: `${says("starts")} await file(".go");` }));
  await dev.saw(/^starts$/m);
  let answers = 0;
  const answered = [call(), call("eve"), ask("/health"), ask("/functions")].map((answer) =>
    answer.finally(() => ++answers),
  );
  await Promise.all([roundTrip(port), roundTrip(adminPort)]);
  assert.equal(answers, 0);
  create(".go");
  await dev.saw(/^Restarted in/m);
  const [bob, eve, health, functions] = await Promise.all(answered);
  assert.deepEqual([bob?.text, eve?.text], ['"new 2"\n', '"new 1"\n']);
  assert.deepEqual([health?.status, functions?.status], [200, 200]);
});

test("a call in flight is answered by the old functions", async (t) => {
  const { dev, call, change, create } = await setUp(
    t,
    source("old", { inHandler: `${says("called")} await file(".finish");` }),
  );
  const old = call();
  await dev.saw(/^called$/m);
  change(source("new"));
  create(".finish");
  assert.equal((await old).text, '"old 1"\n');
  await dev.saw(/^Restarted in/m);
  assert.equal((await call()).text, '"new 2"\n');
});

test("the old functions are told to stop once their calls are answered", async (t) => {
  const told = 'process.on("message", (message: object) => "stopWithinMs" in message && console.log("told to stop"));';
  const { dev, call, change, create } = await setUpWith(
    t,
    patientDev,
    source("old", { atStart: told, inHandler: `${says("called")} await file(".finish"); ${says("finishes")}` }),
  );
  const old = call();
  await dev.saw(/^called$/m);
  change(source("new"));
  await dev.saw(/^drains$/m);
  create(".finish");
  assert.equal((await old).text, '"old 1"\n');
  await dev.saw(/^Restarted in/m);
  assert.match(dev.stdout, /^finishes\ntold to stop$/m);
});

test("no request is refused over three restarts, and each counts once", async (t) => {
  const { dev, call, change } = await setUp(t);
  const kept = new Agent({ keepAlive: true });
  t.after(() => kept.destroy());
  const answers: { status: number; text: string }[] = [];
  let restarting = true;
  // Some clients keep their connections, and some open one for each request.
  const clients = [kept, kept, kept, undefined, undefined].map(async (agent) => {
    while (restarting || answers.length < 100) answers.push(await call("bob", agent));
  });
  const failed = Promise.all(clients);
  failed.catch(() => {});
  const tenMore = async () => {
    for (const end = answers.length + 10; answers.length < end; ) await Promise.race([call("eve"), failed]);
  };
  await tenMore();
  for (const word of ["second", "third", "fourth"]) {
    change(source(word));
    await dev.saw(/^Restarted in/m);
    await tenMore();
  }
  restarting = false;
  await failed;
  const refused = answers.filter(({ status }) => status !== 200);
  assert.deepEqual(refused, []);
  const counts = answers.map(({ text }) => Number(/\d+/.exec(text)?.[0])).sort((a, b) => a - b);
  assert.deepEqual(
    counts,
    counts.map((_, index) => index + 1),
  );
  for (const word of ["old", "second", "third", "fourth"]) {
    assert.ok(
      answers.some(({ text }) => text.includes(word)),
      word,
    );
  }
});

test("while the source has a mistake, requests are refused with the mistake; those that waited, too", async (t) => {
  const { dev, call, ask, change, create, adminPort } = await setUp(t);
  const starts = `${says("starts")} await file(".go");`;
  change(source("broken", { atStart: `${starts} throw new Error("no such table");` }));
  await dev.saw(/^starts$/m);
  const waiting = call();
  create(".go");
  await dev.saw(/^The functions ended with 1\. /m);
  for (const { status, text } of [await waiting, await call(), await ask("/health")]) {
    assert.equal(status, 503);
    const { code, message } = JSON.parse(text);
    assert.equal(code, "FUNCTIONS_DOWN");
    assert.match(message, /^The functions do not run\. Error: no such table\n +at .*functions\.ts/);
  }
  change(`${source("broken")} syntax error(`);
  await dev.saw(/^The functions ended with 1\. /m);
  const page = await ask("/", { accept: "text/html" });
  assert.deepEqual([page.status, page.headers.refresh], [503, "2"]);
  assert.match(page.text, /functions\.ts:\d+:\d+: ERROR: /);
  const foreign = await ask("/", { accept: "text/html", host: `other.example:${adminPort}` });
  assert.doesNotMatch(foreign.text, /functions\.ts/);
  change(source("new"));
  await dev.saw(/^Restarted in/m);
  assert.equal((await call()).text, '"new 1"\n');
  assert.equal((await ask("/functions")).status, 200);
});

test("when the functions end by themselves, requests are told so", async (t) => {
  const { dev, call, change } = await setUp(t, source("old", { inHandler: "process.exit(7);" }));
  await assert.rejects(call(), { code: "ECONNRESET" });
  await dev.saw(/^The functions ended with 7\. /m);
  const { code, message } = JSON.parse((await call("eve")).text);
  assert.deepEqual([code, message], ["FUNCTIONS_DOWN", "The functions do not run. The functions ended with 7."]);
  change(source("new"));
  await dev.saw(/^Restarted in/m);
  assert.equal((await call("eve")).text, '"new 1"\n');
});

test("Ctrl-C during a restart refuses the requests that wait, and ends", async (t) => {
  const { dev, call, change, port } = await setUp(t);
  change(source("new", { atStart: `${says("starts")} await file(".never");` }));
  await dev.saw(/^starts$/m);
  const waiting = call();
  await roundTrip(port);
  const [{ status, text }, { code, stdout }] = await Promise.all([waiting, dev.stop()]);
  assert.deepEqual([status, JSON.parse(text).code, code], [503, "SHUTTING_DOWN", 0]);
  assert.match(stdout, /\nStopped\.\n$/);
});

test("a live stream ends with the old functions, and the next one comes from the new functions", async (t) => {
  const { dev, call, change, adminPort } = await setUp(t);
  const open = async () => {
    const request = get({ port: adminPort, host: "127.0.0.1", path: "/live", agent: false });
    const [stream] = (await once(request, "response")) as [IncomingMessage];
    return stream.setEncoding("utf8");
  };
  const stream = await open();
  change(source("new"));
  for await (const _ of stream);
  const next = await open();
  t.after(() => next.destroy());
  await dev.saw(/^Restarted in/m);
  let text = "";
  const seen = new Promise<void>((resolve) => {
    next.on("data", (piece) => {
      text += piece;
      if (text.includes("shop/counter")) resolve();
    });
  });
  await call();
  await seen;
});

test("a refused request with a large body gets its answer", async (t) => {
  const { call, port } = await setUp(t, source("old"), "--bearer-token", "secret");
  assert.equal((await call()).status, 401);
  const body = Array.from({ length: 40 }, () => Buffer.alloc(100_000));
  for (let tries = 0; tries < 20; tries += 1) {
    assert.equal((await send(port, "/call/shop/counter/bob", { body })).status, 401);
  }
});

test("a port that the module file no longer names closes, and the one that it names now opens", async (t) => {
  const [first, second] = (await freePorts(2)) as [number, number];
  const module = (port: number) => `kind: io.statefun.playground.v1/ingress\nspec:\n  port: ${port}\n`;
  const cwd = built.project({
    "package.json": '{ "type": "module" }',
    "functions.ts": source("old"),
    "module.yaml": module(first),
  });
  const args = ["dev", "functions.ts", "module.yaml", "--port", "0", "--admin-port", "0"];
  const dev = running(t, built.main, args, { cwd });
  await dev.saw(/^Started in/m);
  const put = (port: number) =>
    send(port, "/shop/counter/bob", { method: "PUT", body: Buffer.from("\n\u0003one"), headers: {} });
  assert.equal((await put(first)).status, 200);
  writeFileSync(join(cwd, "module.yaml"), module(second));
  await dev.saw(/^Restarted in/m);
  assert.equal((await put(second)).status, 200);
  await assert.rejects(put(first), { code: "ECONNREFUSED" });
});

test("a port that another process has is named with that process, and the functions start once it is free", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const cwd = built.project({ "package.json": '{ "type": "module" }', "functions.ts": source("old") });
  const dev = running(t, built.main, ["dev", "--port", "0", "--admin-port", String(port)], { cwd });
  await dev.saw(/^The functions ended with 6\. /m);
  assert.match(dev.stderr, /^ADDRESS_IN_USE: The admin server can't listen on 127\.0\.0\.1:\d+: .* listens there\./m);
  await once(other.close(), "close");
  writeFileSync(join(cwd, "functions.ts"), source("new"));
  await dev.saw(/^Restarted in/m);
});

test("a second dev on a folder ends and names the first, instead of taking its folder at the next change", async (t) => {
  const cwd = built.project({ "package.json": '{ "type": "module" }', "functions.ts": source("old") });
  const args = ["dev", "--port", "0", "--admin-port", "0"];
  const first = running(t, built.main, args, { cwd });
  await first.saw(/^Started in/m);
  const { code, stdout, stderr } = await running(t, built.main, args, { cwd }).ended;
  assert.equal(code, 6);
  assert.match(stderr, /^STORE_LOCKED: /m);
  assert.doesNotMatch(stdout, /start again|Stopped/);
  writeFileSync(join(cwd, "functions.ts"), source("new"));
  await first.saw(/^Restarted in/m);
});
