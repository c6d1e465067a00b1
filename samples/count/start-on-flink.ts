// `npm run start:flink`: serves the count sample, starts a real Flink StateFun beside it, and greets every name that is
// typed or posted. Flink's checkpoints are kept, so the counts go on after a restart, also after kill -9.

import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Koa from "koa";
import Router from "koa-router";
import { statefun } from "statefun-ts/koa";
import { type Flink, startFlink } from "../../flink/flink.ts";
import { example } from "../messages/messages.js";
import { functions } from "./functions.js";

const port = Number(process.env.PORT ?? 8000);
const data = fileURLToPath(new URL("../../.data/count", import.meta.url));
const egress = "example/greets";
const userType = "type.googleapis.com/example.User";

const middleware = statefun(functions);
const server = await listen(new Koa().use(middleware).use(greetRoute()));
const { port: boundPort } = server.address() as AddressInfo;
console.log(`Serving ${functions.typeNames.join(", ")} at http://localhost:${boundPort}/statefun`);
console.log("Starting Apache Flink StateFun 3.3. The first start builds it, which takes about a minute …");
const engine = await start();
console.log(`Counts are kept in .data/count: remove the folder to begin again.

Type a name, or in another terminal:  curl -d Bob localhost:${boundPort}/greet
`);

// One name at a time, so that the next record is the answer to the last name.
let turn = Promise.resolve<unknown>(undefined);
function greet(name: string): Promise<string> {
  const answer = turn.then(async () => {
    const before = engine.records().length;
    engine.send("example/count", name, userType, example.User.encode({ userId: name, name }).finish());
    const records = await engine.waitForRecords((all) => all.length > before, { timeoutMs: 60_000 });
    const { text, count } = example.Greeting.decode(records[before]!.value);
    const line = `${text}  (${name}, count ${count})`;
    console.log(line);
    return line;
  });
  turn = answer.catch((error) => console.error(error.message));
  return answer;
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const name = line.trim();
  if (name !== "") greet(name).catch(() => {}); // the turn reports it
});

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
engine.exited.then(() => {
  if (stopping) process.exit(0);
  console.error(`Flink has ended. Its last lines:\n${engine.log}`);
  process.exit(1);
});

/** Starts Flink from the last checkpoint, if there is one. */
async function start(): Promise<Flink> {
  await mkdir(data, { recursive: true });
  const restore = readdirSync(data, { recursive: true }).some((file) => String(file).endsWith("_metadata"));
  const started = await startFlink({
    version: "3.3",
    module: `kind: io.statefun.endpoints.v2/http
spec:
  functions: example/*
  urlPathTemplate: http://localhost:${boundPort}/statefun
`,
    dir: data,
    egresses: [egress],
    restore,
  }).catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
  // Names after the last checkpoint are sent again. Wait for their answers before the first new name.
  if (restore) await started.waitForCheckpoint();
  return started;
}

async function stop() {
  stopping = true;
  await engine.waitForCheckpoint().catch(() => {}); // rejects when the same signal has ended Flink
  await engine.stop();
}

function greetRoute() {
  const router = new Router();
  router.post("/greet", async (context) => {
    const name = (await text(context.req)).trim();
    if (name === "") {
      context.status = 400;
      context.body = `Send a name: curl -d Bob localhost:${boundPort}/greet\n`;
      return;
    }
    context.body = `${await greet(name)}\n`;
  });
  return router.routes();
}

async function text(request: AsyncIterable<Buffer>): Promise<string> {
  let whole = "";
  for await (const chunk of request) whole += chunk.toString();
  return whole;
}

function listen(app: Pick<Koa, "listen">) {
  return new Promise<ReturnType<Koa["listen"]>>((resolve) => {
    const server = app.listen(port, () => resolve(server));
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      console.error(taken ? `Port ${port} is taken. Choose another: PORT=8080 npm run start:flink` : error.message);
      process.exit(1);
    });
  });
}
