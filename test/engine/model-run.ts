// Runs a random application on an engine, step by step beside the model.

import assert from "node:assert/strict";
import { StatefunError } from "../../src/errors.js";
import type { Store } from "../../src/store/store.js";
import { type App, egresses, farMs, functionNames, type Msg, type Step, states } from "./app.js";
import { AppTaker, obey } from "./app-functions.js";
import { at, type Batch, type Functions, text, textOf } from "./functions.js";
import { Model } from "./model.js";
import { Running } from "./support.js";

/** Longer than all waits, shorter than what is far away. */
const restMs = 20_000;

type CallStep = Extract<Step, { readonly msg: Msg; readonly key: unknown }>;
type Outcome = { readonly answer: string } | { readonly code: string } | "waiting";

const last = (address: string): Msg => ({ id: `last-${address}`, ops: [] });

class Run {
  readonly #app: App;
  readonly #model = new Model();
  readonly #taker = new AppTaker();
  readonly #tries = new Map<string, number>();
  readonly #keys = new Map<string, string>();
  readonly #calls = new Map<string, { step: CallStep; outcome: Outcome }>();
  readonly #parked = new Set<string>();
  #running!: Running;
  #starts = 0;
  #fault: unknown;

  constructor(app: App) {
    this.#app = app;
  }

  async run(store?: Store): Promise<void> {
    this.#running = new Running({ functions: {}, egresses, ...(store === undefined ? {} : { store }) });
    await this.#open();
    for (const step of this.#app.steps) {
      await this.#do(step);
      await this.#running.settle();
      if (this.#fault !== undefined) throw this.#fault;
    }
    for (const address of this.#parked) this.#aside(this.#running.engine.retry(at(address)));
    await this.#running.clock.advance(restMs);
    // A last call to each shows what has expired, in a function that was not called before, too.
    for (const to of this.#model.places.keys()) await this.#do({ step: "send", to, msg: last(to), key: undefined });
    await this.#running.settle();
    if (this.#fault !== undefined) throw this.#fault;
    await this.#compare();
    await this.#running.close();
    await this.#running.store.close();
  }

  get #now(): number {
    return this.#running.clock.now();
  }

  /** One function is of v2 at first, and of the other generation after every restart. */
  get #functions(): Functions {
    const handle = (batch: Batch) => this.#handle(batch);
    const own = { states, maxBatch: this.#app.maxBatch, handle };
    const old = { ...own, generation: this.#starts % 2 === 0 ? ("v2" as const) : ("v3" as const) };
    return Object.fromEntries(functionNames.map((name) => [name, name === "old" ? old : own]));
  }

  async #open(): Promise<void> {
    this.#running.functions = this.#functions;
    await this.#running.open();
    this.#taker.attachTo(this.#running.engine);
    // A client that is cut off asks again, if that can do no harm.
    for (const { step, outcome } of this.#calls.values()) {
      if (typeof outcome === "object" && "code" in outcome && step.key !== undefined) await this.#call(step);
    }
  }

  async #handle(batch: Batch): Promise<void> {
    const { self } = batch;
    const start = this.#starts;
    try {
      const messages = batch.messages.map((message) => JSON.parse(message) as Msg);
      const seen = new Map(states.map(({ name }) => [name, batch.state(name)]));
      const ids = messages.map(({ id }) => id);
      this.#model.begins(self, ids, seen, this.#now);
      const slowMs = Math.max(...messages.map((msg) => msg.slowMs ?? 0));
      if (slowMs > 0) await new Promise<void>((resolve) => this.#running.clock.after(slowMs, resolve));
      // The engine that called is closed: nobody waits for this any more.
      if (start !== this.#starts) await new Promise(() => {});
      if (this.#model.place(self).inFlight !== ids) {
        obey(batch); // the call was given up: what it answers must not count
        return;
      }
      for (const { id, fails = 0 } of messages) {
        const tries = this.#tries.get(id) ?? 0;
        this.#tries.set(id, tries + 1);
        if (tries >= fails) continue;
        this.#model.fails(self, this.#now);
        throw new StatefunError("HANDLER_FAILED", "As its message wants it.");
      }
      obey(batch);
      this.#model.applies(self, this.#now);
    } catch (thrown) {
      if (!(thrown instanceof StatefunError)) this.#fault ??= thrown;
      throw thrown;
    }
  }

  async #do(step: Step): Promise<void> {
    const { engine, clock } = this.#running;
    const model = this.#model;
    if (step.step === "advance") await clock.advance(step.ms);
    else if (step.step === "restart") {
      await this.#running.close(step.graceMs);
      this.#starts += 1;
      model.restarts();
      await this.#open();
    } else if (step.step === "sweep") void engine.sweep();
    else if (step.step === "park" || step.step === "retry") {
      if (step.step === "park") this.#parked.add(step.to);
      // Parking ends a call in flight, and a retry waits for its end.
      if (step.step === "park") model.givesUp(step.to, this.#now);
      this.#aside(step.step === "park" ? engine.park(at(step.to), "for the test") : engine.retry(at(step.to)));
    } else if (step.step === "set") {
      const { to, state, value } = step;
      model.setState(to, state, value, this.#now);
      this.#aside(engine.setState(at(to), state, value === undefined ? undefined : text(value)));
    } else if (step.step === "cancel") {
      const expected = model.cancel("outside", step.token, this.#now);
      const cancelled = await engine.cancel(step.token);
      if (expected !== undefined) assert.equal(cancelled, expected, `the token ${step.token} was there`);
    } else if (step.step === "later") {
      model.later("outside", step.to, step.msg, this.#now + step.ms, step.token, undefined);
      const options = { delayMs: step.ms, cancellationToken: step.token };
      await engine.send(at(step.to), text(JSON.stringify(step.msg)), options);
    } else if (step.step === "send") {
      if (this.#isNew(step)) model.send("outside", step.to, step.msg, undefined);
      const options = step.key === undefined ? {} : { idempotencyKey: step.key };
      await engine.send(at(step.to), text(JSON.stringify(step.msg)), options);
    } else if (step.step === "call") await this.#call(step);
  }

  /** What waits for the end of a call in flight is not waited for here; a restart gives it up. */
  #aside(change: Promise<void>): void {
    change.catch((thrown) => {
      if (thrown.code !== "SHUTTING_DOWN") this.#fault ??= thrown;
    });
  }

  /** Whether this has not been sent before under its key. */
  #isNew(step: CallStep): boolean {
    if (step.key === undefined) return true;
    const is = !this.#keys.has(step.key);
    this.#keys.set(step.key, step.msg.id);
    return is;
  }

  async #call(step: CallStep): Promise<void> {
    const { to, msg, key } = step;
    const call: { step: CallStep; outcome: Outcome } = { step, outcome: "waiting" };
    this.#calls.set(msg.id, call);
    // A parked address takes no new call.
    const isParked = await this.#isParked(to);
    if (!isParked && this.#isNew(step)) this.#model.send("outside", to, msg, `call:${msg.id}`);
    const options = { timeoutMs: 10 * farMs, ...(key === undefined ? {} : { idempotencyKey: key }) };
    this.#running.engine.call(at(to), text(JSON.stringify(msg)), options).then(
      (answer) => {
        call.outcome = { answer: textOf(answer) as string };
      },
      (thrown) => {
        call.outcome = { code: thrown.code ?? String(thrown) };
      },
    );
  }

  async #isParked(address: string): Promise<boolean> {
    return (await this.#running.engine.parked({ limit: 100 })).some((parked) => parked.address.equals(at(address)));
  }

  async #compare(): Promise<void> {
    const { engine, clock } = this.#running;
    const model = this.#model;
    assert.equal(engine.metrics.mailboxMessages, 0, "messages wait");
    assert.equal(engine.metrics.parked, 0, "addresses are parked");
    for (const [address, place] of model.places) {
      for (const [lane, waiting] of place.lanes) {
        assert.deepEqual(
          waiting.map(({ msg }) => msg.id),
          [],
          `${address} never got what ${lane} sent`,
        );
      }
      const { states: kept } = await engine.inspect(at(address));
      const expected = model.statesOf(address, clock.now());
      assert.deepEqual(new Map(kept.map(({ name, value }) => [name, textOf(value)])), expected, `states of ${address}`);
    }
    const due = model.delayed.filter(({ dueAt, maybe }) => dueAt <= clock.now() && !maybe);
    assert.deepEqual(
      due.map(({ msg }) => msg.id),
      [],
      "delayed messages never came",
    );
    const pending = model.delayed.filter(({ dueAt }) => dueAt > clock.now());
    assert.equal(engine.metrics.delayedPending, pending.length, "delayed messages");
    for (const to of new Set(pending.map((one) => one.to))) {
      const { delayed } = await engine.inspect(at(to));
      assert.deepEqual(
        delayed
          .map(({ value, dueAt, cancellationToken }) => [
            JSON.parse(textOf(value) as string).id,
            dueAt,
            cancellationToken,
          ])
          .sort(),
        pending
          .filter((one) => one.to === to)
          .map(({ msg, dueAt, token }) => [msg.id, dueAt, token])
          .sort(),
        `delayed messages to ${to}`,
      );
    }
    assert.deepEqual(this.#taker.faults, []);
    assert.deepEqual(new Map([...this.#taker.byEgress].sort()), new Map([...model.egress].sort()), "egress records");
    for (const [id, { step, outcome }] of this.#calls) {
      const answer = model.answers.get(`call:${id}`);
      if (typeof outcome === "object" && "code" in outcome) {
        const told = outcome.code === "SHUTTING_DOWN" ? step.key === undefined : this.#parked.has(step.to);
        assert.ok(told && ["SHUTTING_DOWN", "ADDRESS_PARKED"].includes(outcome.code), `${id}: ${outcome.code}`);
      } else assert.deepEqual(outcome, answer === undefined ? "waiting" : { answer }, `the answer to ${id}`);
    }
  }
}

/** Runs an application; throws when the engine does anything that the model does not. */
export function runApp(app: App, store?: Store): Promise<void> {
  return new Run(app).run(store);
}
