// `statefun runs`, `run` and `cancel-run`: workflows that wait, what they wait for, and their end.

import { oneLine } from "../errors.js";
import { parseTypeName } from "../model/type-name.js";
import { durationOf } from "./duration-option.js";
import { addressPath, type ListRange, list, rangeOf, type ShownValue, textOf } from "./look.js";
import { type Input, usage } from "./parse.js";
import { print, printJson, printTable, shortId, shortText } from "./print.js";
import { askAdmin, jsonOf, look, pathOf, queryOf } from "./request.js";
import { causeOf, type ListedRun, printRunList, type ShownError } from "./run-list.js";

/** Something that a run does, with its result. */
interface ShownOperation {
  readonly key: string;
  readonly kind: string;
  readonly state: string;
  readonly requestedAt: string;
  readonly endedAt: string | null;
  readonly until: string | null;
  readonly attempts: number;
  readonly target: string | null;
  readonly value: ShownValue | null;
  readonly error: ShownError | null;
}

/** A run with everything that is kept of it. */
interface ShownRun {
  readonly run: string;
  readonly workflow: string;
  readonly status: string;
  readonly since: string;
  readonly endedAt: string | null;
  readonly caller: string | null;
  readonly cancelled: boolean;
  readonly input: ShownValue | null;
  readonly operations: readonly ShownOperation[];
  readonly operationCount: number;
  readonly error: ShownError | null;
}

/** The address that a run belongs to. */
interface ShownPlace {
  readonly function: string;
  readonly id: string;
}

/** The runs of one address. */
interface ShownRuns extends ShownPlace {
  readonly runs: readonly ShownRun[];
  readonly unreceived: readonly (ShownValue & { readonly caller: string | null })[];
  readonly calls: readonly {
    readonly target: string;
    readonly then: string;
    readonly requestedAt: string;
    readonly until: string | null;
  }[];
}

/** The most characters of a value in the table of a run. The output of --json has the whole value. */
const longestValue = 120;

/** Lists the runs of a function, or those of all functions. */
export async function runs(input: Input): Promise<void> {
  const [typeName] = input.args;
  const waiting = durationOf(input, "waiting-longer-than");
  const filter = {
    status: input.text("status"),
    workflow: input.text("workflow"),
    waitingLongerThan: waiting === undefined ? undefined : `${waiting}ms`,
  };
  const range = rangeOf(input);
  if (typeName === undefined) return runsOfAll(input, range, filter);
  const { items, unreadable, next } = await listRuns(input, typeName, range, filter);
  if (input.flag("json")) return printJson({ runs: items, unreadable, next });
  printRunList(items, noRun(filter, ` of ${typeName}`));
  printUnreadable(unreadable.map((id) => `${typeName}/${shortId(id)}`));
  if (next !== null) print(oneLine(`There may be more runs: --after ${JSON.stringify(next)}`));
}

type Filter = Readonly<Record<string, string | undefined>>;

async function runsOfAll(input: Input, { after, limit }: ListRange, filter: Filter): Promise<void> {
  if (after !== undefined) throw usage("--after is an id of one function. Write statefun runs <ns/name> --after <id>.");
  const { items: functions } = await list<{ function: string }>(input, "/functions", {
    limit: Number.POSITIVE_INFINITY,
  });
  const found: (ListedRun & { readonly function: string })[] = [];
  const allUnreadable: { readonly function: string; readonly id: string }[] = [];
  let more = false;
  for (const { function: typeName } of functions) {
    if (found.length >= limit) more = true;
    if (more) break;
    const range = { limit: limit - found.length };
    const { items, unreadable, next } = await listRuns(input, typeName, range, filter);
    for (const run of items) found.push({ function: typeName, ...run });
    for (const id of unreadable) allUnreadable.push({ function: typeName, id });
    more = next !== null;
  }
  if (input.flag("json")) return printJson({ runs: found, unreadable: allUnreadable, more });
  const rows = found.map((run) => ({ ...run, id: `${run.function}/${run.id}` }));
  printRunList(rows, noRun(filter, ""), "address");
  printUnreadable(allUnreadable.map((one) => `${one.function}/${shortId(one.id)}`));
  if (more) print("There may be more runs: --limit lists more, and statefun runs <ns/name> those of one function.");
}

async function listRuns(input: Input, typeName: string, range: ListRange, filter: Filter) {
  const { namespace, name } = parseTypeName(typeName);
  const unreadable: string[] = [];
  const path = pathOf("functions", namespace, name, "runs");
  const { items, next } = await list<ListedRun>(input, path, range, filter, (page) => {
    unreadable.push(...(page.unreadable as string[]));
  });
  return { items, unreadable, next };
}

function printUnreadable(addresses: readonly string[]): void {
  for (const address of addresses) print(oneLine(`The runs of ${address} can't be read by this version.`));
}

/** What stands in place of an empty list. Runs that have ended are no part of it unless they are asked for. */
function noRun(filter: Filter, ofWhat: string): string {
  if (Object.values(filter).some((value) => value !== undefined)) return `No run${ofWhat} is chosen.`;
  return `No run${ofWhat} waits or is running. --status ended shows the last run of each address.`;
}

/** Shows the runs of an address, or one of them, with all that they have done. */
export async function run(input: Input): Promise<void> {
  const [, , wanted] = input.args;
  const path = `${addressPath(input)}/runs`;
  if (wanted === undefined) {
    const shown = await look<ShownRuns>(input, path);
    return input.flag("json") ? printJson(shown) : printRuns(shown);
  }
  const shown = await look<ShownPlace & ShownRun>(input, path + pathOf(wanted));
  return input.flag("json") ? printJson(shown) : printRun(shown, shown);
}

function printRuns(shown: ShownRuns): void {
  const { runs, unreceived, calls } = shown;
  if (runs.length === 0) print(oneLine(`${shown.function}/${shown.id} has no run.`));
  runs.forEach((one, index) => {
    if (index > 0) print("");
    printRun(shown, one);
  });
  if (unreceived.length > 0) {
    print("");
    const rows = unreceived.map((message) => [shortId(message.caller ?? ""), message.typename, shownValue(message)]);
    printTable(["not received, from", "type", "message"], rows, "");
  }
  if (calls.length > 0) {
    print("");
    const rows = calls.map(({ target, then, requestedAt, until }) => [requestedAt, shortId(target), then, until ?? ""]);
    printTable(["called", "target", "answer goes to", "until"], rows, "");
  }
}

function printRun(place: ShownPlace, shown: ShownRun): void {
  const { run, workflow, status, since, endedAt, caller, cancelled, input, operations, operationCount, error } = shown;
  print(oneLine(`${place.function}/${place.id}, run ${run} of ${workflow}`));
  const began = status === "queued" ? `Waits for its turn since ${since}` : `${capital(status)}, began at ${since}`;
  const ended = endedAt === null ? "" : `, ended at ${endedAt}`;
  const mark = cancelled && status !== "cancelled" ? ", cancelled" : "";
  const answers = caller === null ? "Nobody waits for its answer." : `Its answer goes to ${shortId(caller)}.`;
  print(oneLine(`${began}${ended}${mark}.${endedAt === null ? ` ${answers}` : ""}`));
  if (input !== null) print(oneLine(`Message: ${input.typename}  ${shownValue(input)}`));
  if (error !== null) print(oneLine(causeOf(error)));
  if (status === "queued") return;
  printTable(
    ["begun", "operation", "state", "ended", "until", "failed tries", "result"],
    operations.map((operation) => [
      operation.requestedAt,
      operation.key,
      operation.state,
      operation.endedAt ?? "",
      operation.until ?? "",
      operation.attempts === 0 ? "" : String(operation.attempts),
      resultOf(operation),
    ]),
    "It has no operation yet.",
  );
  if (operationCount > operations.length) print(`… and ${operationCount - operations.length} more`);
}

function resultOf({ value, error }: ShownOperation): string {
  if (error !== null) return causeOf(error);
  return value === null ? "" : shownValue(value);
}

const shownValue = (value: ShownValue) => shortText(textOf(value), longestValue);

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Cancels a run, or all runs of an address. */
export async function cancelRun(input: Input): Promise<void> {
  const [, , wanted] = input.args;
  const ofRun = wanted === undefined ? "" : pathOf(wanted);
  const path = `${addressPath(input)}/runs${ofRun}/cancel${queryOf({ reason: input.text("reason") })}`;
  const answer = jsonOf<{ cancelled: readonly string[] }>(await askAdmin(input, { method: "POST", path }));
  if (input.flag("json")) return printJson(answer);
  const { length } = answer.cancelled;
  if (length === 0) print("No run of this address lives or waits for its turn.");
  else print(`Cancelled ${length === 1 ? "1 run" : `${length} runs`}. statefun run shows how they end.`);
}
