// The engine: its parts put together, opened and closed. Each part's file says what it does.

import type { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { defaultPolicy, policyOver } from "../model/function-policy.js";
import { defaultLogger, type Logger } from "../model/logger.js";
import type { TypedValue } from "../model/typed-value.js";
import type { Store } from "../store/store.js";
import type { AddressesFound, AddressesPage } from "./address-list-api.js";
import { Admission, closingError } from "./admission.js";
import { ArrivalTimes } from "./arrival-times.js";
import { Backlog, Memory } from "./backlog.js";
import { BetweenCalls } from "./between-calls.js";
import { type Clock, engineClock, systemClock } from "./clock.js";
import { logConsumersAhead } from "./consumers-ahead.js";
import { DeadLetterMaintenance } from "./dead-letter-maintenance.js";
import { DeadLetters, showBytes } from "./dead-letters.js";
import { DelayedMessages } from "./delayed.js";
import { DelayedMaintenance } from "./delayed-maintenance.js";
import { DelayedPages } from "./delayed-pages.js";
import { Delivery, dueTo } from "./delivery.js";
import { Dispatcher } from "./dispatcher.js";
import { Drops } from "./drops.js";
import { countEarlierMessages } from "./earlier-messages.js";
import type {
  CallOptions,
  CancelOptions,
  EgressConsumer,
  EngineApi,
  FunctionInfo,
  FunctionsPage,
  SendOptions,
} from "./engine-api.js";
import { logBrokenOff, logLostChanges } from "./engine-log.js";
import type { EngineOptions } from "./engine-options.js";
import type { FailingInfo, FailingPage } from "./failing-api.js";
import { FailureGroups } from "./failure-groups.js";
import { Failures } from "./failures.js";
import { FinalFailures } from "./final-failures.js";
import { FunctionTable } from "./function-table.js";
import { gaugesOf } from "./gauges.js";
import { GroupCommit } from "./group-commit.js";
import { defaultKeyLifetimeMs, IdempotencyKeys } from "./idempotency-keys.js";
import { Inspector } from "./inspector.js";
import { Instances } from "./instances.js";
import { Intake } from "./intake.js";
import { Invoker } from "./invoker.js";
import { defaultLimits } from "./limits.js";
import { LoggingStore } from "./logging-store.js";
import { MailboxMaintenance } from "./mailbox-maintenance.js";
import { Maintenance } from "./maintenance.js";
import { metricsOf, newCounters } from "./metrics.js";
import type { EngineMetrics } from "./metrics-api.js";
import { nodeTurn } from "./next-turn.js";
import { Outboxes } from "./outboxes.js";
import { OwnContext } from "./own-context.js";
import { ParkedAddresses, parkedInfo } from "./parked-addresses.js";
import type { ParkedFilter, ParkedInfo, ParkedPage, ParkedSweep, ParkedSwept } from "./parked-api.js";
import { ReadOnlyCalls } from "./read-only-calls.js";
import { releaseCallers } from "./release-callers.js";
import { followSaturation } from "./saturation.js";
import { Sequence } from "./sequence.js";
import { Sweeper } from "./sweeper.js";
import { logUndeclaredEgresses, logUnservedFunctions } from "./unserved.js";
import { assertAddresses } from "./validation.js";
import { WaitingCalls } from "./waiting-calls.js";
import { within } from "./within.js";

/** How long a program has to attach an egress. After that, the log names each egress that has records and is not declared. */
const attachMs = 10_000;

export class Engine implements EngineApi {
  readonly metrics: EngineMetrics;
  readonly deadLetters: DeadLetterMaintenance;
  readonly delayed: DelayedMaintenance;
  readonly mailboxes: MailboxMaintenance;
  readonly failures: FailureGroups;
  readonly #context = new OwnContext();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #commit: GroupCommit;
  readonly #functions: FunctionTable;
  readonly #instances: Instances;
  readonly #parked: ParkedAddresses;
  readonly #calls: WaitingCalls;
  readonly #delayed: DelayedMessages;
  readonly #outboxes: Outboxes;
  readonly #dispatcher: Dispatcher;
  readonly #admission: Admission;
  readonly #intake: Intake;
  readonly #drops: Drops;
  readonly #maintenance: Maintenance;
  readonly #inspector: Inspector;
  readonly #sweeper: Sweeper;
  readonly #mailboxes: Backlog;
  /** The counting of what waited before the start, which is done beside all else. */
  #counted: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** Opens a store and goes on where it was left. Rejects with OPTION_INVALID, ID_MISSING and STORE_FAILED. */
  static async open(options: EngineOptions): Promise<Engine> {
    const { park = [] } = options;
    assertAddresses(park);
    const engine = new Engine(options);
    try {
      await engine.#recover(park, options.parkReason);
    } catch (thrown) {
      // This engine must write nothing more: another engine may use the store, or the store may be closed.
      engine.#commit.onAbandoned = () => {};
      engine.#commit.abandon(closingError());
      await engine.stopped();
      throw thrown;
    }
    return engine;
  }

  private constructor(options: EngineOptions) {
    const { findRoute, egresses = [], logger = defaultLogger, showMessage = showBytes, nextTurn = nodeTurn } = options;
    const clock = engineClock(options.clock === undefined ? systemClock : options.clock, this.#context);
    const limits = { ...defaultLimits, ...options.limits };
    const policy = policyOver(options.policy ?? {}, defaultPolicy);
    const counters = options.counters ?? newCounters();
    const store = new LoggingStore(options.store, clock, logger);
    const commit = new GroupCommit(store, clock, counters, nextTurn);
    commit.encodesAtOnce = options.encodeAtOnce ?? false;
    const { receivedIds = new Map() } = options;
    const sequence = new Sequence(commit, clock.now(), receivedIds.values());
    logConsumersAhead(receivedIds, sequence, logger);
    const shared = { store, commit, sequence };
    const memory = new Memory(limits.memoryBytes);
    const mailboxes = new Backlog(memory);
    const records = new Backlog(memory);
    const functions = new FunctionTable(findRoute, commit, memory, mailboxes, policy, counters.functions);
    const instances = new Instances(functions, shared, mailboxes, memory);
    const keys = new IdempotencyKeys(shared, clock, options.keyLifetimeMs ?? defaultKeyLifetimeMs);
    const calls = new WaitingCalls(keys, commit, counters);
    const parked = new ParkedAddresses({ store, commit, instances, calls });
    const outboxes = new Outboxes({ shared, memory, records, limits, clock, counters, logger });
    for (const egress of egresses) outboxes.declare(egress);
    const delivery = new Delivery(instances, calls, (instance) => this.#dispatcher.ready(instance));
    const { order } = options;
    const { recorder, traffic } = options;
    const due = dueTo(delivery, sequence, recorder);
    const delayed = new DelayedMessages(shared, new Backlog(memory), clock, counters, due, order);
    const context = this.#context;
    const letters = new DeadLetters({ shared, outboxes, limits, counters, showMessage });
    const finalFailures = new FinalFailures({ letters, delivery, commit, clock, logger });
    const changed = { functions, delayed, outboxes, delivery, finalFailures, sequence, traffic };
    const invoker = new Invoker({ ...changed, commit, clock, limits, counters, context, recorder });
    const failures = new Failures({ parked, finalFailures, clock, counters, logger });
    const common = { store, functions, instances, parked, commit, clock, nextTurn };
    const dispatcher = new Dispatcher({ ...common, invoker, failures, limits, order });
    const admission = new Admission({ functions, instances, calls, commit, limits, mailboxes, records });
    this.#store = store;
    this.#mailboxes = mailboxes;
    this.#clock = clock;
    this.#logger = logger;
    this.#commit = commit;
    this.#functions = functions;
    this.#instances = instances;
    this.#parked = parked;
    this.#calls = calls;
    this.#delayed = delayed;
    this.#outboxes = outboxes;
    this.#dispatcher = dispatcher;
    this.#admission = admission;
    const readOnlyCalls = new ReadOnlyCalls({ functions, calls, delivery, commit, clock, logger });
    const taken = { admission, keys, calls, readOnlyCalls, delayed, delivery, limits, counters, traffic };
    this.#intake = new Intake({ ...common, ...taken });
    this.#drops = new Drops({ ...common, admission, calls, delivery, dispatcher });
    const between = new BetweenCalls({ ...common, admission, dispatcher });
    this.#maintenance = new Maintenance({ ...common, admission, drops: this.#drops, dispatcher, between });
    this.mailboxes = new MailboxMaintenance({ ...common, between, drops: this.#drops, context });
    const pages = new DelayedPages(common);
    const arrivals = ArrivalTimes.follow(commit, sequence, clock);
    this.#inspector = new Inspector({ ...common, delayed: pages, outboxes, arrivals });
    this.deadLetters = new DeadLetterMaintenance({ ...common, letters, admission, delivery, calls, context });
    this.failures = new FailureGroups({ ...common, context });
    this.delayed = new DelayedMaintenance({ ...common, sequence, pages, delayed, admission, context });
    this.#sweeper = new Sweeper({ ...common, keys });
    const queues = { functions, instances, outboxes, clock, arrivals };
    const gauges = gaugesOf({ mailboxes, records, dispatcher, parked, delayed, calls, letters, queues });
    this.metrics = metricsOf(counters, gauges);
    followSaturation({ commit, delayed, dispatcher, logger, isClosing: () => this.#closing !== undefined });
    commit.onAbandoned = (error, address) => {
      this.#giveUp(error, address);
      options.onGivenUp?.(address);
    };
  }

  /** Whether a change broke off, so that this engine does nothing any more. */
  get hasGivenUp(): boolean {
    return this.#commit.brokenOff;
  }

  get trouble(): StatefunError | undefined {
    return this.#admission.trouble;
  }

  serves(namespace: string, name: string): boolean {
    return this.#functions.serves(namespace, name);
  }

  send(target: Address, value: TypedValue, options: SendOptions = {}): Promise<void> {
    return this.#context.run(() => this.#intake.send(target, value, options));
  }

  cancel(cancellationToken: string, options: CancelOptions = {}): Promise<boolean> {
    return this.#context.run(() => this.#intake.cancel(cancellationToken, options));
  }

  call(target: Address, value: TypedValue, options: CallOptions = {}): Promise<TypedValue | undefined> {
    return this.#context.run(() => this.#intake.call(target, value, options));
  }

  attach(egress: string, consumer: EgressConsumer): void {
    this.#context.run(() => this.#outboxes.attach(egress, consumer));
  }

  functions(page: FunctionsPage): Promise<FunctionInfo[]> {
    return this.#context.run(() => this.#inspector.functions.page(page));
  }

  function(typeName: string): Promise<FunctionInfo | undefined> {
    return this.#context.run(() => this.#inspector.functions.find(typeName));
  }

  addresses(typeName: string, page: AddressesPage): Promise<AddressesFound> {
    return this.#context.run(() => this.#inspector.addresses.page(typeName, page));
  }

  counts(typeName: string): ReturnType<EngineApi["counts"]> {
    return this.#context.run(() => this.#inspector.pages.counts(typeName));
  }

  preview(...page: Parameters<EngineApi["preview"]>) {
    return this.#context.run(() => this.#inspector.preview(...page));
  }

  inspect(...page: Parameters<EngineApi["inspect"]>) {
    return this.#context.run(() => this.#inspector.address(...page));
  }

  state(address: Address, name: string): Promise<TypedValue | undefined> {
    return this.#context.run(() => this.#inspector.state(address, name));
  }

  stateRows(typeName: string, names: readonly string[], { after }: { after?: string } = {}) {
    return this.#inspector.rows.read(typeName, names, after);
  }

  states(...page: Parameters<EngineApi["states"]>): ReturnType<EngineApi["states"]> {
    return this.#context.run(() => this.#inspector.states.page(...page));
  }

  egresses(): ReturnType<EngineApi["egresses"]> {
    return this.#context.run(() => this.#inspector.egresses());
  }

  activity(): ReturnType<EngineApi["activity"]> {
    return this.#context.run(() => this.#inspector.activity.functions());
  }

  failing(page: FailingPage): Promise<{ failing: FailingInfo[]; total: number }> {
    return this.#context.run(() => this.#inspector.activity.failing(page));
  }

  async parked(page: ParkedPage, filter?: ParkedFilter): Promise<ParkedInfo[]> {
    const found = await this.#context.run(() => this.#maintenance.sweeps.page(page, filter));
    return found.map(parkedInfo);
  }

  setState(address: Address, name: string, value: TypedValue | undefined): Promise<void> {
    return this.#context.run(() => this.#maintenance.setState(address, name, value));
  }

  park(address: Address, reason: string): Promise<void> {
    return this.#context.run(() => this.#maintenance.park(address, reason));
  }

  retry(address: Address): Promise<void> {
    return this.#context.run(() => this.#maintenance.retry(address));
  }

  drop(address: Address, which: "first" | "all"): Promise<number> {
    return this.#context.run(() => this.#maintenance.drop(address, which));
  }

  retryAll(filter?: ParkedFilter, sweep?: ParkedSweep): Promise<ParkedSwept> {
    return this.#context.run(() => this.#maintenance.sweeps.retryAll(filter, sweep));
  }

  dropAll(which: "first" | "all", filter?: ParkedFilter, sweep?: ParkedSweep) {
    return this.#context.run(() => this.#maintenance.sweeps.dropAll(which, filter, sweep));
  }

  /** Whether the last changes are not written yet because more changes may come: {@link flushed} writes them. */
  get lingers(): boolean {
    return this.#commit.lingers;
  }

  /** Resolves when all changes so far are durable, or when a write of them has failed. */
  flushed(): Promise<void> {
    return this.#context.run(() => this.#commit.attempted());
  }

  /** Removes what has expired. The engine does so by itself every minute. */
  sweep(): Promise<void> {
    return this.#context.run(() => this.#sweeper.sweep());
  }

  /** Takes nothing more from outside. Messages that were taken before are delivered until {@link close}. */
  refuse(): void {
    this.#admission.close();
  }

  /**
   * Tells callers that wait that the engine closes, when nobody will answer them any more or after `graceMs` milliseconds.
   * It is called after {@link refuse}, while servers can still send that answer.
   */
  releaseCallers(graceMs: number): Promise<void> {
    const parts = {
      dispatcher: this.#dispatcher,
      instances: this.#instances,
      calls: this.#calls,
      commit: this.#commit,
    };
    return releaseCallers(parts, this.hasGivenUp ? 0 : graceMs);
  }

  close(graceMs: number): Promise<void> {
    this.refuse();
    this.#closing ??= this.#context.run(() => this.#close(graceMs));
    return this.#closing;
  }

  /** Resolves, after the engine has given up or settled, when it no longer uses its store. */
  stopped(): Promise<void> {
    return this.#commit.stopped();
  }

  /**
   * Makes everything so far durable, and ends. It is called after {@link close}: between the two, egresses may acknowledge.
   * When the store can't be written, the log says so: nobody was told that the last changes are durable.
   */
  settle(): Promise<void> {
    return this.#context.run(async () => {
      await this.#commit.close(closingError());
      const { trouble } = this.#commit;
      if (trouble === undefined || this.hasGivenUp) return;
      logLostChanges(trouble, this.#logger);
    });
  }

  /** Stops everything after a change broke off: nobody may see half of it, and nobody waits for what never comes. */
  #giveUp(error: StatefunError, address: Address | undefined): void {
    logBrokenOff(error, address, this.#logger);
    this.#sweeper.stop();
    this.#delayed.paused = true;
    void this.#dispatcher.stop();
    this.#outboxes.close();
    this.#calls.rejectAll(error);
    for (const instance of this.#instances.all()) instance.callEnded();
  }

  async #recover(park: readonly Address[], parkReason = "It was parked when the runtime was opened."): Promise<void> {
    const store = this.#store;
    await this.#parked.open();
    const { counted } = await this.#outboxes.open();
    // Before anything is delivered: a new message comes behind those that are only in the store.
    await this.#dispatcher.open();
    this.#counted = Promise.all([counted, countEarlierMessages(store, this.#functions, this.#mailboxes)]).catch(
      () => {},
    );
    await this.#delayed.open();
    await this.#drops.open();
    for (const address of park) this.#maintenance.parkNow(address, parkReason);
    this.#dispatcher.start();
    await logUnservedFunctions({ store, functions: this.#functions }, this.#logger);
    this.#clock.after(attachMs, () => {
      if (this.#closing === undefined && !this.hasGivenUp) logUndeclaredEgresses(this.#outboxes.all(), this.#logger);
    });
    this.#sweeper.start();
  }

  async #close(graceMs: number): Promise<void> {
    this.#sweeper.stop();
    this.#delayed.paused = true;
    const drained = this.#dispatcher.stop();
    // After the engine has given up, the answers of calls in flight are ignored.
    if (!this.hasGivenUp) await within(drained, graceMs);
    this.#outboxes.close();
    // Answers that are there already reach their callers. Nobody is left to wait afterwards.
    await this.#commit.attempted();
    this.#calls.rejectAll(closingError());
    for (const instance of this.#instances.all()) instance.callEnded();
    await this.#counted;
  }
}
