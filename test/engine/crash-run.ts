// Runs a random application on a store that forgets what was not synced, crashes it at one of its commits, and goes on
// with what was durable; its clients ask again for what nobody acknowledged.

import assert from "node:assert/strict";
import { StatefunError } from "../../src/errors.js";
import type { Store } from "../../src/store/store.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { Random } from "../support/random.js";
import { type App, egresses, farMs, functionNames, type Msg, type Step, states } from "./app.js";
import { AppTaker, obey } from "./app-functions.js";
import { at, type Batch, text, textOf } from "./functions.js";
import { Model } from "./model.js";
import { Running } from "./support.js";

const restMs = 20_000;

/** Where to crash. */
export interface CrashPoint {
  /** At this commit, counted from 0. */
  readonly commit: number;
  /** Whether the commit was on the disk already. It was acknowledged to nobody. */
  readonly kept: boolean;
}

type Request = Step & { step: "send" | "call" };

export class CrashRun {
  readonly #app: App;
  readonly #random: Random;
  /** Whether writes fail now and then. */
  readonly #full: boolean;
  readonly #taker = new AppTaker();
  readonly #tries = new Map<string, number>();
  readonly #unanswered = new Map<string, Request>();
  readonly #answers = new Map<string, string>();
  /** How many commits there were. */
  commits = 0;
  #running!: Running;
  #store: ForgetfulStore | undefined;
  #life = 0;
  #fault: unknown;

  constructor(app: App, seed: number) {
    this.#app = app;
    this.#random = new Random(seed);
    this.#full = this.#random.chance();
  }

  /** Runs it all, with crashes at these points, one after the other. */
  async run(...points: CrashPoint[]): Promise<void> {
    this.#store = new ForgetfulStore();
    await this.#open(this.#store, undefined);
    for (const step of this.#app.steps) {
      if (step.step === "send" || step.step === "call") this.#request(step);
      const ms = step.step === "advance" ? step.ms : 0;
      for (let slice = 0; slice < 4; slice += 1) {
        await this.#running.clock.advance(ms / 4 > 1 ? Math.floor(ms / 4) : 1);
        // The disk may be behind: then more work goes into the next group.
        if (this.#random.chance(0.7)) await this.#sync(points);
      }
    }
    for (let round = 0; round < 40; round += 1) {
      await this.#running.clock.advance(restMs / 40);
      await this.#sync(points);
    }
    await this.#compare();
    await this.#running.close();
  }

  async #open(store: Store, now: number | undefined): Promise<void> {
    this.#life += 1;
    const life = this.#life;
    const functions = Object.fromEntries(
      functionNames.map((name) => [
        name,
        {
          states,
          maxBatch: this.#app.maxBatch,
          // Of the other generation in every second life.
          generation: name === "old" && life % 4 === 1 ? ("v2" as const) : ("v3" as const),
          handle: (batch: Batch) => this.#handle(batch, life),
        },
      ]),
    );
    const heldByTest = store instanceof ForgetfulStore;
    this.#running = new Running({ functions, egresses, store, heldByTest, ...(now === undefined ? {} : { now }) });
    const opened = this.#running.open();
    // Opening may write.
    if (store instanceof ForgetfulStore) store.autoSync = true;
    await opened;
    if (store instanceof ForgetfulStore) store.autoSync = false;
    this.#taker.attachTo({
      attach: (egress, taker) =>
        this.#running.engine.attach(egress, {
          window: taker.window,
          receive: (record) => (life === this.#life ? taker.receive(record) : new Promise(() => {})),
        }),
    });
  }

  /** Lets the disk carry out what it holds, one commit after the other, until it is time to crash. */
  async #sync(points: CrashPoint[]): Promise<void> {
    for (let store = this.#store; store !== undefined && store.held > 0; store = this.#store) {
      const [point] = points;
      if (point?.commit === this.commits) {
        points.shift();
        await this.#crash(store, point.kept, points.length > 0);
        return;
      }
      if (this.#full && this.#random.chance(0.2)) {
        store.fail("STORE_FULL");
        await this.#running.settle();
        return;
      }
      this.commits += 1;
      store.sync(1);
      await this.#running.settle();
    }
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #crash(store: ForgetfulStore, kept: boolean, again: boolean): Promise<void> {
    const durable = store.crash(kept ? 1 : 0);
    this.commits += 1;
    this.#taker.crashed();
    const now = this.#running.clock.now();
    this.#life += 1;
    if (again) {
      const next = new ForgetfulStore({ autoSync: true });
      await next.write(await durable.entries({ from: "", to: "\u{10ffff}", limit: Number.POSITIVE_INFINITY }));
      this.#store = next;
      await this.#open(next, now);
    } else {
      this.#store = undefined;
      await this.#open(durable, now);
    }
    for (const request of [...this.#unanswered.values()]) this.#request(request);
    await this.#running.settle();
  }

  async #handle(batch: Batch, life: number): Promise<void> {
    const messages = batch.messages.map((message) => JSON.parse(message) as Msg);
    const { clock } = this.#running;
    const slowMs = Math.max(...messages.map((msg) => msg.slowMs ?? 0));
    if (slowMs > 0) await new Promise<void>((resolve) => clock.after(slowMs, resolve));
    if (life !== this.#life) await new Promise(() => {});
    for (const { id, fails = 0 } of messages) {
      const tries = this.#tries.get(id) ?? 0;
      this.#tries.set(id, tries + 1);
      if (tries < fails) throw new StatefunError("HANDLER_FAILED", "As its message wants it.");
    }
    obey(batch);
  }

  #request(step: Request): void {
    const { to, msg, step: kind } = step;
    const key = step.key ?? `key-of-${msg.id}`;
    const life = this.#life;
    this.#unanswered.set(key, step);
    const done = (answer: string) => {
      // A dead process acknowledges nothing.
      if (life !== this.#life) return;
      this.#unanswered.delete(key);
      const before = this.#answers.get(key);
      if (before !== undefined && before !== answer) this.#fault ??= new Error(`two answers to ${key}`);
      this.#answers.set(key, answer);
    };
    const { engine, clock } = this.#running;
    const sent =
      kind === "send"
        ? engine.send(at(to), text(JSON.stringify(msg)), { idempotencyKey: key }).then(() => "sent")
        : engine
            .call(at(to), text(JSON.stringify(msg)), { idempotencyKey: key, timeoutMs: farMs })
            .then((answer) => textOf(answer) as string);
    sent.then(done, (thrown) => {
      if (life !== this.#life || thrown.code === "SHUTTING_DOWN") return;
      // The disk was full: asked again, a little later.
      if (thrown.code === "STORE_FULL") clock.after(50, () => life === this.#life && this.#request(step));
      else this.#fault ??= thrown;
    });
  }

  async #compare(): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault;
    const { engine, clock } = this.#running;
    const model = new Model();
    const keys = new Map<string, Request>();
    for (const step of this.#app.steps) {
      if (step.step !== "send" && step.step !== "call") continue;
      const key = step.key ?? `key-of-${step.msg.id}`;
      if (keys.has(key)) continue;
      keys.set(key, step);
      model.send("outside", step.to, step.msg, step.step === "call" ? `call:${step.msg.id}` : undefined);
    }
    model.runUntil(farMs);
    assert.deepEqual(await engine.parked({ limit: 9 }), []);
    assert.equal(engine.metrics.mailboxMessages, 0);
    assert.deepEqual([...this.#unanswered.keys()], [], "requests that were never answered");
    for (const address of model.places.keys()) {
      const { states: kept, delayed } = await engine.inspect(at(address));
      const found = new Map(kept.map(({ name, value }) => [name, textOf(value)]));
      assert.deepEqual(found, model.statesOf(address, clock.now()), `states of ${address}`);
      assert.deepEqual(
        delayed.map(({ value }) => JSON.parse(textOf(value) as string).id).sort(),
        model.delayed
          .filter(({ to }) => to === address)
          .map(({ msg }) => msg.id)
          .sort(),
        `delayed messages to ${address}`,
      );
    }
    for (const [key, { step, msg }] of keys) {
      const answer = step === "send" ? "sent" : model.answers.get(`call:${msg.id}`);
      assert.equal(this.#answers.get(key), answer, `the answer to ${key}`);
    }
    const sorted = (all: Map<string, string[]>) => [...all].map(([key, texts]) => [key, texts.toSorted()]).sort();
    assert.deepEqual(sorted(this.#taker.byEgress), sorted(model.egress), "egress records");
    assert.deepEqual(this.#taker.faults, []);
  }
}
