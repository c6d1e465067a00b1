// One run: the user's functions on the production engine, with a plan that says what comes, what goes wrong, and what goes first.

import { NoAnswer } from "../../engine/endpoint.js";
import { Engine } from "../../engine/engine.js";
import { describe, StatefunError } from "../../errors.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { Write } from "../../store/store.js";
import { Choices } from "./choices.js";
import { Client } from "./client.js";
import type { Command } from "./commands.js";
import { linesOf } from "./commit-lines.js";
import { FaultPlaces, type SimulatedFault } from "./faults.js";
import { effectsOf, type HandlerRun, handlerName, shown } from "./handler-run.js";
import type { HeldCall } from "./held-calls.js";
import { History } from "./history.js";
import { findings, type Invariants, type Violation, violationOf } from "./invariants.js";
import type { Plan } from "./plan.js";
import { RunWays } from "./run-ways.js";
import type { Setting } from "./setting.js";
import { SimulatedClock } from "./simulated-clock.js";
import { SimulatedEgresses } from "./simulated-egresses.js";
import { SimulatedOrder } from "./simulated-order.js";
import { SimulatedDisk } from "./simulated-store.js";
import { StateView } from "./state-view.js";

/** How long an answer is late, and how long an egress is down. */
const faultMs = 1_000;

/** How many timers may go off in one step before something happens. */
const mostHops = 100;

const timeStands =
  "In a simulation the time stands still while a handler runs, so a handler can wait for no timer and no network.";

/** What holds for every run of a simulation. */
export interface RunOptions {
  readonly setup: readonly Command[];
  readonly invariants: Invariants;
  readonly atEnd: Invariants;
  readonly allowParked: boolean;
  /** How far a run looks into the future, in milliseconds. */
  readonly horizonMs: number;
  readonly mostSteps: number;
}

/** How a run ended. */
export interface RunResult {
  /** Undefined when all went well. */
  readonly violation: Violation | undefined;
  readonly history: History;
  readonly handlerRuns: readonly HandlerRun[];
  /** What was chosen where there was a choice. */
  readonly order: readonly number[];
  readonly steps: number;
  readonly commits: number;
}

interface LateAnswer {
  readonly at: number;
  readonly answer: () => void;
}

export class SimulatedRun {
  readonly #setting: Setting;
  readonly #plan: Plan;
  readonly #options: RunOptions;
  readonly #clock: SimulatedClock;
  readonly #history = new History();
  readonly #view: StateView;
  readonly #disk = new SimulatedDisk((writes) => this.#committed(writes));
  readonly #handlerRuns: HandlerRun[] = [];
  readonly #ways: RunWays;
  #choices = new Choices([]);
  #faults = new FaultPlaces([]);
  #client: Client;
  #engine!: Engine;
  #calls: HeldCall[] = [];
  #late: LateAnswer[] = [];
  readonly #egresses: SimulatedEgresses;
  /** Whether something was changed that nobody waits for on disk. */
  #dirty = false;
  /** Whether something is on disk that the invariants have not seen. */
  #unseen = true;
  #violation: Violation | undefined;
  #isSetUp = false;
  #steps = 0;

  constructor(setting: Setting, plan: Plan, options: RunOptions) {
    this.#setting = setting;
    this.#ways = new RunWays(setting.catalog);
    this.#plan = plan;
    this.#options = options;
    this.#clock = new SimulatedClock(setting.startAt);
    this.#view = new StateView(setting.functions, setting.catalog, () => this.#clock.now());
    this.#client = this.#newClient("setup", options.setup);
    const egresses = {
      setting,
      now: () => this.#clock.now(),
      goesDown: (egress: string) => this.#goesDown(egress),
      onTaken: (egress: string, id: string, value: TypedValue) => this.#taken(egress, id, value),
    };
    this.#egresses = new SimulatedEgresses(egresses, faultMs);
  }

  async run(): Promise<RunResult> {
    await this.#begin();
    // Nothing goes wrong before the setup has been carried out, and no time passes that its commands do not ask for.
    if (this.#options.setup.length > 0) await this.#work();
    this.#isSetUp = true;
    this.#choices = new Choices(this.#plan.order);
    this.#faults = new FaultPlaces(this.#plan.faults);
    this.#client = this.#newClient("command", this.#plan.commands);
    this.#client.connect(this.#engine);
    await this.#work();
    await this.#check(this.#options.atEnd);
    return {
      violation: this.#violation,
      history: this.#history,
      handlerRuns: this.#handlerRuns,
      order: this.#choices.taken,
      steps: this.#steps,
      commits: this.#faults.counts.commit,
    };
  }

  #newClient(name: string, commands: readonly Command[]): Client {
    return new Client(name, commands, { setting: this.#setting, clock: this.#clock, history: this.#history });
  }

  /** Opens an engine on what is on disk. */
  async #begin(): Promise<void> {
    const { clock, nextTurn } = this.#clock.begin();
    this.#calls = [];
    this.#late = [];
    const store = this.#disk.begin();
    const hold = (call: HeldCall) => this.#calls.push(call);
    const opening = Engine.open({
      ...this.#setting.engine,
      store,
      clock,
      nextTurn,
      findRoute: this.#setting.routes(clock, hold, (egress) => this.#egresses.attach(egress), this.#ways),
      order: new SimulatedOrder({ of: (count) => this.#choices.of(count) }),
      onGivenUp: () =>
        this.#fail(findings.engine, "The engine gave up: a change broke off in the middle, which is a bug of it."),
    });
    this.#engine = await this.#finish(opening);
    this.#egresses.connect(this.#engine);
    this.#client.connect(this.#engine);
  }

  /** Lets every commit through until a promise has settled. */
  async #finish<T>(promise: Promise<T>): Promise<T> {
    let finished = false;
    const end = () => {
      finished = true;
    };
    promise.then(end, end);
    this.#disk.open = true;
    while (!finished) {
      while (this.#disk.held) this.#disk.commit();
      await this.#clock.settle();
    }
    this.#disk.open = false;
    return promise;
  }

  /** Does one thing after the other until all is quiet, or something is wrong. */
  async #work(): Promise<void> {
    for (;;) {
      // A client that is refused asks again and again. What counts is the first time that it is not refused.
      if (this.#engine.trouble === undefined) this.#client.repeat();
      await this.#clock.settle();
      if (this.#unseen) await this.#check(this.#options.invariants);
      if (this.#engine.metrics.parked > 0 && !this.#options.allowParked) await this.#failParked();
      const actions = this.#violation === undefined ? await this.#actions() : [];
      const action = actions[this.#choices.of(actions.length)];
      if (action === undefined) return;
      this.#steps += 1;
      if (this.#steps > this.#options.mostSteps) {
        this.#fail(
          findings.quiet,
          `The run is not quiet after ${this.#options.mostSteps} steps. Give it a shorter horizon.`,
        );
      }
      await action();
    }
  }

  /** What may happen next. First comes what happens when nothing is late. */
  async #actions(): Promise<(() => void | Promise<void>)[]> {
    const actions: (() => void | Promise<void>)[] = [];
    const now = this.#clock.now();
    this.#calls = this.#calls.filter(({ over }) => !over);
    if (this.#disk.held || this.#dirty) actions.push(() => this.#commit());
    for (const call of this.#calls) actions.push(() => this.#run(call));
    for (const late of this.#late) if (late.at <= now) actions.push(() => this.#answerLate(late));
    if (this.#client.hasNext) actions.push(() => this.#client.next());
    const time = await this.#nextTime(actions.length === 0);
    const mayPass = this.#isSetUp || this.#client.waits || this.#client.nextTime !== undefined;
    if (time !== undefined && mayPass) actions.push(() => this.#pass(time));
    return actions;
  }

  /** When something happens by itself, if anything does. A caller's timeout only counts when all else is quiet. */
  async #nextTime(quiet: boolean): Promise<number | undefined> {
    const { metrics, trouble } = this.#engine;
    const now = this.#clock.now();
    // A delayed message that is due is still on disk until the commit that delivers it.
    const times = [this.#client.nextTime, this.#view.nextDue, ...this.#late.map(({ at }) => at)].filter(
      (time) => time !== undefined && time > now,
    );
    const waits =
      times.length > 0 ||
      metrics.delayedPending > 0 ||
      this.#egresses.refuses ||
      trouble !== undefined ||
      (metrics.mailboxMessages > 0 && (await this.#triesAgain())) ||
      (quiet && this.#client.waits);
    if (!waits) return undefined;
    times.push(this.#clock.nextWait);
    const known = times.filter((time) => time !== undefined);
    const next = known.length > 0 ? Math.min(...known) : this.#clock.nextTimer;
    if (next === undefined) return undefined;
    return next - now + this.#clock.elapsedMs > this.#options.horizonMs ? undefined : next;
  }

  /** Whether an address waits for its next try. */
  async #triesAgain(): Promise<boolean> {
    const { failing } = await this.#engine.failing({ limit: 100 });
    return failing.some(({ nextTryAt }) => nextTryAt !== undefined);
  }

  /** Lets the time pass until something happens. */
  async #pass(time: number): Promise<void> {
    const before = this.#signs();
    let next: number | undefined = time;
    for (let hops = 0; next !== undefined && hops < mostHops; hops++, next = await this.#nextTime(false)) {
      this.#clock.advanceTo(next);
      await this.#clock.settle();
      if (this.#signs() !== before) break;
    }
    this.#dirty = true;
  }

  /** What shows that something has happened. */
  #signs(): string {
    const now = this.#clock.now();
    const { delayedFired } = this.#engine.metrics;
    const due = this.#late.filter(({ at }) => at <= now).length;
    return [this.#calls.length, this.#disk.held, delayedFired, due, this.#client.hasNext, this.#history.length].join();
  }

  async #commit(): Promise<void> {
    const disk = this.#disk;
    // A commit that waits holds what was done before it was begun. What came since goes into the next one.
    if (!disk.held) {
      this.#dirty = false;
      void this.#engine.flushed();
      await this.#clock.settle();
      if (!disk.held) return;
    }
    const fault = this.#faults.next("commit");
    if (fault?.fault === "fullDisk") {
      this.#tell("fault", "the disk is full, and refuses a commit");
      disk.refuse();
    } else if (fault?.fault === "crash") await this.#crash(fault);
    else disk.commit();
  }

  async #crash({ written = false }: SimulatedFault): Promise<void> {
    if (written) this.#disk.commit({ told: false });
    this.#tell("fault", written ? "crash: the commit is on disk, and nobody is told" : "crash: the commit is lost");
    await this.#begin();
  }

  #committed(writes: readonly Write[]): void {
    const changes = this.#view.committed(writes);
    this.#tell("committed", ...linesOf(writes, changes, this.#setting.catalog, this.#clock.now()));
    this.#client.committed();
    this.#unseen = true;
  }

  #goesDown(egress: string): boolean {
    if (this.#faults.next("record") === undefined) return false;
    this.#tell("fault", `the egress ${egress} is down`);
    return true;
  }

  #taken(egress: string, id: string, value: TypedValue): void {
    this.#view.received(egress, id, value);
    this.#unseen = true;
    this.#tell("committed", `the egress ${egress} takes ${shown(value, this.#setting.catalog)}`);
  }

  async #run(call: HeldCall): Promise<void> {
    const { length } = call.batch.invocations;
    // One message after the other shows most; all at once is what a busy engine does.
    const size = this.#choices.of(Math.min(2, length)) === 0 ? 1 : length;
    this.#calls = this.#calls.filter((other) => other !== call);
    const ran = await call.runWithin(this.#setting.patienceMs, size);
    if (ran === undefined) {
      const batch = { ...call.batch, invocations: call.batch.invocations.slice(0, size) };
      const handler = handlerName(batch, this.#setting.functions.find(batch.target));
      this.#fail(findings.ends, `The handler does not end: ${handler}. ${timeStands}`);
      return;
    }
    if (!("end" in ran)) {
      call.ask(ran);
      return;
    }
    this.#handlerRuns.push(ran);
    const { difference } = this.#ways;
    if (difference !== undefined) this.#fail(findings.deterministic, `${ran.batch.target}: ${difference}`);
    const { catalog } = this.#setting;
    const { target, invocations } = ran.batch;
    const messages = invocations.map(({ argument }) => `${target}: ${shown(argument, catalog)}`);
    const effects = effectsOf(ran.end, catalog).filter((line) => !line.startsWith("state "));
    this.#tell("ran", ...messages, ...effects.map((line) => `  ${line}`));
    this.#answer(call, ran, this.#faults.next("run"));
  }

  #answer(call: HeldCall, { end, batch }: HandlerRun, fault: SimulatedFault | undefined): void {
    this.#dirty = true;
    if (fault === undefined) {
      call.answer(end);
      return;
    }
    const { target } = batch;
    if (fault.fault === "lostAnswer") {
      this.#tell("fault", `the answer of ${target} is lost`);
      call.fail(new NoAnswer(true, "The answer was lost, as the simulation wants it."));
    } else if (fault.fault === "failingHandler") {
      this.#tell("fault", `the handler of ${target} fails`);
      call.fail(new StatefunError("HANDLER_FAILED", "The handler failed, as the simulation wants it."));
    } else {
      this.#tell("fault", `the answer of ${target} comes ${faultMs} ms late`);
      this.#late.push({ at: this.#clock.now() + faultMs, answer: () => call.answer(end) });
    }
  }

  #answerLate(late: LateAnswer): void {
    this.#late = this.#late.filter((other) => other !== late);
    this.#dirty = true;
    late.answer();
  }

  async #check(invariants: Invariants): Promise<void> {
    this.#unseen = false;
    if (this.#violation !== undefined) return;
    const violation = await violationOf(invariants, this.#view);
    if (violation !== undefined) this.#fail(violation.name, violation.message);
  }

  async #failParked(): Promise<void> {
    const [first] = await this.#finish(this.#engine.parked({ limit: 1 }));
    if (first !== undefined)
      this.#fail(findings.parked, `${first.address} is parked: ${first.code}: ${describe(first.reason)}`);
  }

  #fail(name: string, message: string): void {
    this.#violation ??= { name, message };
  }

  #tell(...row: [column: Parameters<History["add"]>[1], ...lines: string[]]): void {
    this.#history.add(this.#clock.elapsedMs, ...row);
  }
}
