// `statefun ps`, `addresses`, `show`, `parked`, `metrics` and `health`: what the admin server shows.

import { oneLine, StatefunError } from "../errors.js";
import { parseTypeName } from "../model/type-name.js";
import type { Input } from "./parse.js";
import { print, printJson, printTable, shortId } from "./print.js";
import { askAdmin, jsonOf, pathOf, queryOf } from "./request.js";

/** A value as the admin server shows it: as JSON, or in base64 where the runtime does not know its type. */
export interface ShownValue {
  readonly typename: string;
  readonly value?: unknown;
  readonly base64?: string;
}

/** One address as the admin server shows it. */
export interface ShownAddress {
  readonly function: string;
  readonly id: string;
  readonly states: readonly (ShownValue & { readonly name: string; readonly writtenAt: string })[];
  readonly waiting: number;
  readonly mailbox: readonly (ShownValue & { readonly caller: string | null })[];
  readonly delayed: readonly (ShownValue & { readonly dueAt: string; readonly cancellationToken: string | null })[];
  readonly parked: ShownParked | null;
  readonly inFlight: boolean;
}

interface ShownParked {
  readonly since: string;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
}

interface ShownFunction {
  readonly function: string;
  readonly endpoint: string;
  readonly addresses: number;
  readonly waiting: number;
  readonly parked: number;
  readonly more: boolean;
}

/** Lists the functions. */
export async function ps(input: Input): Promise<void> {
  const { functions } = await look<{ functions: ShownFunction[] }>(input, "/functions");
  if (input.flag("json")) return printJson({ functions });
  const rows = functions.map((shown) => {
    const more = shown.more ? "+" : "";
    const counts = [`${shown.addresses}${more}`, `${shown.waiting}${more}`, String(shown.parked)];
    return [shown.function, shown.endpoint, ...counts];
  });
  printTable(["function", "endpoint", "addresses", "waiting", "parked"], rows, "The runtime has no functions.");
}

/** Lists the addresses of a function. */
export async function addresses(input: Input): Promise<void> {
  const [typeName = ""] = input.args;
  const { namespace, name } = parseTypeName(typeName);
  const query = queryOf({ after: input.text("after"), limit: input.text("limit") });
  const page = await look<{ addresses: { id: string; waiting: number }[]; next: string | null }>(
    input,
    `${pathOf("functions", namespace, name, "addresses")}${query}`,
  );
  if (input.flag("json")) return printJson(page);
  const rows = page.addresses.map(({ id, waiting }) => [shortId(id), String(waiting)]);
  printTable(["id", "waiting"], rows, `No address of ${typeName} holds a state or a message.`);
  if (page.next !== null) print(oneLine(`There are more addresses: --after ${JSON.stringify(page.next)}`));
}

/** Shows one address. */
export async function show(input: Input): Promise<void> {
  const shown = await lookAt(input);
  if (input.flag("json")) return printJson(shown);
  const { parked } = shown;
  print(oneLine(`${shown.function}/${shown.id}${shown.inFlight ? ", with a call in flight" : ""}`));
  if (parked !== null) {
    print(oneLine(`Parked since ${parked.since} after ${parked.attempts} attempts. ${parked.code}: ${parked.reason}`));
  }
  print("");
  const states = shown.states.map((state) => [state.name, state.typename, state.writtenAt, textOf(state)]);
  printTable(["state", "type", "written", "value"], states, "The address has no states.");
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
}

/** Lists the parked addresses. */
export async function parked(input: Input): Promise<void> {
  const query = queryOf({ limit: input.text("limit") });
  const page = await look<{ parked: (ShownParked & { function: string; id: string })[]; total: number }>(
    input,
    `/parked${query}`,
  );
  if (input.flag("json")) return printJson(page);
  const rows = page.parked.map((one) => [
    one.function,
    shortId(one.id),
    one.since,
    String(one.attempts),
    one.code,
    one.reason,
  ]);
  printTable(["function", "id", "since", "attempts", "code", "reason"], rows, "No address is parked.");
  if (page.total > rows.length) print(`… and ${page.total - rows.length} more`);
}

/** Prints the metrics as the admin server sends them. */
export async function metrics(input: Input): Promise<void> {
  const { body } = await askAdmin(input, { method: "GET", path: "/metrics" });
  print(body.toString().trimEnd());
}

/** Says that the runtime takes messages, or fails with the reason why it does not. */
export async function health(input: Input): Promise<void> {
  const healthy = await look<{ status: string }>(input, "/health");
  if (input.flag("json")) printJson(healthy);
  else print("Healthy.");
}

/** Asks for one address. Throws the error that the admin server answers. */
export function lookAt(input: Input): Promise<ShownAddress> {
  return look<ShownAddress>(input, addressPath(input));
}

/** Returns the path, in the admin API, of the address that the first two arguments of a command name. Throws OPTION_INVALID. */
export function addressPath({ args: [typeName = "", id = ""] }: Input): string {
  const { namespace, name } = parseTypeName(typeName);
  if (id === "") throw new StatefunError("OPTION_INVALID", "The id is empty. Write the id of an address.");
  return pathOf("addresses", namespace, name, id);
}

/** Shows a value on one line. */
export function textOf({ value, base64 }: ShownValue): string {
  return base64 === undefined ? JSON.stringify(value) : `${base64} (base64)`;
}

async function look<T>(input: Input, path: string): Promise<T> {
  return jsonOf<T>(await askAdmin(input, { method: "GET", path }));
}
