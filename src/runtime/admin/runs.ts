// What the admin server answers at the paths of runs.

import { wholeBytes } from "../../model/large-value.js";
import type { TypedValue } from "../../model/typed-value.js";
import { previewMessage } from "../../types/show-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import type { RunDetails, RunFilter, RunInfo, RunOperation } from "../runs/run-info.js";
import { addressOf, functionOf } from "./addressed.js";
import { type Answered, limitOf, ok, textsOf, timeOf, timeOrNull } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { Asked } from "./asked.js";
import { durationOf } from "./failure-filter.js";

/** The value that reaches this number of bytes is the last one of an answer that is shown. */
const shownBytes = 4 * 1024 * 1024;

export const runAnswers = {
  runs: async ({ engine, runs, filled, query }: Asked): Promise<Answered<AdminAnswers["runs"]>> => {
    const typeName = await functionOf(engine, filled);
    const page = { limit: limitOf(query), ...textsOf(query, "after") };
    const { runs: found, unreadable, next } = await runs.find(typeName, filterOf(query), page);
    return ok({ runs: found.map((run) => ({ id: run.address.id, ...showRun(run) })), unreadable, next: next ?? null });
  },

  addressRuns: async ({ engine, runs, catalog, filled }: Asked): Promise<Answered<AdminAnswers["addressRuns"]>> => {
    const address = await addressOf(engine, filled);
    const { runs: found, unreceived, calls } = await runs.of(address);
    const shown = new ShownValues(catalog);
    return ok({
      function: address.typeName,
      id: address.id,
      runs: found.map((run) => shown.details(run)),
      unreceived: unreceived.map(({ caller, value }) => ({ caller: textOf(caller), ...shown.value(value) })),
      calls: calls.map(({ target, then, requestedAt, until }) => ({
        target: String(target),
        then,
        requestedAt: timeOf(requestedAt),
        until: timeOrNull(until),
      })),
    });
  },

  addressRun: async ({ engine, runs, catalog, filled }: Asked): Promise<Answered<AdminAnswers["addressRun"]>> => {
    const address = await addressOf(engine, filled);
    const found = await runs.one(address, filled.run as string);
    return ok({ function: address.typeName, id: address.id, ...new ShownValues(catalog).details(found) });
  },

  cancelRuns: async ({ engine, runs, filled, query }: Asked): Promise<Answered<AdminAnswers["cancelRuns"]>> => {
    const address = await addressOf(engine, filled);
    return ok({ cancelled: await runs.cancel(address, undefined, textsOf(query, "reason")) });
  },

  cancelRun: async ({ engine, runs, filled, query }: Asked): Promise<Answered<AdminAnswers["cancelRun"]>> => {
    const address = await addressOf(engine, filled);
    return ok({ cancelled: await runs.cancel(address, filled.run, textsOf(query, "reason")) });
  },
} as const;

/** Reads which runs to list. Throws DURATION_INVALID. */
function filterOf(query: ReadonlyMap<string, string>): RunFilter {
  const waitingLongerThan = durationOf(query, "waitingLongerThan");
  return {
    ...(textsOf(query, "status", "workflow") as Pick<RunFilter, "status" | "workflow">), // checked where they are used
    ...(waitingLongerThan === undefined ? {} : { waitingLongerThan }),
  };
}

/** A run as a list shows it. */
export function showRun({ run, workflow, status, since, endedAt, cancelled, waitsFor, error }: RunInfo) {
  return {
    run,
    workflow,
    status,
    since: timeOf(since),
    endedAt: timeOrNull(endedAt),
    cancelled,
    waitsFor: waitsFor.map((operation) => ({
      key: operation.key,
      since: timeOf(operation.requestedAt),
      until: timeOrNull(operation.until),
      attempts: operation.attempts,
      error: operation.error ?? null,
    })),
    error: error ?? null,
  };
}

/** Shows the values of one answer: those of the first mebibytes. Of the others it says how many bytes they have. */
class ShownValues {
  readonly #catalog: TypeCatalog;
  #bytes = 0;

  constructor(catalog: TypeCatalog) {
    this.#catalog = catalog;
  }

  details(run: RunDetails) {
    const { waitsFor, ...shown } = showRun(run);
    return {
      ...shown,
      caller: textOf(run.caller),
      input: this.#optional(run.input),
      operations: run.operations.map((operation) => this.#operation(operation)),
      operationCount: run.operationCount,
    };
  }

  value(value: TypedValue) {
    const { typename, byteLength } = value;
    if (this.#bytes >= shownBytes) return { typename, bytes: byteLength, head: "", headIs: "text" as const };
    this.#bytes += Math.min(byteLength, wholeBytes);
    return previewMessage(this.#catalog, value);
  }

  #operation({ key, kind, state, requestedAt, endedAt, until, attempts, target, value, error }: RunOperation) {
    return {
      key,
      kind,
      state,
      requestedAt: timeOf(requestedAt),
      endedAt: timeOrNull(endedAt),
      until: timeOrNull(until),
      attempts,
      target: textOf(target),
      value: this.#optional(value),
      error: error ?? null,
    };
  }

  #optional(value: TypedValue | undefined) {
    return value === undefined ? null : this.value(value);
  }
}

const textOf = (address: { toString(): string } | undefined) => (address === undefined ? null : String(address));
