// The runs of workflows, for people and programs: listed, shown and cancelled from outside. The engine knows nothing of runs. It
// keeps their journal as a state of the address, and delivers a cancellation as a message.

import { type Clock, systemClock } from "../../engine/clock.js";
import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";
import { checked, defineOptions, positiveInteger, span, unchecked, withDefault } from "../../model/options.js";
import type { TypedValue } from "../../model/typed-value.js";
import { cancelMessage } from "../../workflows/journal/hidden-messages.js";
import { type Journal, newJournal } from "../../workflows/journal/journal.js";
import { outcomes } from "../../workflows/journal/journal-fields.js";
import { journalName } from "../../workflows/journal/names.js";
import { addressRuns, journalOf, runsOf } from "./read-runs.js";
import type { AddressRuns, RunDetails, RunFilter, RunInfo, RunPage, RunStatus, RunsFound } from "./run-info.js";

/** How many journals are read at once, and decoded in one turn of the event loop, and how many such reads one page makes. */
const readAtOnce = 100;
const mostReads = 100;

const live: readonly RunStatus[] = ["running", "waiting", "queued"];
const statuses: readonly RunStatus[] = [...live, ...outcomes];

const isStatus = (input: unknown): input is RunStatus | "ended" =>
  input === "ended" || statuses.includes(input as RunStatus);

const filterOptions = defineOptions<RunFilter>()({
  status: checked(`one of ${[...statuses, "ended"].join(", ")}`, isStatus),
  workflow: unchecked<string>(),
  waitingLongerThan: span,
});

const pageOptions = defineOptions<RunPage>()({
  after: unchecked<string>(),
  limit: withDefault(positiveInteger, 100),
});

/** Options of a cancellation of runs. */
export interface RunCancelOptions {
  /** Why the runs are cancelled; their functions and their callers learn it. Defaults to none. */
  readonly reason?: string;
}

const cancelOptions = defineOptions<RunCancelOptions>()({ reason: unchecked<string>() });

/** What of an engine is needed for its runs. */
type RunsEngine = Pick<EngineApi, "state" | "states" | "send">;

/** The runs of one engine. */
export class Runs {
  readonly #engine: RunsEngine;
  readonly #clock: Clock;

  constructor(engine: RunsEngine, clock: Clock = systemClock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /** See `StatefunRuntime.runs`. */
  async of(address: Address): Promise<AddressRuns> {
    return addressRuns(address, await this.#journal(address));
  }

  /** The runs of an address; undefined when its journal can't be read. */
  async readable(address: Address): Promise<readonly RunDetails[] | undefined> {
    const value = await this.#engine.state(address, journalName);
    return value === undefined ? [] : readableRuns(address, value);
  }

  /** One run of an address. Rejects with RUN_NOT_FOUND. */
  async one(address: Address, run: string): Promise<RunDetails> {
    const found = (await this.of(address)).runs.find((each) => each.run === run);
    if (found !== undefined) return found;
    throw new StatefunError(
      "RUN_NOT_FOUND",
      `${address} has no run "${run}". Of the runs that have ended, it keeps the last.`,
    );
  }

  /** See `StatefunRuntime.findRuns`. */
  async find(typeName: string, filter?: RunFilter, page?: RunPage): Promise<RunsFound> {
    const { after, limit } = pageOptions.read("The page", page);
    const { status, workflow, waitingLongerThan: longerThanMs } = filterOptions.read("The filter", filter);
    const now = this.#clock.now();
    const isChosen = (run: RunInfo) =>
      hasStatus(run, status) &&
      (workflow === undefined || run.workflow === workflow) &&
      (longerThanMs === undefined || now - waitingSince(run) > longerThanMs);
    const runs: RunInfo[] = [];
    const unreadable: string[] = [];
    let next = after;
    for (let reads = 0; reads < mostReads; reads += 1) {
      const place = next === undefined ? {} : { after: next };
      const page = await this.#engine.states(typeName, journalName, { limit: readAtOnce, ...place });
      for (const { id, value } of page.states) {
        const found = readableRuns(Address.of(typeName, id), value);
        if (found === undefined) unreadable.push(id);
        else runs.push(...found.filter(isChosen));
        next = id;
        if (runs.length + unreadable.length >= limit) return { runs, unreadable, next };
      }
      next = page.next;
      if (next === undefined) break;
    }
    return { runs, unreadable, next };
  }

  /**
   * Cancels one run of an address, or without an id all of them, also those that wait for their turn. Resolves to their ids when
   * the cancellation is durable: the runs end as soon as their function has handled it. A run that was cancelled before counts,
   * and is not cancelled again. Rejects with RUN_NOT_FOUND when a run is named that is not there, or has ended in another way.
   */
  async cancel(address: Address, run?: string, options?: RunCancelOptions): Promise<string[]> {
    const { reason = "" } = cancelOptions.read("The cancellation", options);
    const { runs, waiting, lastEnded } = await this.#journal(address);
    const chosen = [...runs, ...waiting].filter(({ id }) => run === undefined || id === run);
    if (run !== undefined && chosen.length === 0) {
      // A repeat of a cancellation whose answer was lost finds the run ended.
      if (lastEnded?.id === run && lastEnded.outcome === "cancelled") return [run];
      throw new StatefunError("RUN_NOT_FOUND", `${address} has no run "${run}" that has not ended.`);
    }
    if (chosen.some(({ cancelledAt }) => cancelledAt === 0)) {
      await this.#engine.send(address, cancelMessage({ run: run ?? "", reason }));
    }
    return chosen.map(({ id }) => id);
  }

  async #journal(address: Address): Promise<Journal> {
    const value = await this.#engine.state(address, journalName);
    return value === undefined ? newJournal() : journalOf(address, value);
  }
}

/** The runs of an address; undefined when its journal can't be read. */
function readableRuns(address: Address, journal: TypedValue): readonly RunDetails[] | undefined {
  try {
    return runsOf(address, journalOf(address, journal));
  } catch (error) {
    if (error instanceof StatefunError && error.code === "VALUE_UNREADABLE") return undefined;
    throw error;
  }
}

function hasStatus({ status }: RunInfo, wanted: RunFilter["status"] | undefined): boolean {
  if (wanted === undefined) return live.includes(status);
  return wanted === "ended" ? !live.includes(status) : status === wanted;
}

/** Since when a run has waited for the first of the things that it waits for, or for its turn. Infinity: it does not wait. */
function waitingSince({ status, since, waitsFor }: RunInfo): number {
  if (status === "queued") return since;
  return Math.min(...waitsFor.map(({ requestedAt }) => requestedAt));
}
