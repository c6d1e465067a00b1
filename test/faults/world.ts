// One run: an engine on a store that fails as planned, the clients that use it and ask again, and what is looked at in
// the end. The engine may be closed, killed and opened again in between.

import type { Engine } from "../../src/engine/engine.js";
import type { SendOptions } from "../../src/engine/engine-api.js";
import { type ErrorCode, StatefunError } from "../../src/errors.js";
import type { TypedValue } from "../../src/model/typed-value.js";
import { farMs, type Msg } from "../engine/app.js";
import { at, type Batch, text, textOf } from "../engine/functions.js";
import { ManualClock } from "../support/manual-clock.js";
import type { Disk } from "./disks.js";
import type { FaultPlan } from "./fault-plan.js";
import { Ledger } from "./ledger.js";
import { Life } from "./life.js";
import { carryOut, inconsistency } from "./logged-function.js";

/** What a client or a person tries again after: the store failed, the engine closed, or the address is parked. */
const passing: readonly ErrorCode[] = [
  "STORE_FAILED",
  "STORE_FULL",
  "SHUTTING_DOWN",
  "ADDRESS_PARKED",
  "ANSWER_TIMEOUT",
  "ENGINE_RESTARTING",
];
const retryMs = 60;
/** How many lines of the history are shown. */
const shownLines = 150;

export class World {
  readonly clock = new ManualClock();
  readonly ledger = new Ledger();
  readonly plan: FaultPlan;
  readonly #disk: Disk;
  readonly #tries = new Map<string, number>();
  readonly #handled = new Set<string>();
  readonly #history: string[] = [];
  readonly #unfinished = new Set<string>();
  #life: Life | undefined;
  #over = false;
  /** Whether the disk is being opened. */
  #opening = false;
  #begun = 0;

  constructor(plan: FaultPlan, disk: Disk) {
    this.plan = plan;
    this.#disk = disk;
    this.#begun = this.clock.now();
    plan.onFull = (full) => {
      this.note(full ? "the disk is full" : "the disk has room");
      disk.setFull?.(full);
    };
    this.clock.watch = () => {
      const { busy, done } = this.#life?.watched ?? { busy: false, done: 0 };
      return { busy: busy || this.#opening, done };
    };
  }

  /** The engine that is open now. */
  get life(): Life {
    if (this.#life === undefined) throw new Error("No engine is open.");
    return this.#life;
  }

  /** The jobs that have not ended. */
  get unfinished(): string[] {
    return [...this.#unfinished];
  }

  /** The last lines of what has happened. */
  get history(): string {
    return this.#history.slice(-shownLines).join("\n");
  }

  note(line: string): void {
    this.#history.push(`${String(this.clock.now() - this.#begun).padStart(7)} ms  ${line}`);
  }

  begins(job: string): void {
    this.#unfinished.add(job);
  }

  ends(job: string): void {
    this.#unfinished.delete(job);
  }

  /** Opens the engine, again and again when that fails or when the engine has ended, until {@link end}. */
  async live(): Promise<void> {
    while (!this.#over) {
      try {
        const life = await this.#open();
        await life.whileAlive(life.start());
        this.note("opened");
        await life.ended;
      } catch (thrown) {
        this.#retryable(thrown, "open");
        this.#life?.kill();
        await this.sleep(retryMs);
      }
    }
  }

  async #open(): Promise<Life> {
    this.#opening = true;
    try {
      this.#life = new Life(await this.#disk.open(), this);
      return this.#life;
    } finally {
      this.#opening = false;
    }
  }

  async end(): Promise<void> {
    this.#over = true;
    await this.life.close(0);
    await this.#disk.close();
  }

  /** Closes the engine and opens it again. */
  async restart(graceMs: number): Promise<void> {
    const life = await this.#living();
    this.note("close");
    await Promise.race([life.close(graceMs), life.ended]);
  }

  /** Ends the engine as kill -9 does. What is durable stays. */
  kill(): void {
    this.note("killed");
    this.ledger.crashed();
    this.plan.end();
    this.life.kill();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve));
  }

  async until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await isSo())) await this.sleep(retryMs);
  }

  async isParked(address: string): Promise<boolean> {
    // The store may fail: then nobody knows it now.
    const parked = (await this.#life?.engine?.parked({ limit: 100 }).catch(() => [])) ?? [];
    return parked.some((one) => one.address.equals(at(address)));
  }

  async hasLetter(address: string): Promise<boolean> {
    const found = await this.#life?.engine?.deadLetters.list({ id: at(address).id }).catch(() => undefined);
    return (found?.letters ?? []).some((letter) => letter.address.equals(at(address)));
  }

  /** Why the engine takes no work. */
  get trouble(): string | undefined {
    return this.#life?.engine?.trouble?.message;
  }

  /** Whether an engine is open that takes work. */
  get isWell(): boolean {
    return this.#life?.open === true && this.#life.engine?.trouble === undefined;
  }

  wasHandled(id: string): boolean {
    return this.#handled.has(id);
  }

  /** Sends a message with a key until it is acknowledged. */
  async send(to: string, msg: Msg, options: SendOptions = {}): Promise<void> {
    await this.#insist(`send ${msg.id}`, (engine) =>
      this.#send(engine, to, msg, { ...options, idempotencyKey: msg.id }),
    );
    this.ledger.acknowledged(msg.id);
  }

  async sendOnce(to: string, msg: Msg, options: SendOptions = {}): Promise<void> {
    const sent = await this.#once(`send ${msg.id}`, (engine) => this.#send(engine, to, msg, options));
    if (sent !== undefined) this.ledger.acknowledged(msg.id);
  }

  async call(to: string, msg: Msg): Promise<void> {
    const answer = await this.#insist(`call ${msg.id}`, (engine) => this.#call(engine, to, msg, msg.id));
    this.ledger.answered(msg.id, textOf(answer) as string);
  }

  async callOnce(to: string, msg: Msg): Promise<void> {
    const answer = await this.#once(`call ${msg.id}`, (engine) => this.#call(engine, to, msg, undefined));
    if (answer !== undefined) this.ledger.answered(msg.id, textOf(answer) as string);
  }

  /** Whether there was something to withdraw; undefined when nobody can say. */
  cancelOnce(token: string): Promise<boolean | undefined> {
    return this.#once(`cancel ${token}`, (engine) => engine.cancel(token));
  }

  /** Cancels with a key until there is an answer. `meanwhile` runs between the first try and the second. */
  async cancel(token: string, meanwhile: () => Promise<void>): Promise<boolean> {
    const cancel = (engine: Engine) => engine.cancel(token, { idempotencyKey: `cancel ${token}` });
    const first = await this.#once(`cancel ${token}`, cancel);
    if (first !== undefined) return first;
    await meanwhile();
    return this.#insist(`cancel ${token}`, cancel);
  }

  /** A change that a person makes, who tries again when the engine is well. */
  async person(what: string, change: (engine: Engine) => Promise<unknown>): Promise<void> {
    await this.#insist(what, async (engine) => {
      await this.until(() => engine.trouble === undefined || engine.trouble.code === "SHUTTING_DOWN");
      await change(engine);
    });
  }

  /** What the functions do. The engine of a life that has ended gets no answer. */
  async handle(batch: Batch, life: Life): Promise<void> {
    const messages = batch.messages.map((message) => JSON.parse(message) as Msg);
    this.note(`${batch.self} handles ${messages.map(({ id }) => id).join(", ")}`);
    const wrong = inconsistency(batch, this.clock.now());
    if (wrong !== undefined) this.ledger.faults.push(wrong);
    const slowMs = Math.max(...messages.map((msg) => msg.slowMs ?? 0));
    if (slowMs > 0) await this.sleep(slowMs);
    if (life.dead) await new Promise(() => {});
    for (const { id, fails = 0 } of messages) {
      const tries = this.#tries.get(id) ?? 0;
      this.#tries.set(id, tries + 1);
      if (tries < fails) throw new StatefunError("HANDLER_FAILED", "As its message wants it.");
    }
    carryOut(batch, this.clock.now());
    for (const { id } of messages) this.#handled.add(id);
  }

  #send(engine: Engine, to: string, msg: Msg, options: SendOptions): Promise<true> {
    this.ledger.sends(to, msg, options.delayMs);
    return engine.send(at(to), text(JSON.stringify(msg)), options).then(() => true);
  }

  #call(engine: Engine, to: string, msg: Msg, idempotencyKey: string | undefined): Promise<TypedValue | undefined> {
    this.ledger.sends(to, msg);
    const options = { timeoutMs: farMs, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
    return engine.call(at(to), text(JSON.stringify(msg)), options);
  }

  async #living(): Promise<Life> {
    await this.until(() => this.#life?.open === true);
    return this.life;
  }

  async #insist<T>(what: string, run: (engine: Engine) => Promise<T>): Promise<T> {
    for (;;) {
      const done = await this.#attempt(what, run);
      if (done !== undefined) return done.value;
      await this.sleep(retryMs);
    }
  }

  async #once<T>(what: string, run: (engine: Engine) => Promise<T>): Promise<T | undefined> {
    return (await this.#attempt(what, run))?.value;
  }

  /** Undefined when it failed for a passing reason, or when the engine ended meanwhile. */
  async #attempt<T>(what: string, run: (engine: Engine) => Promise<T>): Promise<{ value: T } | undefined> {
    const life = await this.#living();
    this.note(what);
    try {
      const value = await life.whileAlive(run(life.engine as Engine));
      this.note(`${what}: ${value instanceof Object ? "answered" : value}`);
      return { value };
    } catch (thrown) {
      this.#retryable(thrown, what);
      return undefined;
    }
  }

  #retryable(thrown: unknown, what: string): void {
    const code = thrown instanceof StatefunError ? thrown.code : undefined;
    this.note(`${what}: ${code ?? thrown}`);
    if (code === undefined || !passing.includes(code)) throw thrown;
  }
}
