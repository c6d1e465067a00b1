// What the admin server answers to a list of a function's addresses.

import type { AddressesPage, AddressFilter, ListedAddress as Listed } from "../../engine/address-list-api.js";
import { assertOwnState } from "../../engine/validation.js";
import { StatefunError } from "../../errors.js";
import { previewValue } from "../../types/show-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { functionOf } from "./addressed.js";
import { type Answered, choiceOf, limitOf, ok, textsOf, timeOf, timeOrNull } from "./answered.js";
import type { ListedAddress } from "./api/address-list.js";
import type { AdminAnswers } from "./api/answers.js";
import type { Asked } from "./asked.js";

/** How many columns one page may have. */
const mostColumns = 20;
/** A value of more bytes is shown by its head. */
const wholeBytes = 4 * 1024;

const filters: readonly AddressFilter[] = ["parked", "failing", "waiting", "delayed"];

export const addressListAnswers = {
  addresses: async ({ engine, catalog, filled, query }: Asked): Promise<Answered<AdminAnswers["addresses"]>> => {
    const typeName = await functionOf(engine, filled);
    const columns = columnsOf(query);
    const { addresses, next } = await engine.addresses(typeName, { ...pageOf(query), columns });
    const shown = addresses.map((address) => showListed(catalog, address, columns));
    return ok({ addresses: shown, next: next ?? null });
  },
} as const;

/** Throws OPTION_INVALID. */
function pageOf(query: ReadonlyMap<string, string>): AddressesPage {
  const filter = choiceOf(query, "filter", filters);
  return {
    limit: limitOf(query),
    ...textsOf(query, "after", "prefix"),
    ...(filter === undefined ? {} : { filter }),
  };
}

/** Throws OPTION_INVALID and STATE_NAME_INVALID. */
function columnsOf(query: ReadonlyMap<string, string>): string[] {
  const names = [...new Set((query.get("columns") ?? "").split(",").filter((name) => name !== ""))];
  for (const name of names) assertOwnState(name);
  if (names.length <= mostColumns) return names;
  throw new StatefunError(
    "OPTION_INVALID",
    `columns names ${names.length} states in the query; a page shows at most ${mostColumns}.`,
  );
}

function showListed(
  catalog: TypeCatalog,
  { id, depth, parked, failing, delayed, columns }: Listed,
  names: readonly string[],
): ListedAddress {
  const shown = names.map((name, index) => {
    const value = columns[index];
    return [name, value === undefined ? null : previewValue(catalog, value, wholeBytes)] as const;
  });
  return {
    id,
    waiting: depth,
    parked: parked === undefined ? null : { since: timeOf(parked.since), code: parked.code },
    failing:
      failing === undefined
        ? null
        : { attempts: failing.attempts, code: failing.code, nextTryAt: timeOrNull(failing.nextTryAt) },
    delayed: delayed ?? null,
    columns: Object.fromEntries(shown),
  };
}
