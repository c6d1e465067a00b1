// A runtime of a test: the production engine in memory, on a clock that stands still until the test moves it.

import type { FindRoute } from "../engine/endpoint.js";
import { StatefunError } from "../errors.js";
import { typeNameOf } from "../functions/class-record.js";
import type { Checked, MessageTo } from "../functions/context.js";
import type { FunctionClass } from "../functions/handled-messages.js";
import { LocalFunctions } from "../functions/local-functions.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import { Address } from "../model/address.js";
import { type Duration, durationToMs } from "../model/duration.js";
import { defaultLogger, guarded } from "../model/logger.js";
import { runtimeNamespace } from "../model/runtime-namespace.js";
import { makeRoutes } from "../runtime/endpoint/routes.js";
import { functionCatalog } from "../runtime/function-catalog.js";
import {
  callFunction,
  cancelMessage,
  type RuntimeCallOptions,
  type RuntimeCancelOptions,
  type RuntimeSendOptions,
  sendMessage,
} from "../runtime/requests.js";
import { type RunCancelOptions, Runs } from "../runtime/runs/runs.js";
import { scheduleDefinitions } from "../runtime/schedules/definitions.js";
import { type ScheduleApi, Schedules } from "../runtime/schedules/schedules.js";
import type { RuntimeEngine } from "../runtime/statefun-runtime.js";
import { showMessage } from "../types/show-value.js";
import type { TypeCatalog } from "../types/type-catalog.js";
import { primitives } from "../types/value-json.js";
import { journalName } from "../workflows/journal/names.js";
import { Egresses, type FakeEgressHandler } from "./egresses.js";
import { type Fake, type FakeHandler, Fakes } from "./fakes.js";
import { type FindType, plainOf } from "./plain.js";
import type { StatesOf, TestRef } from "./plain-types.js";
import { PlannedFailures } from "./planned-failures.js";
import { methodsOf } from "./ref.js";
import { type RunView, runViews } from "./run-views.js";
import { statesOf } from "./states.js";
import { type SettleOptions, TestEngine } from "./test-engine.js";
import { type TestRuntimeOptions, testOptions } from "./test-options.js";
import {
  type DeadLetterView,
  type DelayedView,
  deadLetterView,
  delayedIn,
  type ParkedView,
  parkedView,
} from "./views.js";
import { VirtualClock } from "./virtual-clock.js";
import { waitingLines } from "./waiting.js";

/** A function of a test: its class, or its type name. */
type Target = string | FunctionClass<object>;

/** The most parked addresses, and the most dead letters, that a test sees. */
const mostShown = 10_000;

interface TestParts {
  readonly functions: StatefulFunctions;
  readonly catalog: TypeCatalog;
  readonly test: TestEngine;
  readonly find: FindType;
  readonly fakes: Fakes;
  readonly failures: PlannedFailures;
  readonly egresses: Egresses;
  readonly schedules: Schedules;
}

/**
 * Runs functions in memory, on a clock that stands still until the test moves it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Types } from "statefun-ts";
 * import { TestRuntime } from "statefun-ts/testing";
 * import { Count, functions } from "./functions.js";
 *
 * await using app = await TestRuntime.open({ functions });
 * await app.send(Count, "bob", Types.int.pack(5));
 * await app.settle();
 * assert.deepEqual(await app.state(Count, "bob"), { total: 5 });
 * ```
 */
export class TestRuntime {
  readonly #parts: TestParts;

  /** Opens a runtime. Rejects with OPTION_INVALID and DURATION_INVALID. */
  static async open(options: TestRuntimeOptions = {}): Promise<TestRuntime> {
    const read = testOptions.read("TestRuntime", options);
    const { functions = new StatefulFunctions(), types = [], limits } = read;
    const logger = guarded(read.logger ?? defaultLogger);
    const catalog = functionCatalog(functions, types);
    const find: FindType = (typename) => catalog.find(typename) ?? primitives.get(typename);
    const fakes = new Fakes(find);
    const failures = new PlannedFailures();
    const egresses = new Egresses(find, read.egresses);
    const clock = new VirtualClock(read.startAt.getTime());
    const intercept = fakes.intercept(clock);
    // A fake may take the place of a function that nothing serves yet.
    const scope = { functions, catalog, serves: () => true };
    const schedules = new Schedules(scheduleDefinitions(read.schedules, scope), clock, logger);
    const test = await TestEngine.open({
      clock,
      routes: (branch) => {
        const { callTimeout: callTimeoutMs } = read;
        const local = new LocalFunctions(functions, {
          callTimeoutMs,
          metadataBytes: limits.metadataBytes,
          clock: branch,
          logger,
        });
        const routes = makeRoutes(
          { endpoints: [], ingresses: [], egresses: [], schedules: [] },
          local,
          read.functionOptions,
        );
        const find: FindRoute = (namespace, name) => routes.find(namespace, name) ?? fakes.route(namespace, name);
        return schedules.routes(find, branch);
      },
      intercept: (call, run) => failures.intercept(call, () => intercept(call, run)),
      onOpen: (opened) => egresses.reopen(opened),
      onEgress: (name) => egresses.open(name, test),
      logger,
      limits,
      policy: read,
      keyLifetimeMs: read.idempotencyKeyLifetime,
      showMessage: (value) => showMessage(catalog, value),
      patienceMs: read.patience,
    });
    await test.alive(schedules.start(() => test.engine));
    return new TestRuntime({ functions, catalog, test, find, fakes, failures, egresses, schedules });
  }

  private constructor(parts: TestParts) {
    this.#parts = parts;
  }

  /** The time of the clock, in milliseconds since 1970. Handlers see it as `context.now`. */
  get now(): number {
    return this.#test.clock.now();
  }

  /**
   * Shows and changes what the runtime holds, as people do: retries parked addresses, sends dead letters again, sets states. After
   * a {@link crash} it is another one.
   */
  get engine(): RuntimeEngine {
    return this.#test.engine;
  }

  /** Lists, pauses, resumes and runs the schedules. */
  get schedules(): ScheduleApi {
    return this.#parts.schedules;
  }

  /**
   * Sends a message to a function instance; resolves when the message is durable, and perhaps before it is handled: see
   * {@link settle}. Rejects as `StatefunRuntime.send` does.
   */
  async send<T extends Target, M extends MessageTo<T>>(
    target: T,
    id: string,
    message: M & Checked<M, T>,
    options?: RuntimeSendOptions,
  ): Promise<void> {
    await this.#test.alive(sendMessage(this.#requests, typeNameOf(target), id, message, options));
  }

  /**
   * Sends a message and waits for the answer, as a plain value; undefined when the handler ended without a value. Rejects as
   * `StatefunRuntime.call` does, and with TEST_STUCK when only the time could bring the answer.
   */
  async call<T extends Target, M extends MessageTo<T>>(
    target: T,
    id: string,
    message: M & Checked<M, T>,
    options?: RuntimeCallOptions,
  ): Promise<unknown> {
    return this.#call(typeNameOf(target), id, message, options);
  }

  /** Withdraws the delayed message that was sent from outside with this token; resolves to whether there was one. */
  cancel(cancellationToken: string, options?: RuntimeCancelOptions): Promise<boolean> {
    return this.#test.alive(cancelMessage(this.#requests, cancellationToken, options));
  }

  /**
   * Returns a function instance to call. It has the methods of the function's class, which take plain fields and resolve to
   * plain values: `app.ref(Cart, "bob").add({ name: "tea" })`. A call rejects as {@link call} does.
   */
  ref<I extends object>(target: FunctionClass<I>, id: string): TestRef<I> {
    const typeName = typeNameOf(target);
    const call = (value: unknown, options?: RuntimeCallOptions) => this.#call(typeName, id, value, options);
    return methodsOf(this.#parts.catalog, typeName, call) as TestRef<I>;
  }

  /**
   * Resolves when everything that is ready, or due at the clock's present, has happened: messages are handled, their effects
   * are durable, and records are taken. Rejects with TEST_STUCK when a handler does not end.
   */
  settle(options?: SettleOptions): Promise<void> {
    return this.#test.settle(options);
  }

  /**
   * Moves the clock on. Everything that is due meanwhile happens at its own moment, in order: delayed messages, retries,
   * expirations, timeouts. Rejects with DURATION_INVALID, and as {@link settle} does.
   */
  async advance(duration: Duration, options?: SettleOptions): Promise<void> {
    const ms = durationToMs(duration);
    if (ms < 0) throw new StatefunError("DURATION_INVALID", `The clock can't go back by ${-ms} ms.`);
    await this.#test.advance(ms, options);
  }

  /**
   * The states of an instance by the names of their properties, as plain values. A state that is not set has its default,
   * and is missing when it has none. Rejects with FUNCTION_UNKNOWN.
   */
  state<I extends object>(target: FunctionClass<I>, id: string): Promise<StatesOf<I>>;
  state(target: string, id: string): Promise<Record<string, unknown>>;
  async state(target: Target, id: string): Promise<object> {
    const typeName = typeNameOf(target);
    const spec = this.#parts.functions.get(typeName);
    if (spec === undefined) {
      throw new StatefunError(
        "FUNCTION_UNKNOWN",
        `The functions of this test do not hold ${typeName}, so its states are not known.`,
      );
    }
    const address = Address.of(typeName, id);
    return this.#test.alive(statesOf(spec, (name) => this.#test.engine.state(address, name)));
  }

  /**
   * The runs of workflows at an address: those that live, then those that wait for their turn, and at last the run that has ended
   * last. Rejects with FUNCTION_UNDECORATED and TYPE_NAME_INVALID.
   */
  async runs(target: Target, id: string): Promise<RunView[]> {
    const address = Address.of(typeNameOf(target), id);
    return runViews(address, await this.#test.alive(this.#test.engine.state(address, journalName)), this.#parts.find);
  }

  /** Cancels all runs of workflows at an address; resolves to their names when that is durable. See {@link settle}. */
  cancelRuns(target: Target, id: string, options?: RunCancelOptions): Promise<string[]> {
    const { engine, clock } = this.#test;
    return this.#test.alive(new Runs(engine, clock).cancel(Address.of(typeNameOf(target), id), undefined, options));
  }

  /**
   * The messages that wait for their time, the next one first. The timers of workflows are not among them, which belong to
   * {@link runs}, and no schedules, which are in {@link schedules}.
   */
  async delayed(): Promise<DelayedView[]> {
    await this.#test.alive(this.#test.engine.flushed());
    const delayed = await delayedIn(this.#test.store, this.now, this.#parts.find);
    return delayed.filter(({ to }) => !to.startsWith(`${runtimeNamespace}/`));
  }

  /** The parked addresses, in the order of their names and ids. */
  async parked(): Promise<ParkedView[]> {
    return (await this.#test.alive(this.#test.engine.parked({ limit: mostShown }))).map(parkedView);
  }

  /** The messages that were set aside because they failed for good, the oldest first. */
  async deadLetters(): Promise<DeadLetterView[]> {
    const { deadLetters } = this.#test.engine;
    const { letters } = await this.#test.alive(deadLetters.list({}, { limit: mostShown }));
    return letters.map((letter) => deadLetterView(letter, this.#parts.find));
  }

  /**
   * What still waits, one line each, with its address: messages, delayed messages, runs of workflows, calls, handlers, records, and
   * failures that were planned and have not happened. A test that must leave nothing behind asserts that the list is empty.
   */
  async waiting(): Promise<string[]> {
    const delayed = await this.delayed();
    const { test, functions, failures, find } = this.#parts;
    return test.alive(waitingLines({ engine: test, delayed, failures, functions, find }));
  }

  /** The records that functions have sent to an egress, as plain values. A record that comes again is there once. */
  egress(name: string): unknown[] {
    return this.#parts.egresses.values(name);
  }

  /** Lets a handler take the records of an egress, one after the other. A record whose handler throws comes again. */
  fakeEgress(name: string, handler: FakeEgressHandler): void {
    this.#parts.egresses.fake(name, handler);
  }

  /** Puts a function of the test in the place of a function elsewhere, or of one of the test's own functions. */
  fake(target: Target, handler: FakeHandler = () => undefined): Fake {
    return this.#parts.fakes.add(typeNameOf(target), handler);
  }

  /** Lets the next message of an address fail with this error, before its handler runs. Called twice, it fails twice. */
  failNext(target: Target, id: string, error: unknown = new Error("The test has planned this failure.")): void {
    this.#parts.failures.plan(Address.of(typeNameOf(target), id), error);
  }

  /**
   * Ends the runtime as `kill -9` does, and opens it again on what was written. What was not written is gone: handlers run
   * again for messages that had not ended. Sends and calls that have not ended reject with ENGINE_RESTARTING.
   */
  async crash(): Promise<void> {
    await this.#test.crash();
  }

  /** Closes the runtime. Calls that wait reject with SHUTTING_DOWN. */
  async close(): Promise<void> {
    await this.#test.close();
  }

  /** Closes the runtime at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #test(): TestEngine {
    return this.#parts.test;
  }

  get #requests() {
    return { engine: this.#test.engine, catalog: this.#parts.catalog };
  }

  async #call(typeName: string, id: string, value: unknown, options?: RuntimeCallOptions): Promise<unknown> {
    const call = callFunction(this.#requests, typeName, id, value, options);
    try {
      const answer = await this.#test.answered(call, `${typeName}/${id}`);
      return answer && plainOf(answer, this.#parts.find);
    } catch (error) {
      if (!(error instanceof StatefunError) || error.code !== "TEST_STUCK") throw error;
      const waiting = await this.waiting();
      throw new StatefunError("TEST_STUCK", [`${error.message} Still waiting:`, ...waiting].join("\n- "), {
        cause: error,
      });
    }
  }
}
