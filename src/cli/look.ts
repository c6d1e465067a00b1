// `statefun ps`, `addresses`, `show`, `parked`, `metrics` and `health`: what the admin server shows.

import { oneLine, StatefunError } from "../errors.js";
import { parseTypeName } from "../model/type-name.js";
import { filterOf } from "./failure-filter.js";
import type { Input } from "./parse.js";
import { print, printJson, printTable, shortId } from "./print.js";
import { askAdmin, look, pathOf, queryOf } from "./request.js";
import { type ListedRun, printRunList } from "./run-list.js";

/**
 * A value as the admin server shows it: as JSON, or in base64 where the runtime does not know its type. Of a large value the
 * server shows only the number of its bytes and the first of them.
 */
export interface ShownValue {
  readonly typename: string;
  readonly value?: unknown;
  readonly base64?: string;
  readonly bytes?: number;
  readonly head?: string;
}

/** One address as the admin server shows it. */
export interface ShownAddress {
  readonly function: string;
  readonly id: string;
  readonly states: readonly (ShownValue & { readonly name: string; readonly writtenAt: string })[];
  /** The name behind which there are more states; null when there are none. */
  readonly nextState: string | null;
  readonly runs: readonly ListedRun[];
  readonly waiting: number;
  readonly mailbox: readonly (ShownValue & { readonly caller: string | null })[];
  readonly delayed: readonly (ShownValue & { readonly dueAt: string; readonly cancellationToken: string | null })[];
  /** The place behind which there may be more delayed messages; null when there are none. */
  readonly nextDelayed: string | null;
  readonly parked: ShownParked | null;
  readonly failing: ShownFailing | null;
  readonly inFlight: {
    readonly since: string;
    readonly messages: number;
    readonly typenames: readonly { readonly typename: string; readonly messages: number }[];
  } | null;
}

interface ShownParked {
  readonly since: string;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  readonly firstFailedAt: string | null;
}

interface ShownFailing {
  readonly attempts: number;
  readonly code: string;
  readonly reason: string;
  readonly firstFailedAt: string;
  readonly lastFailedAt: string;
  readonly nextTryAt: string | null;
}

interface ShownFunction {
  readonly function: string;
  readonly endpoint: string;
  readonly addresses: number;
  readonly waiting: number;
  readonly parked: number;
  readonly more: boolean;
  readonly failing: number;
  readonly inFlight: number;
  readonly oldestCall: string | null;
}

/** Lists the functions: all of them, however many pages that takes. */
export async function ps(input: Input): Promise<void> {
  const { items: functions } = await list<ShownFunction>(input, "/functions", { limit: Number.POSITIVE_INFINITY });
  if (input.flag("json")) return printJson({ functions });
  const rows = functions.map((shown) => {
    const more = shown.more ? "+" : "";
    const counts = [`${shown.addresses}${more}`, `${shown.waiting}${more}`];
    const now = [String(shown.failing), String(shown.parked), String(shown.inFlight), shown.oldestCall ?? ""];
    return [shown.function, shown.endpoint, ...counts, ...now];
  });
  const head = ["function", "endpoint", "addresses", "waiting", "failing", "parked", "in flight", "oldest call"];
  printTable(
    head,
    rows,
    "The runtime knows no function yet. It learns a function of an endpoint such as shop/* with the first message to it.",
  );
}

/** Lists the addresses of a function. */
export async function addresses(input: Input): Promise<void> {
  const [typeName = ""] = input.args;
  const { namespace, name } = parseTypeName(typeName);
  const path = pathOf("functions", namespace, name, "addresses");
  const { items, next } = await list<{ id: string; waiting: number }>(input, path, rangeOf(input));
  if (input.flag("json")) return printJson({ addresses: items, next });
  const rows = items.map(({ id, waiting }) => [shortId(id), String(waiting)]);
  printTable(["id", "waiting"], rows, `No address of ${typeName} holds a state or a message.`);
  if (next !== null) print(oneLine(`There are more addresses: --after ${JSON.stringify(next)}`));
}

/** Shows one address. */
export async function show(input: Input): Promise<void> {
  const shown = await lookAt(input);
  if (input.flag("json")) return printJson(shown);
  for (const line of headOf(shown)) print(oneLine(line));
  print("");
  const states = shown.states.map((state) => [state.name, state.typename, state.writtenAt, textOf(state)]);
  printTable(["state", "type", "written", "value"], states, "The address has no states.");
  if (shown.runs.length > 0) {
    print("");
    printRunList(
      shown.runs.map((run) => ({ ...run, id: shown.id })),
      "",
    );
  }
  print("");
  const mailbox = shown.mailbox.map((message) => [shortId(message.caller ?? ""), message.typename, textOf(message)]);
  printTable(["waiting from", "type", "message"], mailbox, "No message waits.");
  if (shown.waiting > mailbox.length) print(`… and ${shown.waiting - mailbox.length} more`);
  print("");
  const delayed = shown.delayed.map((message) => [
    message.dueAt,
    shortId(message.cancellationToken ?? ""),
    message.typename,
    textOf(message),
  ]);
  printTable(["due", "token", "type", "message"], delayed, "No message is delayed.");
  if (shown.nextDelayed !== null) print("… and perhaps more that are due later");
}

/** Says what an address is, and what goes on there. */
function headOf({ function: typeName, id, parked, failing, inFlight }: ShownAddress): string[] {
  const lines = [`${typeName}/${id}`];
  if (parked !== null) {
    const first = parked.firstFailedAt === null ? "" : `, the first at ${parked.firstFailedAt}`;
    lines.push(`Parked since ${parked.since} after ${parked.attempts} attempts${first}. ${causeOf(parked)}`);
  }
  if (failing !== null) {
    const { firstFailedAt, lastFailedAt, nextTryAt } = failing;
    const next =
      nextTryAt === null ? "the next try has begun or waits for its turn" : `the next try is at ${nextTryAt}`;
    lines.push(`Failing since ${firstFailedAt}: ${triesOf(failing)}, the last at ${lastFailedAt}; ${next}.`);
    lines.push(causeOf(failing));
  }
  if (inFlight !== null) {
    const kinds = inFlight.typenames.map(({ typename, messages }) => `${messages} ${typename}`).join(", ");
    lines.push(`A call is in flight since ${inFlight.since}, with ${kinds}.`);
  }
  return lines;
}

const causeOf = ({ code, reason }: { readonly code: string; readonly reason: string }) => `${code}: ${reason}`;

const triesOf = ({ attempts }: ShownFailing) =>
  attempts === 0 ? "not reached" : attempts === 1 ? "tried once" : `tried ${attempts} times`;

/** Lists the addresses that fail and are tried again. */
export async function failing(input: Input): Promise<void> {
  type Failing = ShownFailing & { function: string; id: string };
  const query = queryOf({ function: input.text("function"), limit: input.text("limit") });
  const page = await look<{ failing: Failing[]; total: number }>(input, `/failing${query}`);
  if (input.flag("json")) return printJson(page);
  const rows = page.failing.map((one) => {
    const { function: typeName, id, firstFailedAt, attempts, nextTryAt, code, reason } = one;
    return [typeName, shortId(id), firstFailedAt, String(attempts), nextTryAt ?? "now", code, reason];
  });
  printTable(["function", "id", "since", "attempts", "next try", "code", "reason"], rows, "No address fails.");
  if (page.total > rows.length) print(`These are the first ${rows.length} of ${page.total}. --limit lists more.`);
}

/** Lists the parked addresses. */
export async function parked(input: Input): Promise<void> {
  type Parked = ShownParked & { function: string; id: string };
  const { items, next, total } = await list<Parked>(input, "/parked", rangeOf(input), filterOf(input));
  if (input.flag("json")) return printJson({ parked: items, total, next });
  const rows = items.map((one) => [
    one.function,
    shortId(one.id),
    one.since,
    String(one.attempts),
    one.code,
    one.reason,
  ]);
  printTable(["function", "id", "since", "attempts", "code", "reason"], rows, "No address is parked.");
  if (next !== null) print(oneLine(`There are more, ${total} in all: --after ${JSON.stringify(next)}`));
}

/** Prints the metrics as the admin server sends them. */
export async function metrics(input: Input): Promise<void> {
  if (input.flag("json")) return printJson(await look<object>(input, "/metrics?format=json"));
  const { body } = await askAdmin(input, { method: "GET", path: "/metrics" });
  print(body.toString().trimEnd());
}

/** Says that the runtime takes messages, or fails with the reason why it does not. */
export async function health(input: Input): Promise<void> {
  const healthy = await look<{ status: string }>(input, "/health");
  if (input.flag("json")) printJson(healthy);
  else print("Healthy.");
}

/** Asks for one address with all its states, however many pages that takes. Throws the error that the admin server answers. */
export async function lookAt(input: Input): Promise<ShownAddress> {
  const first = await look<ShownAddress>(input, addressPath(input));
  const states = [...first.states];
  for (let afterState = first.nextState; afterState !== null; ) {
    const page = await look<ShownAddress>(input, `${addressPath(input)}${queryOf({ afterState })}`);
    states.push(...page.states);
    afterState = page.nextState;
  }
  const delayed = [...first.delayed];
  let { nextDelayed } = first;
  while (nextDelayed !== null && delayed.length < shownDelayed) {
    const query = {
      function: first.function,
      id: first.id,
      after: nextDelayed,
      limit: String(shownDelayed - delayed.length),
    };
    const page = await look<{ delayed: ShownAddress["delayed"]; next: string | null }>(
      input,
      `/delayed${queryOf(query)}`,
    );
    delayed.push(...page.delayed);
    nextDelayed = page.next;
  }
  return { ...first, states, nextState: null, delayed, nextDelayed };
}

/** How many delayed messages of an address are shown, as the admin server does on its first page. */
const shownDelayed = 100;

/** Returns the path, in the admin API, of the address that the first two arguments of a command name. Throws OPTION_INVALID. */
export function addressPath({ args: [typeName = "", id = ""] }: Input): string {
  const { namespace, name } = parseTypeName(typeName);
  if (id === "") throw new StatefunError("OPTION_INVALID", "The id is empty. Write the id of an address.");
  return pathOf("addresses", namespace, name, id);
}

/** Shows a value on one line. */
export function textOf({ value, base64, bytes, head = "" }: ShownValue): string {
  if (bytes !== undefined)
    return `(${bytes} bytes)${head === "" ? "" : ` ${JSON.stringify(head.slice(0, shownHead))}…`}`;
  return base64 === undefined ? JSON.stringify(value) : `${base64} (base64)`;
}

/** How many characters of the head of a large value a line shows. */
const shownHead = 100;

/** Which items of a list to ask for. */
export interface ListRange {
  readonly after?: string | undefined;
  readonly limit: number;
}

/** The most items that the admin server sends at once. */
const longestPage = 1000;

/** Reads the options --after and --limit. Throws OPTION_INVALID. */
export function rangeOf(input: Input): ListRange {
  const text = input.text("limit") ?? "100";
  const limit = /^\d+$/.test(text) ? Number(text) : 0;
  if (limit >= 1) return { after: input.text("after"), limit };
  throw new StatefunError("OPTION_INVALID", `--limit is "${text}"; it must be a whole number of at least 1.`);
}

/** Reads a list page by page, until it ends or has as many items as wanted. `more` takes what else a page has. */
export async function list<T>(
  input: Input,
  path: string,
  { after, limit }: ListRange,
  filter: Readonly<Record<string, string | undefined>> = {},
  more: (page: Readonly<Record<string, unknown>>) => void = () => {},
): Promise<{ items: T[]; next: string | null; total: number }> {
  const items: T[] = [];
  const name = path.split("/").at(-1) as string;
  for (let from = after; ; ) {
    const query = queryOf({ ...filter, after: from, limit: `${Math.min(limit - items.length, longestPage)}` });
    const page = await look<Record<string, unknown> & { next: string | null; total: number }>(input, `${path}${query}`);
    for (const item of page[name] as T[]) items.push(item);
    more(page);
    const { next, total } = page;
    if (next === null || items.length >= limit) return { items, next, total };
    from = next;
  }
}
