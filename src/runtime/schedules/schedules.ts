// The schedules of a runtime as people see them: listed, paused, resumed and run now.

import { randomBytes } from "node:crypto";
import type { Clock, Timer } from "../../engine/clock.js";
import { systemClock } from "../../engine/clock.js";
import type { FindRoute } from "../../engine/endpoint.js";
import type { AddressInfo, EngineApi } from "../../engine/engine-api.js";
import { describe, StatefunError } from "../../errors.js";
import type { IfMissed } from "../../functions/schedule-options.js";
import { Address } from "../../model/address.js";
import type { Logger } from "../../model/logger.js";
import { Metadata } from "../../model/metadata.js";
import { suggestion } from "../../model/suggest.js";
import type { ScheduleDefinition } from "./definitions.js";
import { look, routesWithSchedules, type ScheduleOrder, scheduleTypeName, secretName } from "./schedule-function.js";
import { type ScheduleRecord, type ScheduleRun, scheduleRecord } from "./schedule-record.js";

/** A schedule, and what it has done. Times are in milliseconds since 1970. */
export interface ScheduleInfo {
  /** The name of the schedule. */
  readonly name: string;
  /** The due times. */
  readonly cron: string;
  /** The time zone of the due times. */
  readonly timezone: string;
  /** The address that gets the messages. */
  readonly target: Address;
  /** What becomes of due times at which nothing ran. */
  readonly ifMissed: IfMissed;
  /** Since when the schedule is paused; undefined while it is not. */
  readonly pausedAt: number | undefined;
  /** The next due time; undefined while the schedule is paused. */
  readonly nextAt: number | undefined;
  /** The last message: its due time, when it was sent, and why; undefined when there is none. */
  readonly last: { readonly due: number; readonly at: number; readonly run: ScheduleRun } | undefined;
  /** How many messages were sent. */
  readonly sent: number;
  /** How many due times were missed because nothing ran, whether or not a message has made up for them. */
  readonly missed: number;
  /** Why the message can't be sent, while it can't; the schedule tries again at `nextTryAt`. */
  readonly failure: ScheduleFailure | undefined;
}

/** Why a schedule can't send its message. */
export interface ScheduleFailure {
  /** The code of the last failure; ADDRESS_PARKED when a person parked the schedule's address. */
  readonly code: string;
  /** The first line of the failure's message. */
  readonly reason: string;
  /** When the first of these failures was, in milliseconds since 1970. */
  readonly since: number;
  /** When the next try begins, in milliseconds since 1970; undefined while one is in flight, or while the address is parked. */
  readonly nextTryAt: number | undefined;
}

/** The schedules of a runtime. */
export interface ScheduleApi {
  /** All schedules, in the order of their names. */
  list(): Promise<ScheduleInfo[]>;
  /** Sends nothing more until {@link resume}, also after a restart. Due times meanwhile are not made up for. Rejects with NOT_FOUND. */
  pause(name: string): Promise<ScheduleInfo>;
  /** Ends a pause: the due times from now on count again. Rejects with NOT_FOUND. */
  resume(name: string): Promise<ScheduleInfo>;
  /** Sends the message now, also while the schedule is paused. The due times stay as they are. Rejects with NOT_FOUND. */
  run(name: string): Promise<ScheduleInfo>;
}

/** What metrics show of a schedule. */
export interface ScheduleNumbers {
  readonly name: string;
  readonly sent: number;
  readonly missed: number;
  readonly nextAt: number | undefined;
}

/** The engine that keeps the schedules; another one after it has opened its store again. */
type Engine = Pick<EngineApi, "send" | "call" | "inspect" | "addresses">;

/** How long to wait before the schedules are looked at again, when the engine took nothing at the start. */
const retryMs = 5_000;

export class Schedules implements ScheduleApi {
  readonly #definitions: ReadonlyMap<string, ScheduleDefinition>;
  readonly #secret = randomBytes(32).toString("hex");
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** What each schedule has done, as far as it did something since the start. */
  readonly #records = new Map<string, ScheduleRecord>();
  #engine!: () => Engine;
  #retry: Timer | undefined;
  #closed = false;

  constructor(definitions: ReadonlyMap<string, ScheduleDefinition>, clock: Clock = systemClock, logger: Logger) {
    this.#definitions = definitions;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Adds the route of the function that keeps the schedules. `clock` is that of the engine. */
  routes(find: FindRoute, clock: Clock | undefined): FindRoute {
    const parts = {
      definitions: this.#definitions,
      secret: this.#secret,
      onChange: (name: string, record: ScheduleRecord) => this.#records.set(name, record),
      logger: this.#logger,
    };
    return routesWithSchedules(find, parts, { clock });
  }

  /**
   * Lets every schedule look what is due: a new one begins, one that was changed takes its new due times, and one that is gone
   * ends. Resolves when that is on its way. When the engine takes nothing at this moment, it is tried again.
   */
  async start(engine: () => Engine): Promise<void> {
    this.#engine = engine;
    await this.#lookAll();
  }

  /** Ends the tries of {@link start}. */
  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
  }

  /** What the metrics show of each schedule. Of one that can't do anything since the start, nothing is known. */
  numbers(): ScheduleNumbers[] {
    return [...this.#definitions.values()].flatMap(({ name, times }) => {
      const record = this.#records.get(name);
      if (record === undefined) return [];
      const { sent, missed, pausedAt, until } = record;
      return [{ name, sent, missed, nextAt: pausedAt === undefined ? times.next(until) : undefined }];
    });
  }

  async list(): Promise<ScheduleInfo[]> {
    const names = [...this.#definitions.keys()].sort();
    return Promise.all(names.map((name) => this.#info(this.#definition(name))));
  }

  pause(name: string): Promise<ScheduleInfo> {
    return this.#order(name, "pause");
  }

  resume(name: string): Promise<ScheduleInfo> {
    return this.#order(name, "resume");
  }

  run(name: string): Promise<ScheduleInfo> {
    return this.#order(name, "run");
  }

  async #order(name: string, order: ScheduleOrder): Promise<ScheduleInfo> {
    const definition = this.#definition(name);
    const value = look.withMetadata(new Metadata({ [secretName]: this.#secret, order }));
    await this.#engine().call(addressOf(name), value);
    return this.#info(definition);
  }

  #definition(name: string): ScheduleDefinition {
    const definition = this.#definitions.get(name);
    if (definition !== undefined) return definition;
    const names = [...this.#definitions.keys()];
    const known = names.length === 0 ? "This runtime has no schedules." : `The schedules are ${names.join(", ")}.`;
    throw new StatefunError(
      "NOT_FOUND",
      `There is no schedule ${JSON.stringify(name)}.${suggestion(name, names)} ${known}`,
    );
  }

  async #info({ name, times, target, ifMissed }: ScheduleDefinition): Promise<ScheduleInfo> {
    const { cron, timezone } = times;
    const kept = await this.#engine().inspect(addressOf(name));
    const [state] = kept.states;
    const record = state === undefined ? undefined : scheduleRecord.unpack(state.value);
    const isCurrent = record?.cron === cron && record.timezone === timezone;
    const after = isCurrent ? record.until : this.#clock.now();
    return {
      name,
      cron,
      timezone,
      target,
      ifMissed,
      pausedAt: record?.pausedAt,
      nextAt: record?.pausedAt === undefined ? times.next(after) : undefined,
      last: record?.last,
      sent: record?.sent ?? 0,
      missed: record?.missed ?? 0,
      failure: failureOf(kept, record),
    };
  }

  async #lookAll(): Promise<void> {
    try {
      const engine = this.#engine();
      const names = new Set(this.#definitions.keys());
      let after: string | undefined;
      do {
        const page = { limit: 1000, ...(after === undefined ? {} : { after }) };
        const { addresses, next } = await engine.addresses(scheduleTypeName, page);
        for (const { id } of addresses) names.add(id);
        after = next;
      } while (after !== undefined);
      await Promise.all([...names].map((name) => engine.send(addressOf(name), look)));
    } catch (error) {
      if (this.#closed) return;
      this.#logger.warn(`The schedules are looked at again in ${retryMs / 1000} s: ${describe(error)}`, error as Error);
      this.#retry = this.#clock.after(retryMs, () => void this.#lookAll());
    }
  }
}

const addressOf = (name: string) => Address.of(scheduleTypeName, name);

function failureOf({ parked, failing }: AddressInfo, record?: ScheduleRecord): ScheduleFailure | undefined {
  if (parked !== undefined) {
    const { code, reason, since } = parked;
    return { code, reason, since, nextTryAt: undefined };
  }
  if (failing !== undefined) {
    const { code, reason, firstFailedAt, nextTryAt } = failing;
    return { code, reason, since: firstFailedAt, nextTryAt };
  }
  if (record?.failure === undefined) return undefined;
  const { code, reason, since, nextTryAt } = record.failure;
  return { code, reason, since, nextTryAt };
}
