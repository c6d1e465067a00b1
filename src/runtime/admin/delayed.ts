// What the admin server answers at the paths of delayed messages.

import type { DelayedFilter, DelayedInfo, DelayedSweep, DelayedSwept as Swept } from "../../engine/delayed-api.js";
import { StatefunError } from "../../errors.js";
import { previewMessage } from "../../types/show-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { type Answered, limitOf, ok, textsOf, timeOf } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { DelayedSwept, ShownDelayed } from "./api/delayed.js";
import type { Asked } from "./asked.js";
import { durationOf } from "./failure-filter.js";

/** How many messages one request takes, where its limit says nothing else. */
const sweptAtOnce = "1000";

export const delayedAnswers = {
  delayed: async ({ engine, catalog, query }: Asked): Promise<Answered<AdminAnswers["delayed"]>> => {
    const page = { limit: limitOf(query), ...textsOf(query, "after") };
    const { messages, next } = await engine.delayed.list(filterOf(query), page);
    return ok({
      delayed: messages.map((message) => showDelayed(catalog, message)),
      total: engine.metrics.delayedPending,
      next: next ?? null,
    });
  },

  delayedMessage: async ({ engine, catalog, filled }: Asked): Promise<Answered<AdminAnswers["delayedMessage"]>> =>
    ok(showDelayed(catalog, await engine.delayed.get(filled.key as string))),

  deliverDelayed: async ({ engine, filled }: Asked): Promise<Answered<AdminAnswers["deliverDelayed"]>> => {
    await engine.delayed.deliver(filled.key as string);
    return ok({ status: "delivered" });
  },

  postponeDelayed: async ({ engine, filled, query }: Asked): Promise<Answered<AdminAnswers["postponeDelayed"]>> => {
    const { key, dueAt } = await engine.delayed.postpone(
      filled.key as string,
      await dueAtOf(filled.key as string, { engine, query }),
    );
    return ok({ status: "postponed", key, dueAt: timeOf(dueAt) });
  },

  cancelDelayed: async ({ engine, filled }: Asked): Promise<Answered<AdminAnswers["cancelDelayed"]>> => {
    await engine.delayed.cancel(filled.key as string);
    return ok({ status: "cancelled" });
  },

  deliverManyDelayed: async ({ engine, query }: Asked): Promise<Answered<AdminAnswers["deliverManyDelayed"]>> => {
    const swept = await engine.delayed.deliverAll(filterOf(query), sweepOf(query));
    return ok({ delivered: swept.done, ...showSwept(swept) });
  },

  cancelManyDelayed: async ({ engine, query }: Asked): Promise<Answered<AdminAnswers["cancelManyDelayed"]>> => {
    const swept = await engine.delayed.cancelAll(filterOf(query), sweepOf(query));
    return ok({ cancelled: swept.done, ...showSwept(swept) });
  },
} as const;

/** A delayed message as JSON. */
export function showDelayed(catalog: TypeCatalog, message: DelayedInfo): ShownDelayed {
  const { key, target, caller, dueAt, cancellationToken, own, value } = message;
  return {
    key,
    function: target.typeName,
    id: target.id,
    caller: caller === undefined ? null : String(caller),
    dueAt: timeOf(dueAt),
    cancellationToken: cancellationToken ?? null,
    own,
    ...previewMessage(catalog, value),
  };
}

function filterOf(query: ReadonlyMap<string, string>): DelayedFilter {
  const typeName = query.get("function");
  return { ...(typeName === undefined ? {} : { typeName }), ...textsOf(query, "id") };
}

/** Throws OPTION_INVALID. */
function sweepOf(query: ReadonlyMap<string, string>): DelayedSweep {
  return { limit: limitOf(query, sweptAtOnce), ...textsOf(query, "after", "through") };
}

const showSwept = ({ through, next }: Swept): DelayedSwept => ({ through, next: next ?? null });

/** When a message is due from now on: at an instant, or later than it was by a duration. Rejects with OPTION_INVALID, DURATION_INVALID and NOT_FOUND. */
async function dueAtOf(key: string, { engine, query }: Pick<Asked, "engine" | "query">): Promise<number> {
  const at = query.get("at");
  const byMs = durationOf(query, "by");
  if ((at === undefined) === (byMs === undefined)) {
    throw new StatefunError(
      "OPTION_INVALID",
      "Say in the query when the message is due: at=2026-01-31T12:00:00Z, or by=1h for an hour later than now planned.",
    );
  }
  if (byMs !== undefined) return (await engine.delayed.get(key)).dueAt + byMs;
  const dueAt = Date.parse(at as string);
  if (!Number.isNaN(dueAt)) return dueAt;
  throw new StatefunError(
    "OPTION_INVALID",
    `at is ${JSON.stringify(at)} in the query; it must be an instant such as 2026-01-31T12:00:00Z.`,
  );
}
