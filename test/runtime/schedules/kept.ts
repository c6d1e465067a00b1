// Schedules on an engine whose clock the test moves and makes jump, and which starts again on the same store with other schedules.

import type { TestContext } from "node:test";
import { ReopeningEngine } from "../../../src/engine/reopening-engine.js";
import { LocalFunctions } from "../../../src/functions/local-functions.js";
import { type Context, StatefulFunctions, TypedValue, Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { makeRoutes } from "../../../src/runtime/endpoint/routes.js";
import { functionCatalog } from "../../../src/runtime/function-catalog.js";
import {
  type RuntimeSchedule,
  scheduleDefinitions,
  schedulesOption,
} from "../../../src/runtime/schedules/definitions.js";
import { Schedules } from "../../../src/runtime/schedules/schedules.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { json } from "../../../src/types/json.js";
import { ManualClock } from "../../support/manual-clock.js";

const lines = json<string[]>("test/lines");

/** Notes each message in a state, so that what an engine has rolled back is not there. */
const functionsOfTest = () =>
  new StatefulFunctions().register(
    "test/sink",
    (message: TypedValue, context: Context, state) => {
      const told = (name: string) => context.metadata.getText(`statefun-schedule${name}`);
      state.got.push(`${told("")} ${told("-run")} ${told("-due")} ${message.as(Types.string)}`);
    },
    { state: { got: { type: lines, default: () => [] as string[] } } },
  );

const sink = Address.of("test/sink", "all");

/** A schedule, as far as it differs from one that sends "go" to the sink. */
export type Given = Partial<RuntimeSchedule> & Pick<RuntimeSchedule, "name" | "cron">;

export class Kept {
  readonly store = new MemoryStore();
  readonly clock: ManualClock;
  readonly log: string[] = [];
  schedules!: Schedules;
  engine!: ReopeningEngine;

  constructor(t: TestContext, startAt: string) {
    this.clock = new ManualClock(Date.parse(startAt));
    t.after(() => this.close());
  }

  async open(...given: Given[]): Promise<void> {
    const functions = functionsOfTest();
    const { clock } = this;
    const whole = given.map((one) => ({ target: "test/sink", id: "all", message: "go", ...one }));
    const catalog = functionCatalog(functions, []);
    const specs = schedulesOption(whole, "schedules", "The test");
    const logger = { warn: (line: string) => this.log.push(line), error: (line: string) => this.log.push(line) };
    this.schedules = new Schedules(
      scheduleDefinitions(specs, { functions, catalog, serves: () => true }),
      clock,
      logger,
    );
    const routes = makeRoutes(
      { endpoints: [], ingresses: [], egresses: [], schedules: [] },
      new LocalFunctions(functions, { clock }),
    );
    this.engine = await ReopeningEngine.open({
      store: this.store,
      clock,
      logger,
      findRoute: this.schedules.routes(routes.find, clock),
    });
    const { metrics } = this.engine;
    clock.watch = () => ({ busy: false, done: metrics.batches + metrics.messagesIn + metrics.delayedFired });
    await this.schedules.start(() => this.engine);
    await clock.settle();
  }

  /** Ends the engine, lets the time pass, and starts again. */
  async off(ms: number, ...given: Given[]): Promise<void> {
    await this.close();
    this.clock.jump(ms);
    await this.open(...given);
  }

  async close(): Promise<void> {
    await this.engine.close(0);
    await this.engine.settle();
  }

  /** What was sent so far: "name run due value". */
  async got(): Promise<string[]> {
    const state = await this.engine.state(sink, "got");
    return state === undefined ? [] : lines.unpack(state as TypedValue<string[]>);
  }

  /** The due times of what was sent so far. */
  async due(): Promise<string[]> {
    return (await this.got()).map((line) => line.split(" ")[2] as string);
  }
}

export const hours = 3_600_000;
export const days = 24 * hours;
