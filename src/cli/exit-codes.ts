// How a command ends: its exit code, and the lines that say why it failed.

import { describe, type ExitStatus, errors, oneLine, type StatefunError } from "../errors.js";

/** What each exit code means. The table in docs/cli.md says the same; a test keeps them equal. */
export const exitCodes = {
  0: "Done.",
  1: "The request was refused or failed.",
  2: "The command line is wrong: an unknown command or option, or a value that can't be.",
  3: "The runtime could not be reached.",
  4: "There is no such function, state, token or path.",
  5: "Not now: no answer in time, too much is waiting, the disk is full, or the runtime is stopping. Try again.",
  6: "Another process has the port or the data folder.",
} as const satisfies Record<0 | ExitStatus, string>;

export type ExitCode = keyof typeof exitCodes;

const hints: Readonly<Record<string, string>> = {
  OPTION_INVALID: "statefun help <command> shows what a command takes.",
  TYPE_NAME_INVALID: "Write a function as namespace/name, for example example/count.",
  CLIENT_FAILED: "Is it running? Start it with statefun start, or say where it is with --url and --admin-url.",
  FUNCTION_UNKNOWN: "statefun ps lists the functions.",
  UNAUTHORIZED:
    "Give the token with --ingress-token or --admin-token, or in STATEFUN_INGRESS_TOKEN or STATEFUN_ADMIN_TOKEN.",
  VALUE_UNTYPED: "Name its type with --type, or its method with --handler; --bytes <file> sends a value's own bytes.",
  ADDRESS_PARKED: "statefun show says why; statefun retry or statefun drop lets it go on.",
  ADDRESS_IN_USE: "Choose another port with --port or --admin-port.",
  STORE_LOCKED: "Stop the other process, or give another folder with --dir.",
};

/** What became of a failed command. A failure without a code of ours is shown whole: it is from a user's functions. */
export function failureOf(thrown: unknown): { exitCode: ExitCode; text: string } {
  if (!(thrown instanceof Error)) return { exitCode: 1, text: describe(thrown) };
  // A compiler's message says where in the source; its stack says where in the compiler.
  if (thrown.name === "TransformError") return { exitCode: 1, text: thrown.message };
  // By its name: a user's functions may bring their own copy of the class.
  if (thrown.name !== "StatefunError") return { exitCode: 1, text: thrown.stack ?? describe(thrown) };
  const { code } = thrown as StatefunError;
  const hint = Object.hasOwn(hints, code) ? `\n${hints[code]}` : "";
  const exitCode = Object.hasOwn(errors, code) ? errors[code].exit : 1;
  // The mistakes of a module file are several, each on its line.
  const lines = code === "MODULE_INVALID" ? thrown.message.split("\n") : [thrown.message];
  return { exitCode, text: `${code}: ${lines.map(oneLine).join("\n")}${hint}` };
}
