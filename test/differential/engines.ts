// Runs plans to their end, on Flink or on the embedded runtime, and returns their egress records.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RequestReplyHandler } from "statefun-ts";
import { serve } from "statefun-ts/node";
import { type EgressRecord, startFlink } from "../../flink/flink.ts";
import { Engine } from "../../src/engine/engine.js";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { makeRoutes, type Routes } from "../../src/runtime/endpoint/routes.js";
import { parseModule } from "../../src/runtime/module/read-module.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Store } from "../../src/store/store.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { application, ask, packed, placeOf, reportEgress } from "./application.js";
import { type Plan, egresses as toldEgresses } from "./plan.js";
import { Progress } from "./progress.js";

const egresses = [...toldEgresses, reportEgress];

/** The module file for both. One of the functions gets small batches. */
const moduleText = (port: number) => `kind: io.statefun.endpoints.v2/http
spec:
  functions: differential/*
  urlPathTemplate: http://127.0.0.1:${port}/statefun
---
kind: io.statefun.endpoints.v2/http
spec:
  functions: differential/twin
  urlPathTemplate: http://127.0.0.1:${port}/statefun
  maxNumBatchRequests: 3
`;

/** The messages from outside, in rounds of one message for each application. */
function roundsOf(plans: readonly Plan[]) {
  const longest = Math.max(...plans.map(({ roots }) => roots.length));
  return Array.from({ length: longest }, (_, index) =>
    plans.flatMap(({ seed, roots }) => {
      const root = roots[index];
      return root === undefined ? [] : [{ target: placeOf(seed, root.to), message: packed(root.message) }];
    }),
  );
}

function* questionsOf(plans: readonly Plan[]) {
  for (const { seed, places } of plans) {
    for (let place = 0; place < places; place++) yield { target: placeOf(seed, place), message: ask(seed) };
  }
}

const countReports = (records: readonly EgressRecord[]) =>
  records.reduce((count, { egress }) => count + (egress === reportEgress ? 1 : 0), 0);

function assertOnlyDeliberateFailures({ lines }: RecordingLogger): void {
  assert.deepEqual(
    lines.filter((line) => !line.includes("on purpose")),
    [],
  );
}

export async function runOnFlink(plans: readonly Plan[]): Promise<EgressRecord[]> {
  const progress = new Progress(plans);
  const logger = new RecordingLogger();
  const server = await serve(new RequestReplyHandler(application(progress), { logger }), {
    port: 0,
    host: "127.0.0.1",
  });
  const engine = await startFlink({
    version: "3.3",
    module: moduleText(server.port),
    egresses,
    parallelism: 2,
    javaOptions: [],
  });
  try {
    for (const { target, message } of roundsOf(plans).flat()) {
      engine.send(target.typeName, target.id, message.typename, message.value);
    }
    await engine
      .waitForRecords(() => progress.complete, { timeoutMs: 120_000 })
      .catch((error) => {
        throw new Error(progress.missing(), { cause: error });
      });
    const questions = [...questionsOf(plans)];
    for (const { target, message } of questions) {
      engine.send(target.typeName, target.id, message.typename, message.value);
    }
    const records = await engine.waitForRecords((all) => countReports(all) >= questions.length);
    assertOnlyDeliberateFailures(logger);
    return records;
  } finally {
    await engine.stop();
    await server.close();
    await rm(engine.dir, { recursive: true, force: true });
  }
}

export interface EmbeddedOptions {
  readonly store: "memory" | "disk";
  readonly functions: "in this process" | "over HTTP";
  /**
   * Sends everything at once, so that batches are large, closes the engine halfway and opens it again. Defaults to
   * sending each round when the round before is durable, so that batches are small.
   */
  readonly restart?: boolean;
}

export async function runEmbedded(plans: readonly Plan[], options: EmbeddedOptions): Promise<EgressRecord[]> {
  const run = new EmbeddedRun(plans, options);
  try {
    await run.start();
    return await run.finish();
  } finally {
    await run.stop();
  }
}

class EmbeddedRun {
  readonly #plans: readonly Plan[];
  readonly #options: EmbeddedOptions;
  readonly #progress: Progress;
  readonly #logger = new RecordingLogger();
  readonly #engineLogger = new RecordingLogger();
  readonly #records: EgressRecord[] = [];
  readonly #recordIds = new Set<string>();
  /** What to close at the end, in reverse order. */
  readonly #closers: (() => Promise<void>)[] = [];
  #openStore: () => Promise<Store> = async () => new MemoryStore();
  #routes!: Routes;
  #store!: Store;
  #engine!: Engine;
  #recordsAwaited: (() => void) | undefined;

  constructor(plans: readonly Plan[], options: EmbeddedOptions) {
    this.#plans = plans;
    this.#options = options;
    this.#progress = new Progress(plans);
  }

  async start(): Promise<void> {
    const functions = application(this.#progress);
    if (this.#options.functions === "in this process") {
      const nothing = { endpoints: [], ingresses: [], egresses: [], schedules: [] };
      this.#routes = makeRoutes(nothing, new LocalFunctions(functions));
    } else {
      const handler = new RequestReplyHandler(functions, { logger: this.#logger });
      const server = await serve(handler, { port: 0, host: "127.0.0.1" });
      this.#closers.unshift(() => server.close());
      this.#routes = makeRoutes(parseModule(moduleText(server.port), { file: "module.yaml" }));
    }
    this.#closers.unshift(() => this.#routes.close());
    if (this.#options.store === "disk") {
      const dir = await mkdtemp(join(tmpdir(), "statefun-differential-"));
      this.#closers.push(() => rm(dir, { recursive: true, force: true }));
      this.#openStore = () => openLevelStore(dir);
    }
    await this.#open();
  }

  async finish(): Promise<EgressRecord[]> {
    const rounds = roundsOf(this.#plans);
    if (this.#options.restart) {
      await this.#send(rounds.flat());
      await this.#progress.until(0.6);
      await this.#close();
      assert.ok(!this.#progress.complete, "it was closed in the middle");
      await this.#open();
    } else for (const round of rounds) await this.#send(round);
    await this.#progress.until().catch((error) => {
      throw new Error([error.message, ...this.#engineLogger.lines.slice(-20)].join("\n"), { cause: error });
    });
    const questions = [...questionsOf(this.#plans)];
    await this.#send(questions);
    await this.#until(() => countReports(this.#records) >= questions.length);
    assertOnlyDeliberateFailures(this.#logger);
    assert.deepEqual(await this.#engine.parked({ limit: 10 }), []);
    const pending = this.#plans.reduce((sum, plan) => sum + plan.pending, 0);
    assert.equal(this.#engine.metrics.delayedPending, pending, "delayed messages that are not withdrawn");
    return this.#records;
  }

  async stop(): Promise<void> {
    await this.#close();
    for (const close of this.#closers) await close();
  }

  async #open(): Promise<void> {
    this.#store = await this.#openStore();
    this.#engine = await Engine.open({
      store: this.#store,
      findRoute: this.#routes.find,
      egresses,
      logger: this.#engineLogger,
    });
    for (const egress of egresses) {
      this.#engine.attach(egress, {
        window: 100,
        receive: async ({ id, value: { typename, value } }) => {
          // After a restart a record can come again, with the same id.
          if (this.#recordIds.has(`${egress} ${id}`)) return;
          this.#recordIds.add(`${egress} ${id}`);
          this.#records.push({ egress, typename, value });
          this.#recordsAwaited?.();
        },
      });
    }
  }

  async #close(): Promise<void> {
    await this.#engine?.close(10_000);
    await this.#store?.close();
  }

  async #send(messages: Iterable<{ target: ReturnType<typeof placeOf>; message: ReturnType<typeof ask> }>) {
    await Promise.all([...messages].map(({ target, message }) => this.#engine.send(target, message)));
  }

  async #until(isTrue: () => boolean): Promise<void> {
    if (isTrue()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("not all addresses reported")), 60_000);
      this.#recordsAwaited = () => {
        if (!isTrue()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
