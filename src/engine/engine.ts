// The engine: what comes in, the loop that delivers it, and what people look at and mend.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { isClient } from "../model/client-address.js";
import { defaultLogger, type Logger } from "../model/logger.js";
import { assertToken } from "../model/text.js";
import { assertPacked, type TypedValue } from "../model/typed-value.js";
import type { Store } from "../store/store.js";
import { encodePacked } from "../wire/packed.js";
import { type Clock, systemClock } from "./clock.js";
import { DelayedMessages } from "./delayed.js";
import { Dispatcher, parkedError } from "./dispatcher.js";
import type { QueueStore } from "./durable-queue.js";
import type { FindRoute } from "./endpoint.js";
import type {
  AddressInfo,
  CallOptions,
  EgressConsumer,
  EngineApi,
  EngineMetrics,
  FunctionInfo,
  ParkedInfo,
  SendOptions,
} from "./engine-api.js";
import { FunctionTable } from "./function-table.js";
import {
  assertAddress,
  assertAddresses,
  assertClock,
  assertDelay,
  assertKey,
  assertSignal,
  assertTarget,
} from "./given.js";
import { GroupCommit } from "./group-commit.js";
import { Inspector } from "./inspect.js";
import type { Instance } from "./instance.js";
import { Instances } from "./instances.js";
import { tellUndeclared, tellUnserved } from "./left-behind.js";
import { type EngineLimits, limitsOf } from "./limits.js";
import { DelayedMessage, Message } from "./message.js";
import { newMetrics } from "./metrics.js";
import { Outbox } from "./outbox.js";
import { recoverMailboxes, recoverOutboxes, recoverParked } from "./recover.js";
import { fingerprintOf, Requests } from "./requests.js";
import { Sequence } from "./sequence.js";
import { Sweeper } from "./sweeper.js";
import { TellingStore } from "./telling-store.js";

/** Options of {@link Engine.open}. */
export interface EngineOptions {
  /** Where everything is kept. The engine does not close it. */
  readonly store: Store;
  /** How functions are reached. */
  readonly findRoute: FindRoute;
  /** The egresses that functions may send to, "namespace/name"; one that is attached later is added. */
  readonly egresses?: readonly string[];
  /** Addresses to park before anything is delivered: a message may end the process whenever it is. Defaults to none. */
  readonly park?: readonly Address[];
  /** Defaults to the machine's clock. */
  readonly clock?: Clock;
  /** See limits.ts for the defaults. */
  readonly limits?: Partial<EngineLimits>;
  /** Takes a line for every failure. Defaults to stderr. */
  readonly logger?: Logger;
}

const defaultTimeoutMs = 30_000;
/** How long a change by people waits for a call in flight. */
const longestHoldMs = 10_000;
/** How long a program has to attach an egress before it is told that nobody does. */
const attachMs = 10_000;

export class Engine implements EngineApi {
  readonly metrics: EngineMetrics = newMetrics();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #limits: EngineLimits;
  readonly #logger: Logger;
  readonly #commit: GroupCommit;
  readonly #shared: QueueStore;
  readonly #functions: FunctionTable;
  readonly #instances: Instances;
  readonly #delayed: DelayedMessages;
  readonly #requests: Requests;
  readonly #outboxes = new Map<string, Outbox>();
  readonly #dispatcher: Dispatcher;
  readonly #sweeper: Sweeper;
  readonly #inspector: Inspector;
  #refusing = false;
  #closing: Promise<void> | undefined;

  /** Opens a store and goes on where it was left. Rejects with OPTION_INVALID, ID_MISSING and STORE_FAILED. */
  static async open(options: EngineOptions): Promise<Engine> {
    const { park = [] } = options;
    assertAddresses(park);
    const engine = new Engine(options);
    await engine.#recover(park);
    return engine;
  }

  private constructor(options: EngineOptions) {
    const { findRoute, egresses = [], clock = systemClock, limits, logger = defaultLogger } = options;
    assertClock(clock);
    const store = new TellingStore(options.store, clock, logger);
    this.#store = store;
    this.#clock = clock;
    this.#limits = limitsOf(limits);
    this.#logger = logger;
    const { metrics } = this;
    const commit = new GroupCommit(store, clock, metrics);
    this.#commit = commit;
    this.#shared = { store, commit, sequence: new Sequence(commit, clock.now()), waiting: metrics };
    this.#functions = new FunctionTable(findRoute, commit);
    this.#instances = new Instances(this.#functions, this.#shared);
    this.#requests = new Requests(commit, clock, metrics);
    this.#delayed = new DelayedMessages(this.#shared, clock, metrics, ({ target, caller, argument, generation }) =>
      this.#enqueue(target, new Message(caller, argument, generation)),
    );
    this.#dispatcher = new Dispatcher({
      functions: this.#functions,
      delayed: this.#delayed,
      requests: this.#requests,
      outboxes: this.#outboxes,
      instances: this.#instances,
      commit,
      clock,
      limits: this.#limits,
      metrics,
      logger,
      enqueue: (target, message) => this.#enqueue(target, message),
    });
    this.#sweeper = new Sweeper({ store, commit, clock, instances: this.#instances });
    this.#inspector = new Inspector({
      store,
      commit,
      clock,
      functions: this.#functions,
      instances: this.#instances,
    });
    for (const egress of egresses) this.#outbox(egress).declared = true;
    let saturated = false;
    commit.onChange = () => {
      if (commit.saturated !== saturated) {
        saturated = commit.saturated;
        this.#delayed.paused = saturated || this.#closing !== undefined;
        const { trouble } = commit;
        if (trouble !== undefined)
          logger.error(`Nothing is taken until the store can be written: ${trouble.message}`, trouble);
      }
      this.#dispatcher.pump();
    };
  }

  get trouble(): StatefunError | undefined {
    return this.#stopped ?? (this.#full ? overloaded() : undefined);
  }

  serves(namespace: string, name: string): boolean {
    return this.#functions.find(namespace, name) !== undefined;
  }

  async send(target: Address, value: TypedValue, options: SendOptions = {}): Promise<void> {
    const { delayMs = 0, cancellationToken, idempotencyKey } = options;
    assertTarget(target);
    assertPacked(value);
    assertDelay(delayMs);
    if (cancellationToken !== undefined) assertToken(cancellationToken);
    if (idempotencyKey !== undefined) assertKey(idempotencyKey);
    this.#assertOpen();
    const fingerprint =
      idempotencyKey === undefined ? "" : fingerprintOf("send", target, value, delayMs, cancellationToken);
    if (idempotencyKey !== undefined && this.#requests.repeats(idempotencyKey, fingerprint)) return this.#durable();
    this.#assertRoom(target);
    if (cancellationToken !== undefined) this.#assertFree(cancellationToken);
    if (idempotencyKey !== undefined) this.#requests.remember(idempotencyKey, fingerprint);
    if (delayMs === 0 && cancellationToken === undefined) this.#receive(target, value, undefined);
    else this.#receiveLater(target, value, delayMs, cancellationToken);
    return this.#durable();
  }

  async cancel(token: string): Promise<boolean> {
    assertToken(token);
    this.#assertOpen();
    const cancelled = this.#delayed.cancel(undefined, token);
    if (cancelled) await this.#durable();
    return cancelled;
  }

  async call(target: Address, value: TypedValue, options: CallOptions = {}): Promise<TypedValue> {
    const { idempotencyKey, timeoutMs = defaultTimeoutMs, signal } = options;
    assertTarget(target);
    assertPacked(value);
    if (idempotencyKey !== undefined) assertKey(idempotencyKey);
    if (signal != null) assertSignal(signal);
    signal?.throwIfAborted();
    this.#assertOpen();
    const client = this.#requests.clientAddress(idempotencyKey);
    const fingerprint = idempotencyKey === undefined ? "" : fingerprintOf("call", target, value);
    const repeated = idempotencyKey !== undefined && this.#requests.repeats(idempotencyKey, fingerprint);
    if (this.metrics.callsWaiting >= this.#limits.callsWaiting) throw overloaded();
    if (!repeated) this.#assertRoom(target);
    const { parking } = this.#instances.peek(target) ?? {};
    const answered = repeated && this.#requests.hasAnswer(idempotencyKey);
    if (parking !== undefined && !answered) throw parkedError(target, parking);
    if (!repeated) {
      if (idempotencyKey !== undefined) this.#requests.remember(idempotencyKey, fingerprint);
      this.#receive(target, value, client);
    }
    const { answer, stop } = this.#requests.wait(client, target, this.#instances.peek(target)?.mailbox.lastKey);
    if (!repeated) this.#commit.whenDurable((error) => error !== undefined && stop(error));
    const timer = this.#clock.after(timeoutMs, () =>
      stop(new StatefunError("ANSWER_TIMEOUT", `${target} did not answer within ${timeoutMs} ms.`)),
    );
    const abort = () => stop(signal?.reason);
    signal?.addEventListener("abort", abort);
    try {
      return await answer;
    } finally {
      timer.cancel();
      signal?.removeEventListener("abort", abort);
    }
  }

  attach(egress: string, consumer: EgressConsumer): void {
    const outbox = this.#outbox(egress);
    outbox.declared = true;
    outbox.attach(consumer);
  }

  functions(): FunctionInfo[] {
    return this.#inspector.functions();
  }

  addresses(typeName: string, page: { after?: string; limit: number }): Promise<{ id: string; depth: number }[]> {
    return this.#inspector.addresses(typeName, page);
  }

  async inspect(address: Address): Promise<AddressInfo> {
    assertAddress(address);
    return this.#inspector.address(address);
  }

  parked({ limit }: { limit: number }): ParkedInfo[] {
    return this.#inspector.parked(limit);
  }

  async setState(address: Address, name: string, value: TypedValue | undefined): Promise<void> {
    assertAddress(address);
    this.#assertServed(address);
    await this.#betweenCalls(address, (instance) => {
      const known = instance.function;
      if (known === undefined) return;
      if (value !== undefined) this.#functions.freeze(known, name, value.typename);
      const packed = value === undefined ? undefined : encodePacked(value, known.route.generation);
      instance.states.set(name, packed, this.#clock.now());
    });
  }

  async park(address: Address, reason: string): Promise<void> {
    assertAddress(address);
    this.#assertOpen();
    this.#assertServed(address);
    // Not only between calls: one that never ends is a reason to park.
    this.#park(address, reason);
    await this.#durable();
  }

  async retry(address: Address): Promise<void> {
    assertAddress(address);
    await this.#betweenCalls(address, (instance) => this.#dispatcher.unpark(instance));
  }

  async drop(address: Address, which: "first" | "all"): Promise<number> {
    assertAddress(address);
    let dropped = 0;
    // What waits now: a call in flight may take some of it, and more may come, before it is the drop's turn.
    const waiting = this.#instances.peek(address)?.mailbox;
    const last = which === "first" ? waiting?.firstKey : waiting?.lastKey;
    await this.#betweenCalls(address, async (instance) => {
      const { mailbox } = instance;
      while (last !== undefined && mailbox.length > 0) {
        if (mailbox.loaded === 0) await mailbox.load();
        if (mailbox.loaded === 0 || mailbox.at(0).key > last) break;
        const { caller } = mailbox.consume();
        if (caller !== undefined && isClient(caller)) {
          this.#requests.forget(caller, new StatefunError("ADDRESS_PARKED", `The message to ${address} was dropped.`));
        }
        dropped += 1;
      }
      this.metrics.mailboxMessages -= dropped;
      this.#dispatcher.unpark(instance);
    });
    return dropped;
  }

  /** Removes what has expired; it does so by itself every minute. */
  sweep(): Promise<void> {
    return this.#sweeper.round();
  }

  /** Takes nothing from outside any more; what was taken goes on until {@link close}. */
  refuse(): void {
    this.#refusing = true;
  }

  close(graceMs: number): Promise<void> {
    this.refuse();
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  /** Makes all that was done so far durable, acknowledgements of egresses too, and ends; {@link close} comes before. */
  settle(): Promise<void> {
    return this.#commit.close();
  }

  async #close(graceMs: number): Promise<void> {
    this.#sweeper.stop();
    this.#delayed.paused = true;
    const drained = this.#dispatcher.stop();
    const timer = new Promise<void>((resolve) => {
      const { cancel } = this.#clock.after(graceMs, resolve);
      drained.then(cancel);
    });
    await Promise.race([drained, timer]);
    for (const outbox of this.#outboxes.values()) outbox.close();
    // Answers that are already there reach their clients; then nobody is left to wait.
    await this.#commit.tried();
    this.#requests.rejectAll(closingError());
    for (const { afterCall } of this.#instances.all()) for (const run of afterCall.splice(0)) run();
  }

  async #recover(park: readonly Address[]): Promise<void> {
    const { metrics } = this;
    const store = this.#store;
    metrics.parked = await recoverParked(store, this.#instances);
    metrics.mailboxMessages = await recoverMailboxes(store, this.#instances);
    await recoverOutboxes(store, (egress, key) => this.#outbox(egress).found(key));
    await this.#delayed.open();
    for (const address of park) this.#park(address, "It was parked when the runtime was opened.");
    for (const instance of this.#instances.all()) this.#dispatcher.ready(instance);
    tellUnserved(this.#instances.all(), this.#logger);
    this.#clock.after(attachMs, () => {
      if (this.#closing === undefined) tellUndeclared(this.#outboxes.values(), this.#logger);
    });
    this.#sweeper.start();
  }

  #outbox(egress: string): Outbox {
    let outbox = this.#outboxes.get(egress);
    if (outbox === undefined) {
      outbox = new Outbox(egress, this.#shared, this.#clock, this.metrics, this.#logger);
      this.#outboxes.set(egress, outbox);
    }
    return outbox;
  }

  /** Takes a message from outside. */
  #receive(target: Address, value: TypedValue, client: Address | undefined): void {
    const { generation } = this.#assertServed(target).route;
    this.metrics.messagesIn += 1;
    this.#enqueue(target, new Message(client, encodePacked(value, generation), generation));
  }

  #receiveLater(target: Address, value: TypedValue, delayMs: number, token: string | undefined): void {
    const { generation } = this.#assertServed(target).route;
    this.metrics.messagesIn += 1;
    // Keys hold whole milliseconds.
    const dueAt = Math.ceil(this.#clock.now() + delayMs);
    this.#delayed.add(new DelayedMessage(target, undefined, encodePacked(value, generation), generation, dueAt, token));
  }

  /** Puts a message into a mailbox, or hands it to the client that waits for it. */
  #enqueue(target: Address, message: Message): void {
    if (isClient(target)) {
      this.#requests.answer(target, message.argument, message.generation);
      return;
    }
    const instance = this.#instances.wake(target);
    const { function: known } = instance;
    instance.mailbox.push(known === undefined ? message : message.as(known.route.generation));
    this.metrics.mailboxMessages += 1;
    this.#dispatcher.ready(instance);
  }

  #park(address: Address, reason: string): void {
    const instance = this.#instances.wake(address);
    const { attempts } = instance;
    this.#dispatcher.park(instance, { since: this.#clock.now(), code: "ADDRESS_PARKED", reason, attempts });
  }

  /** Waits for the end of the call in flight; rejects with ANSWER_TIMEOUT. */
  #callEnded({ address, afterCall }: Instance): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(longestHoldMs, () => {
        afterCall.splice(afterCall.indexOf(ended), 1);
        const why = `A call for ${address} has been in flight for ${longestHoldMs / 1000} seconds, so nothing was changed.`;
        reject(new StatefunError("ANSWER_TIMEOUT", `${why} It can be parked.`));
      });
      const ended = () => {
        timer.cancel();
        resolve();
      };
      afterCall.push(ended);
    });
  }

  /**
   * Changes an address while no call for it is in flight; resolves when that is durable. Rejects with ANSWER_TIMEOUT when
   * one does not end.
   */
  async #betweenCalls(address: Address, change: (instance: Instance) => void | Promise<void>): Promise<void> {
    this.#assertOpen();
    const instance = this.#instances.wake(address);
    instance.held += 1;
    try {
      if (instance.inFlight > 0) await this.#callEnded(instance);
      // It was given up, see close.
      if (instance.inFlight > 0) throw closingError();
      await change(instance);
    } finally {
      instance.held -= 1;
      this.#dispatcher.ready(instance);
      this.#instances.rest(instance);
    }
    await this.#durable();
  }

  /** Resolves when all that was done so far is durable. Rejects with STORE_FULL and STORE_FAILED. */
  #durable(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#commit.whenDurable((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  /** Why nothing can be changed. */
  get #stopped(): StatefunError | undefined {
    return this.#refusing ? closingError() : this.#commit.trouble;
  }

  /** Whether so much waits that no message from outside is taken. */
  get #full(): boolean {
    return this.#shared.waiting.mailboxBytes >= this.#limits.totalBytes;
  }

  #assertOpen(): void {
    const stopped = this.#stopped;
    if (stopped !== undefined) throw new StatefunError(stopped.code, stopped.message);
  }

  #assertServed({ namespace, name, typeName }: Address) {
    const known = this.#functions.find(namespace, name);
    if (known !== undefined) return known;
    throw new StatefunError(
      "FUNCTION_UNKNOWN",
      `Nothing serves ${typeName}. Bind its class, or add its endpoint to the module file.`,
    );
  }

  #assertRoom(target: Address): void {
    this.#assertOpen();
    this.#assertServed(target);
    if (this.#full) throw overloaded();
    if ((this.#instances.peek(target)?.mailbox.bytes ?? 0) >= this.#limits.mailboxBytes) {
      throw new StatefunError("MAILBOX_FULL", `Too many messages wait for ${target}. Send again later.`);
    }
  }

  #assertFree(token: string): void {
    if (!this.#delayed.hasToken(undefined, token)) return;
    throw new StatefunError("TOKEN_INVALID", `The token ${JSON.stringify(token)} is still in use.`);
  }
}

const overloaded = () => new StatefunError("OVERLOADED", "Too many messages wait. Send again later.");

const closingError = () => new StatefunError("SHUTTING_DOWN", "The runtime is closing. Send again when it is back.");
