// `statefun schedules` and `schedule`: what is sent when, and pauses, resumptions and runs by hand.

import { oneLine } from "../errors.js";
import type { WordOf } from "./commands.js";
import { type Input, usage } from "./parse.js";
import { print, printJson, printTable, shortId } from "./print.js";
import { askAdmin, jsonOf, look, pathOf } from "./request.js";

/** A schedule as the admin server shows it. */
interface ShownSchedule {
  readonly schedule: string;
  readonly cron: string;
  readonly timezone: string;
  readonly function: string;
  readonly id: string;
  readonly pausedAt: string | null;
  readonly nextAt: string | null;
  readonly last: { readonly due: string; readonly at: string; readonly run: string } | null;
  readonly sent: number;
  readonly missed: number;
  readonly failure: { readonly code: string; readonly reason: string; readonly since: string } | null;
}

/** Lists the schedules. */
export async function schedules(input: Input): Promise<void> {
  const shown = await look<{ schedules: readonly ShownSchedule[] }>(input, "/schedules");
  if (input.flag("json")) return printJson(shown);
  const rows = shown.schedules.map((one) => [
    one.schedule,
    one.cron,
    one.timezone,
    `${one.function}/${shortId(one.id)}`,
    nextOf(one),
    one.last?.at ?? "",
    String(one.sent),
    String(one.missed),
    one.failure === null ? "" : `${one.failure.code}: ${one.failure.reason}`,
  ]);
  const head = ["schedule", "cron", "timezone", "target", "next", "last sent", "sent", "missed", "failure"];
  printTable(head, rows, "The runtime has no schedules.");
}

/** What people do to a schedule, and how the command says that it is done. */
const actions: Readonly<Record<WordOf<"schedule">, (shown: ShownSchedule) => string>> = {
  pause: () => "Paused: nothing is sent until statefun schedule resume.",
  resume: (shown) => `Resumed: the next due time is ${shown.nextAt}.`,
  run: ({ function: typeName, id }) => `Sent to ${typeName}/${id}.`,
};

/** Pauses, resumes or runs a schedule. */
export async function schedule(input: Input): Promise<void> {
  const [action = "", name = ""] = input.args;
  const done = Object.hasOwn(actions, action) ? actions[action as WordOf<"schedule">] : undefined;
  if (done === undefined) throw usage(`"${action}" is none of ${Object.keys(actions).join(", ")}.`);
  if (name === "") throw usage("The name is empty. Write the name of a schedule.");
  const answer = await askAdmin(input, { method: "POST", path: pathOf("schedules", name, action) });
  const shown = jsonOf<ShownSchedule>(answer);
  if (input.flag("json")) printJson(shown);
  else print(oneLine(done(shown)));
}

/** The next due time of a schedule, or since when it is paused. */
const nextOf = ({ nextAt, pausedAt }: ShownSchedule) => nextAt ?? (pausedAt === null ? "" : `paused since ${pausedAt}`);
