// An engine that outlives its bugs: when a change broke off in the middle, the engine gives up, and another one goes on from
// what is durable in the same store.

import { errorOf, oneLine, type StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { type Backoff, backoffMs } from "../model/backoff.js";
import { defaultLogger } from "../model/logger.js";
import type { TypedValue } from "../model/typed-value.js";
import type { AddressesFound, AddressesPage } from "./address-list-api.js";
import { closingError } from "./admission.js";
import { type Clock, systemClock } from "./clock.js";
import type { DeadLetterApi } from "./dead-letter-api.js";
import type { DelayedApi } from "./delayed-api.js";
import type { EgressFailure, EgressInfo, EgressKind } from "./egresses-api.js";
import { Engine } from "./engine.js";
import type {
  AddressInfo,
  AddressPreview,
  CallOptions,
  CancelOptions,
  EgressConsumer,
  EgressRecord,
  EngineApi,
  FunctionActivity,
  FunctionCounts,
  FunctionInfo,
  FunctionsPage,
  SendOptions,
} from "./engine-api.js";
import type { EngineOptions } from "./engine-options.js";
import type { FailingInfo, FailingPage } from "./failing-api.js";
import type { FailuresApi } from "./failures-api.js";
import type { MailboxApi } from "./mailbox-api.js";
import { newCounters } from "./metrics.js";
import type { EngineMetrics } from "./metrics-api.js";
import type { ParkedFilter, ParkedInfo, ParkedPage, ParkedSweep, ParkedSwept } from "./parked-api.js";
import type { StatesFound, StatesPage } from "./states-api.js";

const backoff: Backoff = { firstMs: 100, longestMs: 10_000 };

/** After so many milliseconds without a fault, the next fault counts as a first one. */
const calmMs = 60_000;

const parkReason = "Its answer could not be carried out, twice, which is a bug of the runtime; the log has the cause.";

export class ReopeningEngine implements EngineApi {
  readonly #options: EngineOptions;
  readonly #counters = newCounters();
  readonly #consumers = new Map<string, EgressConsumer>();
  #engine!: Engine;
  /** The addresses whose answers broke off, as texts. */
  readonly #culprits = new Set<string>();
  /** The addresses whose answers broke off a second time. They would break off in every engine, so the next engine parks them. */
  #parkNext: Address[] = [];
  /** Set when an engine gave up and nobody knows whose answer it was: the next engines find out. */
  #encodeAtOnce = false;
  /** How many engines in a row could not be opened, or gave up soon. */
  #failures = 0;
  #openedAt = 0;
  #reopening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #refusing = false;
  /** Ends the wait before the store is opened again. */
  #endWait = () => {};

  /** Opens a store and goes on where it was left. Rejects with OPTION_INVALID, ID_MISSING and STORE_FAILED. */
  static async open(options: EngineOptions): Promise<ReopeningEngine> {
    const reopening = new ReopeningEngine(options);
    reopening.#engine = await reopening.#open(options);
    if (reopening.#engine.hasGivenUp) reopening.#reopen();
    return reopening;
  }

  private constructor(options: EngineOptions) {
    this.#options = options;
  }

  get metrics(): EngineMetrics {
    return this.#engine.metrics;
  }

  get deadLetters(): DeadLetterApi {
    return this.#engine.deadLetters;
  }

  get failures(): FailuresApi {
    return this.#engine.failures;
  }

  get mailboxes(): MailboxApi {
    return this.#engine.mailboxes;
  }

  get delayed(): DelayedApi {
    return this.#engine.delayed;
  }

  get trouble(): StatefunError | undefined {
    return this.#engine.trouble;
  }

  serves(namespace: string, name: string): boolean {
    return this.#engine.serves(namespace, name);
  }

  send(target: Address, value: TypedValue, options?: SendOptions): Promise<void> {
    return this.#engine.send(target, value, options);
  }

  cancel(cancellationToken: string, options?: CancelOptions): Promise<boolean> {
    return this.#engine.cancel(cancellationToken, options);
  }

  call(target: Address, value: TypedValue, options?: CallOptions): Promise<TypedValue | undefined> {
    return this.#engine.call(target, value, options);
  }

  attach(egress: string, consumer: EgressConsumer): void {
    if (this.#refusing) throw closingError();
    const once = new OnceConsumer(consumer);
    this.#consumers.set(egress, once);
    this.#engine.attach(egress, once);
  }

  functions(page: FunctionsPage): Promise<FunctionInfo[]> {
    return this.#engine.functions(page);
  }

  function(typeName: string): Promise<FunctionInfo | undefined> {
    return this.#engine.function(typeName);
  }

  addresses(typeName: string, page: AddressesPage): Promise<AddressesFound> {
    return this.#engine.addresses(typeName, page);
  }

  counts(typeName: string): Promise<FunctionCounts> {
    return this.#engine.counts(typeName);
  }

  preview(address: Address, page?: { afterState?: string }): Promise<AddressPreview> {
    return this.#engine.preview(address, page);
  }

  inspect(address: Address, page?: { afterState?: string }): Promise<AddressInfo> {
    return this.#engine.inspect(address, page);
  }

  state(address: Address, name: string): Promise<TypedValue | undefined> {
    return this.#engine.state(address, name);
  }

  stateRows(typeName: string, names: readonly string[], page?: { after?: string }) {
    return this.#engine.stateRows(typeName, names, page);
  }

  states(typeName: string, name: string, page: StatesPage): Promise<StatesFound> {
    return this.#engine.states(typeName, name, page);
  }

  egresses(): Promise<EgressInfo[]> {
    return this.#engine.egresses();
  }

  activity(): Promise<FunctionActivity[]> {
    return this.#engine.activity();
  }

  failing(page: FailingPage): Promise<{ failing: FailingInfo[]; total: number }> {
    return this.#engine.failing(page);
  }

  parked(page: ParkedPage, filter?: ParkedFilter): Promise<ParkedInfo[]> {
    return this.#engine.parked(page, filter);
  }

  setState(address: Address, name: string, value: TypedValue | undefined): Promise<void> {
    return this.#engine.setState(address, name, value);
  }

  park(address: Address, reason: string): Promise<void> {
    return this.#engine.park(address, reason);
  }

  retry(address: Address): Promise<void> {
    return this.#engine.retry(address);
  }

  drop(address: Address, which: "first" | "all"): Promise<number> {
    return this.#engine.drop(address, which);
  }

  retryAll(filter?: ParkedFilter, sweep?: ParkedSweep): Promise<ParkedSwept> {
    return this.#engine.retryAll(filter, sweep);
  }

  dropAll(which: "first" | "all", filter?: ParkedFilter, sweep?: ParkedSweep) {
    return this.#engine.dropAll(which, filter, sweep);
  }

  /** See {@link Engine.refuse}. */
  refuse(): void {
    this.#refusing = true;
    this.#engine.refuse();
  }

  /** See {@link Engine.releaseCallers}. */
  releaseCallers(graceMs: number): Promise<void> {
    return this.#engine.releaseCallers(graceMs);
  }

  close(graceMs: number): Promise<void> {
    this.refuse();
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  /** See {@link Engine.lingers}. */
  get lingers(): boolean {
    return this.#engine.lingers;
  }

  /** See {@link Engine.flushed}. */
  flushed(): Promise<void> {
    return this.#engine.flushed();
  }

  /** See {@link Engine.settle}. */
  settle(): Promise<void> {
    return this.#engine.settle();
  }

  async #close(graceMs: number): Promise<void> {
    this.#endWait();
    await this.#reopening;
    await this.#engine.close(graceMs);
  }

  #open(options: EngineOptions): Promise<Engine> {
    // The calls of the engine before never end.
    for (const [, numbers] of this.#counters.functions) numbers.inFlight = 0;
    return Engine.open({
      ...options,
      counters: this.#counters,
      encodeAtOnce: this.#encodeAtOnce,
      onGivenUp: (address) => this.#givenUp(address),
    });
  }

  #givenUp(address: Address | undefined): void {
    if (address === undefined) this.#encodeAtOnce = true;
    else {
      const text = String(address);
      if (this.#culprits.has(text)) this.#parkNext.push(address);
      this.#culprits.add(text);
    }
    if (this.#clock.now() - this.#openedAt > calmMs) this.#failures = 0;
    this.#failures += 1;
    // During the first opening there is no engine yet. The code that opens it then looks whether the engine has given up.
    if (this.#engine !== undefined) this.#reopen();
  }

  #reopen(): void {
    this.#reopening ??= this.#reopenUntilDone().finally(() => {
      this.#reopening = undefined;
    });
  }

  async #reopenUntilDone(): Promise<void> {
    const { logger = defaultLogger } = this.#options;
    await this.#engine.stopped();
    while (this.#engine.hasGivenUp && !this.#refusing) {
      await this.#wait(backoffMs(backoff, this.#failures));
      if (this.#refusing) return;
      const park = this.#parkNext;
      try {
        this.#engine = await this.#open({ ...this.#options, park, parkReason });
      } catch (thrown) {
        this.#failures += 1;
        const error = errorOf(thrown);
        logger.error(oneLine(`The store can't be opened again; the runtime goes on trying: ${error.message}`), error);
        continue;
      }
      this.#openedAt = this.#clock.now();
      this.#parkNext = this.#parkNext.slice(park.length);
      for (const [egress, consumer] of this.#consumers) this.#engine.attach(egress, consumer);
      if (this.#refusing) this.#engine.refuse();
      await this.#engine.stopped();
    }
  }

  get #clock(): Clock {
    return this.#options.clock ?? systemClock;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(ms, resolve);
      this.#endWait = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

/**
 * Hands a record to a consumer only once until the consumer has settled it. The next engine hands out again the records that
 * the engine before had handed out.
 */
class OnceConsumer implements EgressConsumer {
  readonly #consumer: EgressConsumer;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(consumer: EgressConsumer) {
    this.#consumer = consumer;
  }

  get window(): number {
    return this.#consumer.window;
  }

  get failures(): number {
    return this.#consumer.failures ?? 0;
  }

  get lastFailure(): EgressFailure | undefined {
    return this.#consumer.lastFailure;
  }

  get kind(): EgressKind | undefined {
    return this.#consumer.kind;
  }

  get target(): string | undefined {
    return this.#consumer.target;
  }

  receive(record: EgressRecord): Promise<void> {
    const { id } = record;
    const before = this.#underWay.get(id);
    if (before !== undefined) return before;
    const received = this.#consumer.receive(record);
    this.#underWay.set(id, received);
    const settled = () => this.#underWay.delete(id);
    received.then(settled, settled);
    return received;
  }
}
