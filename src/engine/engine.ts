// The engine: it opens and closes its parts, and hands each task to the part that does it.

import type { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import type { TypedValue } from "../model/typed-value.js";
import type { AddressesFound, AddressesPage } from "./address-list-api.js";
import { closingError } from "./admission.js";
import type { DeadLetterMaintenance } from "./dead-letter-maintenance.js";
import type { DelayedMaintenance } from "./delayed-maintenance.js";
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
import { type EngineParts, engineParts } from "./engine-parts.js";
import type { FailingInfo, FailingPage } from "./failing-api.js";
import type { FailureGroups } from "./failure-groups.js";
import type { MailboxMaintenance } from "./mailbox-maintenance.js";
import type { EngineMetrics } from "./metrics-api.js";
import { parkedInfo } from "./parked-addresses.js";
import type { ParkedFilter, ParkedInfo, ParkedPage, ParkedSweep, ParkedSwept } from "./parked-api.js";
import { releaseCallers } from "./release-callers.js";
import { logUndeclaredEgresses, logUnservedFunctions } from "./unserved.js";
import { assertAddresses } from "./validation.js";
import { within } from "./within.js";

/** How long a program has to attach an egress. After that, the log names each egress that has records and is not declared. */
const attachMs = 10_000;

export class Engine implements EngineApi {
  readonly metrics: EngineMetrics;
  readonly deadLetters: DeadLetterMaintenance;
  readonly delayed: DelayedMaintenance;
  readonly mailboxes: MailboxMaintenance;
  readonly failures: FailureGroups;
  readonly #parts: EngineParts;
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
      engine.#parts.commit.onAbandoned = () => {};
      engine.#parts.commit.abandon(closingError());
      await engine.stopped();
      throw thrown;
    }
    return engine;
  }

  private constructor(options: EngineOptions) {
    const parts = engineParts(options, () => this.#closing !== undefined);
    this.#parts = parts;
    this.metrics = parts.metrics;
    this.deadLetters = parts.deadLetters;
    this.delayed = parts.delayedMaintenance;
    this.mailboxes = parts.mailboxMaintenance;
    this.failures = parts.failureGroups;
    parts.commit.onAbandoned = (error, address) => {
      this.#giveUp(error, address);
      options.onGivenUp?.(address);
    };
  }

  /** Whether a change broke off, so that this engine does nothing any more. */
  get hasGivenUp(): boolean {
    return this.#parts.commit.brokenOff;
  }

  get trouble(): StatefunError | undefined {
    return this.#parts.admission.trouble;
  }

  serves(namespace: string, name: string): boolean {
    return this.#parts.functions.serves(namespace, name);
  }

  send(target: Address, value: TypedValue, options: SendOptions = {}): Promise<void> {
    return this.#parts.context.run(() => this.#parts.intake.send(target, value, options));
  }

  cancel(cancellationToken: string, options: CancelOptions = {}): Promise<boolean> {
    return this.#parts.context.run(() => this.#parts.intake.cancel(cancellationToken, options));
  }

  call(target: Address, value: TypedValue, options: CallOptions = {}): Promise<TypedValue | undefined> {
    return this.#parts.context.run(() => this.#parts.intake.call(target, value, options));
  }

  attach(egress: string, consumer: EgressConsumer): void {
    this.#parts.context.run(() => this.#parts.outboxes.attach(egress, consumer));
  }

  functions(page: FunctionsPage): Promise<FunctionInfo[]> {
    return this.#parts.context.run(() => this.#parts.inspector.functions.page(page));
  }

  function(typeName: string): Promise<FunctionInfo | undefined> {
    return this.#parts.context.run(() => this.#parts.inspector.functions.find(typeName));
  }

  addresses(typeName: string, page: AddressesPage): Promise<AddressesFound> {
    return this.#parts.context.run(() => this.#parts.inspector.addresses.page(typeName, page));
  }

  counts(typeName: string): ReturnType<EngineApi["counts"]> {
    return this.#parts.context.run(() => this.#parts.inspector.pages.counts(typeName));
  }

  preview(...page: Parameters<EngineApi["preview"]>) {
    return this.#parts.context.run(() => this.#parts.inspector.preview(...page));
  }

  inspect(...page: Parameters<EngineApi["inspect"]>) {
    return this.#parts.context.run(() => this.#parts.inspector.address(...page));
  }

  state(address: Address, name: string): Promise<TypedValue | undefined> {
    return this.#parts.context.run(() => this.#parts.inspector.state(address, name));
  }

  stateRows(typeName: string, names: readonly string[], { after }: { after?: string } = {}) {
    return this.#parts.inspector.rows.read(typeName, names, after);
  }

  states(...page: Parameters<EngineApi["states"]>): ReturnType<EngineApi["states"]> {
    return this.#parts.context.run(() => this.#parts.inspector.states.page(...page));
  }

  egresses(): ReturnType<EngineApi["egresses"]> {
    return this.#parts.context.run(() => this.#parts.inspector.egresses());
  }

  activity(): ReturnType<EngineApi["activity"]> {
    return this.#parts.context.run(() => this.#parts.inspector.activity.functions());
  }

  failing(page: FailingPage): Promise<{ failing: FailingInfo[]; total: number }> {
    return this.#parts.context.run(() => this.#parts.inspector.activity.failing(page));
  }

  async parked(page: ParkedPage, filter?: ParkedFilter): Promise<ParkedInfo[]> {
    const found = await this.#parts.context.run(() => this.#parts.maintenance.sweeps.page(page, filter));
    return found.map(parkedInfo);
  }

  setState(address: Address, name: string, value: TypedValue | undefined): Promise<void> {
    return this.#parts.context.run(() => this.#parts.maintenance.setState(address, name, value));
  }

  park(address: Address, reason: string): Promise<void> {
    return this.#parts.context.run(() => this.#parts.maintenance.park(address, reason));
  }

  retry(address: Address): Promise<void> {
    return this.#parts.context.run(() => this.#parts.maintenance.retry(address));
  }

  drop(address: Address, which: "first" | "all"): Promise<number> {
    return this.#parts.context.run(() => this.#parts.maintenance.drop(address, which));
  }

  retryAll(filter?: ParkedFilter, sweep?: ParkedSweep): Promise<ParkedSwept> {
    return this.#parts.context.run(() => this.#parts.maintenance.sweeps.retryAll(filter, sweep));
  }

  dropAll(which: "first" | "all", filter?: ParkedFilter, sweep?: ParkedSweep) {
    return this.#parts.context.run(() => this.#parts.maintenance.sweeps.dropAll(which, filter, sweep));
  }

  /** Whether the last changes are not written yet because more changes may come: {@link flushed} writes them. */
  get lingers(): boolean {
    return this.#parts.commit.lingers;
  }

  /** Resolves when all changes so far are durable, or when a write of them has failed. */
  flushed(): Promise<void> {
    return this.#parts.context.run(() => this.#parts.commit.attempted());
  }

  /** Removes what has expired. The engine does so by itself every minute. */
  sweep(): Promise<void> {
    return this.#parts.context.run(() => this.#parts.sweeper.sweep());
  }

  /** Takes nothing more from outside. Messages that were taken before are delivered until {@link close}. */
  refuse(): void {
    this.#parts.admission.close();
  }

  /**
   * Tells callers that wait that the engine closes, when nobody will answer them any more or after `graceMs` milliseconds.
   * It is called after {@link refuse}, while servers can still send that answer.
   */
  releaseCallers(graceMs: number): Promise<void> {
    return releaseCallers(this.#parts, this.hasGivenUp ? 0 : graceMs);
  }

  close(graceMs: number): Promise<void> {
    this.refuse();
    this.#closing ??= this.#parts.context.run(() => this.#close(graceMs));
    return this.#closing;
  }

  /** Resolves, after the engine has given up or settled, when it no longer uses its store. */
  stopped(): Promise<void> {
    return this.#parts.commit.stopped();
  }

  /**
   * Makes everything so far durable, and ends. It is called after {@link close}: between the two, egresses may acknowledge.
   * When the store can't be written, the log says so: nobody was told that the last changes are durable.
   */
  settle(): Promise<void> {
    return this.#parts.context.run(async () => {
      await this.#parts.commit.close(closingError());
      const { trouble } = this.#parts.commit;
      if (trouble === undefined || this.hasGivenUp) return;
      logLostChanges(trouble, this.#parts.logger);
    });
  }

  /** Stops everything after a change broke off: nobody may see half of it, and nobody waits for what never comes. */
  #giveUp(error: StatefunError, address: Address | undefined): void {
    logBrokenOff(error, address, this.#parts.logger);
    this.#parts.sweeper.stop();
    this.#parts.delayed.paused = true;
    void this.#parts.dispatcher.stop();
    this.#parts.outboxes.close();
    this.#parts.calls.rejectAll(error);
    for (const instance of this.#parts.instances.all()) instance.callEnded();
  }

  async #recover(park: readonly Address[], parkReason = "It was parked when the runtime was opened."): Promise<void> {
    const store = this.#parts.store;
    await this.#parts.parked.open();
    const { counted } = await this.#parts.outboxes.open();
    // Before anything is delivered: a new message comes behind those that are only in the store.
    await this.#parts.dispatcher.open();
    this.#counted = Promise.all([
      counted,
      countEarlierMessages(store, this.#parts.functions, this.#parts.mailboxes),
    ]).catch(() => {});
    await this.#parts.delayed.open();
    await this.#parts.drops.open();
    for (const address of park) this.#parts.maintenance.parkNow(address, parkReason);
    this.#parts.dispatcher.start();
    await logUnservedFunctions({ store, functions: this.#parts.functions }, this.#parts.logger);
    this.#parts.clock.after(attachMs, () => {
      if (this.#closing === undefined && !this.hasGivenUp)
        logUndeclaredEgresses(this.#parts.outboxes.all(), this.#parts.logger);
    });
    this.#parts.sweeper.start();
  }

  async #close(graceMs: number): Promise<void> {
    this.#parts.sweeper.stop();
    this.#parts.delayed.paused = true;
    const drained = this.#parts.dispatcher.stop();
    // After the engine has given up, the answers of calls in flight are ignored.
    if (!this.hasGivenUp) await within(drained, graceMs);
    this.#parts.outboxes.close();
    // Answers that are there already reach their callers. Nobody is left to wait afterwards.
    await this.#parts.commit.attempted();
    this.#parts.calls.rejectAll(closingError());
    for (const instance of this.#parts.instances.all()) instance.callEnded();
    await this.#counted;
  }
}
