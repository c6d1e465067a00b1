// What the admin server answers at the paths of parked addresses.

import type { ParkedInfo, ParkedSweep, ParkedSwept } from "../../engine/parked-api.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";
import { type Answered, choiceOf, limitOf, ok, pageOf, timeOf, timeOrNull } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { Asked } from "./asked.js";
import { filterOf } from "./failure-filter.js";

/** How many addresses one request retries or drops messages of, where its limit says nothing else. */
const sweptAtOnce = "1000";

export const parkedAnswers = {
  parked: async ({ engine, query }: Asked): Promise<Answered<AdminAnswers["parked"]>> => {
    const filter = filterOf(query);
    const { items, next } = await pageOf(
      (range: { after?: Address; limit: number }) => engine.parked(range, filter),
      query,
      afterOf(query),
      ({ address }) => address,
    );
    return ok({
      parked: items.map((parked) => ({
        function: parked.address.typeName,
        id: parked.address.id,
        ...showParked(parked),
      })),
      total: engine.metrics.parked,
      next: next && encodeCursor(next),
    });
  },

  retryParked: async ({ engine, query }: Asked): Promise<Answered<AdminAnswers["retryParked"]>> => {
    const swept = await engine.retryAll(filterOf(query), sweepOf(query));
    return ok({ retried: swept.done, ...showSwept(swept) });
  },

  dropParked: async ({ engine, query }: Asked): Promise<Answered<AdminAnswers["dropParked"]>> => {
    const swept = await engine.dropAll(whichOf(query), filterOf(query), sweepOf(query));
    return ok({ addresses: swept.done, dropped: swept.messages, ...showSwept(swept) });
  },
} as const;

/** Reads which messages are to be dropped. Throws OPTION_INVALID. */
export function whichOf(query: ReadonlyMap<string, string>): "first" | "all" {
  return choiceOf(query, "which", ["first", "all"]) ?? "first";
}

export function showParked({ since, code, reason, attempts, firstFailedAt }: ParkedInfo) {
  const first = timeOrNull(firstFailedAt);
  return { since: timeOf(since), code, reason, attempts, firstFailedAt: first };
}

function showSwept({ through, next }: ParkedSwept) {
  return { through: timeOf(through), next: next === undefined ? null : encodeCursor(next) };
}

/** Throws OPTION_INVALID. */
function sweepOf(query: ReadonlyMap<string, string>): ParkedSweep {
  const after = afterOf(query);
  const text = query.get("through");
  const through = text === undefined ? undefined : Date.parse(text);
  if (Number.isNaN(through)) {
    const wanted = 'it must be the "through" of the answer before';
    throw new StatefunError("OPTION_INVALID", `through is ${JSON.stringify(text)} in the query; ${wanted}.`);
  }
  return {
    limit: limitOf(query, sweptAtOnce),
    ...(after === undefined ? {} : { after }),
    ...(through === undefined ? {} : { through }),
  };
}

function afterOf(query: ReadonlyMap<string, string>): Address | undefined {
  const text = query.get("after");
  return text === undefined ? undefined : decodeCursor(text);
}

/** Names an address in a query. A text of its three parts would not say where one part ends. */
function encodeCursor({ namespace, name, id }: Address): string {
  return Buffer.from(JSON.stringify([namespace, name, id])).toString("base64url");
}

/** Reads what {@link encodeCursor} wrote. Throws OPTION_INVALID. */
function decodeCursor(text: string): Address {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (Array.isArray(parts) && parts.length === 3 && parts.every((part) => typeof part === "string")) {
      const [namespace, name, id] = parts as [string, string, string];
      return new Address(namespace, name, id);
    }
  } catch {
    // the error below says what to send
  }
  throw new StatefunError(
    "OPTION_INVALID",
    `after is ${JSON.stringify(text)} in the query; it must be the "next" of the page before.`,
  );
}
