// What all answers of the admin server have in common.

import { StatefunError } from "../../errors.js";
import type { AdminAnswers } from "./api/answers.js";
import type { Asked } from "./asked.js";
import type { RouteName } from "./routes.js";

/** A status, and a body that is sent as JSON. */
export interface Answered<Body> {
  readonly status: number;
  readonly body: Body;
}

/** What answers the requests of one route. An answer that is not JSON is sent by the function itself, which then returns nothing. */
export type AnswerOf<Name extends RouteName> = (
  asked: Asked,
) => Promise<Answered<BodyOf<Name>> | undefined> | Answered<BodyOf<Name>>;

type BodyOf<Name extends RouteName> = Name extends keyof AdminAnswers ? AdminAnswers[Name] : never;

export function ok<Body>(body: Body): Answered<Body> {
  return { status: 200, body };
}

/** How many entries one page may have. */
const longestPage = 1000;

/** Reads the query's limit. Throws OPTION_INVALID. */
export function limitOf(query: ReadonlyMap<string, string>, otherwise = "100"): number {
  const text = query.get("limit") ?? otherwise;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= longestPage) return limit;
  throw new StatefunError(
    "OPTION_INVALID",
    `limit is "${text}" in the query; it must be a whole number from 1 to ${longestPage}.`,
  );
}

/** The texts that the query holds under these names. */
export function textsOf<Name extends string>(query: ReadonlyMap<string, string>, ...names: readonly Name[]) {
  const held = names.filter((name) => query.has(name));
  return Object.fromEntries(held.map((name) => [name, query.get(name)])) as { readonly [name in Name]?: string };
}

/** Reads which of some choices the query names; undefined when it names none. Throws OPTION_INVALID. */
export function choiceOf<Choice extends string>(
  query: ReadonlyMap<string, string>,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = query.get(name);
  const chosen = choices.find((choice) => choice === text);
  if (text === undefined || chosen !== undefined) return chosen;
  throw new StatefunError("OPTION_INVALID", `${name} is "${text}" in the query; it must be ${listed(choices)}.`);
}

/** "packed, content or json" */
function listed(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}

/** Reads a page of a list. `next` is the place of the page's last item, or null when nothing comes behind it. */
export async function pageOf<T, Place>(
  read: (range: { after?: Place; limit: number }) => Promise<T[]>,
  query: ReadonlyMap<string, string>,
  after: Place | undefined,
  placeOf: (item: T) => Place,
): Promise<{ items: T[]; next: Place | null }> {
  const items = await read({ limit: limitOf(query), ...(after === undefined ? {} : { after }) });
  const last = items.at(-1);
  if (last === undefined) return { items, next: null };
  const next = placeOf(last);
  const [behind] = await read({ after: next, limit: 1 });
  return { items, next: behind === undefined ? null : next };
}

/** An instant as ISO 8601 text, in UTC. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** The same, or null for no instant. */
export const timeOrNull = (ms: number | undefined) => (ms === undefined ? null : timeOf(ms));
