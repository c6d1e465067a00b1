// `statefun state`, `park`, `retry` and `drop`: changes by hand, through the admin server.

import { StatefunError, visibleLine } from "../errors.js";
import { chosenFilter } from "./failure-filter.js";
import { addressPath, lookAt, textOf } from "./look.js";
import { dropAll, retryAll } from "./parked-sweeps.js";
import { type Input, usage } from "./parse.js";
import { print, printJson, printTable } from "./print.js";
import { askAdmin, jsonOf, type Outgoing, pathOf, queryOf } from "./request.js";
import { assertJson } from "./send.js";

/** Prints, writes or deletes the states of an address. */
export async function state(input: Input): Promise<void> {
  const [, , name] = input.args;
  const set = input.text("set");
  if (set === undefined && !input.flag("delete")) return printStates(input, name);
  if (set !== undefined && input.flag("delete"))
    throw usage("--set and --delete exclude each other. Give one of them.");
  if (name === undefined)
    throw usage("--set and --delete need the name of a state: statefun state <ns/name> <id> <name>.");
  const path = `${addressPath(input)}${pathOf("states", name)}`;
  if (set === undefined) return change(input, { method: "DELETE", path }, "Deleted.");
  assertJson(set);
  const typed = `${path}${queryOf({ type: input.text("type") })}`; // A header can't hold every typename.
  const headers = { "Content-Type": "application/json" };
  return change(input, { method: "PUT", path: typed, headers, body: set }, "Written.");
}

async function printStates(input: Input, name: string | undefined): Promise<void> {
  const { states } = await lookAt(input);
  if (name === undefined) {
    if (input.flag("json")) return printJson({ states });
    const rows = states.map((one) => [one.name, one.typename, textOf(one)]);
    return printTable(["state", "type", "value"], rows, "The address has no states.");
  }
  const found = states.find((one) => one.name === name);
  if (found === undefined) {
    const [typeName, id] = input.args;
    throw new StatefunError("NOT_FOUND", `${typeName}/${id} has no state "${name}". statefun show lists its states.`);
  }
  if (input.flag("json")) printJson(found);
  else print(visibleLine(textOf(found)));
}

/** Keeps messages from an address. */
export function park(input: Input): Promise<void> {
  const path = `${addressPath(input)}/park${queryOf({ reason: input.text("reason") })}`;
  return change(input, { method: "POST", path }, "Parked.");
}

/** Delivers messages to a parked address, or to all that the options choose, again. */
export async function retry(input: Input): Promise<void> {
  if (ofMany(input, "retry")) return retryAll(input);
  return change(
    input,
    { method: "POST", path: `${addressPath(input)}/retry` },
    "Retried: the messages that wait for the address are delivered again.",
  );
}

/** Removes waiting messages of an address, or of all parked addresses that the options choose. */
export async function drop(input: Input): Promise<void> {
  if (ofMany(input, "drop")) return dropAll(input);
  const which = input.flag("all-messages") ? "all" : "first";
  const path = `${addressPath(input)}/drop${queryOf({ which })}`;
  const dropped = jsonOf<{ dropped: number }>(await askAdmin(input, { method: "POST", path }));
  if (input.flag("json")) printJson(dropped);
  else print(dropped.dropped === 1 ? "Dropped 1 message." : `Dropped ${dropped.dropped} messages.`);
}

/** Whether a command is about many addresses. Throws OPTION_INVALID. */
function ofMany(input: Input, command: string): boolean {
  const [typeName, id] = input.args;
  const all = input.flag("all");
  const chosen = chosenFilter(input) ?? (input.flag("dry-run") ? "dry-run" : undefined);
  if (!all && chosen !== undefined) throw usage(`--${chosen} needs --all: statefun ${command} --all --${chosen} ….`);
  if (!all && id === undefined)
    throw usage(`Write the address, statefun ${command} <ns/name> <id>, or statefun ${command} --all.`);
  if (all && typeName !== undefined) {
    const messages = command === "drop" ? " --all-messages removes all messages of an address." : "";
    throw usage(`An address and --all exclude each other. Give one of them.${messages}`);
  }
  return all;
}

async function change(input: Input, outgoing: Outgoing, done: string): Promise<void> {
  const answer = await askAdmin(input, outgoing);
  if (input.flag("json")) printJson(jsonOf(answer));
  else print(done);
}
