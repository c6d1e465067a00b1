// Which addresses of a function are shown: what the URL says.

import { queryOf, setQuery } from "../../app/location.js";
import type { Query } from "../../app/route.js";

export interface Choice {
  readonly typeName: string;
  /** What the ids begin with; empty for all. */
  readonly prefix: string;
  /** "parked", "failing", "waiting" or "delayed"; empty for all. */
  readonly filter: string;
}

export function choiceOf(typeName: string): Choice {
  return { typeName, prefix: queryOf("prefix"), filter: queryOf("filter") };
}

/** The choice as a query of the admin API. */
export function queryFor({ prefix, filter }: Choice): Query {
  return { prefix, filter, columns: queryOf("columns") };
}

/** The states that are columns. */
export const chosenColumns = () =>
  queryOf("columns")
    .split(",")
    .filter((name) => name !== "");

export const setColumns = (names: readonly string[]) => setQuery({ columns: names.join(",") });
