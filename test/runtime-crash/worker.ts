// A process for crash tests: an engine on the disk, told by lines what to send and call, telling by lines what became of
// it. It is killed at any moment.

import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Engine } from "../../src/engine/engine.js";
import { StatefunError } from "../../src/errors.js";
import { openLevelStore } from "../../src/store/level-store.js";
import type { Store } from "../../src/store/store.js";
import { addresses, egresses, farMs, functionNames, type Msg, states } from "../engine/app.js";
import { AppTaker, obey } from "../engine/app-functions.js";
import { at, Batch, endpointOf, text, textOf } from "../engine/functions.js";
import type { Failing, Line, Order } from "./lines.js";

const dir = process.argv[2] as string;
/** In the middle of which write it kills itself, and how many milliseconds after that began. */
const [lastWrite, lastMs] = process.argv.slice(3, 5).map(Number) as [number?, number?];
/** How its store fails from that write on, until it kills itself. */
const failing = process.argv[5] as Failing | undefined;
/** Does nothing else meanwhile: the write goes on beside it, and nobody is told that it has ended. */
function killIn(ms: number): void {
  for (const begun = performance.now(); performance.now() - begun < ms; );
  process.kill(process.pid, "SIGKILL");
}

/** From now on no file may grow by more than some bytes, as on a full disk: a write may end in the middle. */
function fillDisk(log: string): void {
  process.on("SIGXFSZ", () => {}); // the system tells of every refused write by a signal, which would end the process
  const bytes = statSync(join(dir, "db", log)).size + 100;
  execFileSync("prlimit", ["--pid", `${process.pid}`, `--fsize=${bytes}:unlimited`], { stdio: "ignore" });
}

const newestLog = async () =>
  (await readdir(join(dir, "db")))
    .filter((name) => name.endsWith(".log"))
    .sort()
    .at(-1) ?? "";

const say = (line: Line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Says after each write how long the log is that it went into: what is before that must not get lost. */
class TellingStore implements Store {
  readonly #store: Store;
  /** Whether the store fails by now. */
  failing = false;
  get: Store["get"];
  entries: Store["entries"];
  count: Store["count"];
  keys: Store["keys"];
  close: Store["close"];
  #log = "";
  #writes = 0;

  constructor(store: Store) {
    this.#store = store;
    this.get = store.get.bind(store);
    this.entries = store.entries.bind(store);
    this.count = store.count.bind(store);
    this.keys = store.keys.bind(store);
    this.close = store.close.bind(store);
  }

  async write(writes: Parameters<Store["write"]>[0]): Promise<void> {
    this.#writes += 1;
    if (this.#writes === lastWrite && failing !== undefined) await this.#fail();
    const written = this.#store.write(writes);
    if (this.#writes === lastWrite && failing === undefined) setImmediate(() => killIn(lastMs ?? 0));
    await written;
    // Carried out, but nobody is told.
    if (this.failing && failing === "silent") throw new StatefunError("STORE_FAILED", "As the test wants it.");
    this.#log = await newestLog();
    say({ log: this.#log, synced: statSync(join(dir, "db", this.#log)).size });
  }

  async #fail(): Promise<void> {
    this.failing = true;
    if (failing === "full") fillDisk(await newestLog());
    else {
      const fail = () => {
        throw new StatefunError("STORE_FAILED", "As the test wants it.");
      };
      this.get = fail;
      this.keys = async () => fail();
      this.entries = async () => fail();
    }
    setTimeout(() => killIn(0), lastMs);
  }
}

const tries = new Map<string, number>();

async function handle(batch: Batch): Promise<void> {
  const messages = batch.messages.map((message) => JSON.parse(message) as Msg);
  const slowMs = Math.max(...messages.map((msg) => msg.slowMs ?? 0));
  if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
  for (const { id, fails = 0 } of messages) {
    const before = tries.get(id) ?? 0;
    tries.set(id, before + 1);
    if (before < fails) throw new Error("As its message wants it.");
  }
  obey(batch);
}

const functions = Object.fromEntries(
  functionNames.map((name) => [
    name,
    { states, maxBatch: 50, generation: name === "old" ? ("v2" as const) : ("v3" as const), handle },
  ]),
);

// A small buffer, so that logs come and go.
const store = new TellingStore(await openLevelStore(dir, { writeBufferBytes: 64 * 1024 }));
const engine = await Engine.open({
  store,
  egresses,
  policy: { retry: { firstMs: 5 } },
  logger: { warn() {}, error: (line: string) => store.failing || say({ log: line, synced: -1 }) },
  findRoute: endpointOf(functions),
});
const taker = new AppTaker();
for (const egress of egresses) {
  engine.attach(egress, {
    window: 8,
    async receive(record) {
      say({ egress, id: record.id, ...JSON.parse(textOf(record.value) as string) });
      await taker.receive(record);
    },
  });
}
say({ ready: true });

/**
 * Whether anything waits that is not far away. How many delayed messages there are does not say so: one that is due soon
 * may be about to send one that is far away.
 */
async function isBusy(): Promise<boolean> {
  const moved = () => engine.metrics.messagesDelivered + engine.metrics.delayedFired;
  const before = moved();
  for (const address of addresses) {
    const { delayed } = await engine.inspect(at(address));
    if (delayed.some(({ dueAt }) => dueAt < Date.now() + farMs / 2)) return true;
  }
  const { mailboxMessages, inFlight, outboxRecords } = engine.metrics;
  return mailboxMessages + inFlight + outboxRecords > 0 || moved() !== before;
}

async function obeyOrder(order: Order): Promise<void> {
  if (order.order === "request") {
    const { key, to, msg, kind } = order;
    const value = text(JSON.stringify(msg));
    if (kind === "send") await engine.send(at(to), value, { idempotencyKey: key });
    const answer =
      kind === "send" ? "sent" : textOf(await engine.call(at(to), value, { idempotencyKey: key, timeoutMs: 60_000 }));
    say({ key, answer: answer as string });
  } else if (order.order === "look") {
    const busy = await isBusy();
    const { delayedPending, parked } = engine.metrics;
    say({ busy, delayedPending, parked });
  } else {
    const kept: Record<string, Record<string, string>> = {};
    for (const address of order.addresses) {
      const info = await engine.inspect(at(address));
      kept[address] = Object.fromEntries(info.states.map(({ name, value }) => [name, textOf(value) as string]));
    }
    say({ kept });
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order;
  obeyOrder(order).catch((thrown) => {
    // The clients ask the next life again.
    if (!store.failing) say({ failed: JSON.stringify(order).slice(0, 100), why: String(thrown) });
  });
}
