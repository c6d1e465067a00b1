// `statefun runs`, `run` and `cancel-run`: workflows that wait, what they wait for, and their end.

import { oneLine } from "../errors.js";
import { parseTypeName } from "../model/type-name.js";
import { durationOf } from "./duration-option.js";
import { addressPath, list, rangeOf, type ShownValue, textOf } from "./look.js";
import type { Input } from "./parse.js";
import { print, printJson, printTable, shortId, shortText } from "./print.js";
import { askAdmin, jsonOf, pathOf, queryOf } from "./request.js";
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

/** Lists the runs of a function. */
export async function runs(input: Input): Promise<void> {
  const [typeName = ""] = input.args;
  const { namespace, name } = parseTypeName(typeName);
  const waiting = durationOf(input, "waiting-longer-than");
  const filter = {
    status: input.text("status"),
    workflow: input.text("workflow"),
    waitingLongerThan: waiting === undefined ? undefined : `${waiting}ms`,
  };
  const path = pathOf("functions", namespace, name, "runs");
  const { items, next } = await list<ListedRun>(input, path, rangeOf(input), filter);
  if (input.flag("json")) return printJson({ runs: items, next });
  printRunList(items, `No run of ${typeName} is chosen.`);
  if (next !== null) print(oneLine(`There may be more runs: --after ${JSON.stringify(next)}`));
}

/** Shows the runs of an address, or one of them, with all that they have done. */
export async function run(input: Input): Promise<void> {
  const [, , wanted] = input.args;
  const path = `${addressPath(input)}/runs`;
  if (wanted === undefined) {
    const shown = await ask<ShownRuns>(input, path);
    return input.flag("json") ? printJson(shown) : printRuns(shown);
  }
  const shown = await ask<ShownPlace & ShownRun>(input, path + pathOf(wanted));
  return input.flag("json") ? printJson(shown) : printRun(shown, shown);
}

async function ask<T>(input: Input, path: string): Promise<T> {
  return jsonOf<T>(await askAdmin(input, { method: "GET", path }));
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
