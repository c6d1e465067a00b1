// How a failed command ends: its exit status, and the lines that it prints. The table of errors has the status of each code.

import { describe, type ExitStatus, errors, oneLine, type StatefunError } from "../errors.js";

/** The meaning of each exit status. The table in docs/cli.md has the same; a test compares them. */
export const exitStatuses = {
  0: "Done.",
  1: "The request was refused or failed.",
  2: "The command line is wrong: an unknown command or option, or a value that is not allowed.",
  3: "The runtime could not be reached.",
  4: "There is no such function, state, token or path.",
  5: "Not now: no answer in time, too much is waiting, the disk is full, or the runtime is stopping. Try again.",
  6: "Another process has the port or the data folder.",
} as const satisfies Record<0 | ExitStatus, string>;

/** What the user of a command can do about a code. */
const hints: Readonly<Record<string, string>> = {
  OPTION_INVALID: "statefun help <command> shows the options of a command.",
  TYPE_NAME_INVALID: "Write a function as namespace/name, for example example/count.",
  CLIENT_FAILED: "Start the runtime with statefun start, or say where it is with --url or --admin-url.",
  FUNCTION_UNKNOWN: "statefun ps lists the functions.",
  UNAUTHORIZED:
    "Give the token in STATEFUN_BEARER_TOKEN or STATEFUN_ADMIN_BEARER_TOKEN, or with --bearer-token or --admin-bearer-token.",
  VALUE_UNTYPED:
    "Name the type with --type. send and call also take the method with --handler, and a value that is not JSON with --bytes <file>.",
  ADDRESS_PARKED:
    "statefun show says why. Then use statefun retry, or statefun drop to remove the message that failed.",
  ADDRESS_IN_USE: "Choose another port with --port or --admin-port.",
  STORE_LOCKED: "Stop the other process, or give another folder with --dir.",
};

/**
 * Says how a command ends that failed. A failure without a code comes from the user's functions, so it is printed with its
 * stack.
 */
export function failureOf(thrown: unknown): { exitStatus: ExitStatus; text: string } {
  if (!(thrown instanceof Error)) return { exitStatus: 1, text: describe(thrown) };
  // The message of a compiler names the place in the source, the stack a place in the compiler.
  if (thrown.name === "TransformError") return { exitStatus: 1, text: thrown.message };
  // The class is known by its name, since the user's functions may have loaded another copy of it.
  if (thrown.name !== "StatefunError") return { exitStatus: 1, text: thrown.stack ?? describe(thrown) };
  const { code } = thrown as StatefunError;
  const hint = Object.hasOwn(hints, code) ? `\n${hints[code]}` : "";
  const exitStatus = Object.hasOwn(errors, code) ? errors[code].exit : 1;
  // A module file may have several mistakes. Each has a line.
  const lines = code === "MODULE_INVALID" ? thrown.message.split("\n") : [thrown.message];
  return { exitStatus, text: `${code}: ${lines.map(oneLine).join("\n")}${hint}` };
}
