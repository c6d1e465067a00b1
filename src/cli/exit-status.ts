// How a failed command ends: its exit status, and the lines that it prints. The table of errors has the status of each code.

import { describe, type ErrorCode, type ExitStatus, errors, oneLine, type StatefunError, visible } from "../errors.js";
import { isTerminalError } from "../model/terminal-error.js";
import { type CommandName, commands } from "./commands.js";

/** The meaning of each exit status. The table in docs/cli.md has the same; a test compares them. */
export const exitStatuses = {
  0: "Done.",
  1: "The request was refused or failed.",
  2: "The command line is wrong: an unknown command or option, or a value that is not allowed.",
  3: "The runtime could not be reached.",
  4: "There is no such function, state, run, token or path.",
  5: "Not now: no answer in time, too much is waiting, the disk is full, or the runtime is stopping. Try again.",
  6: "Another process has the port or the data folder.",
} as const satisfies Record<0 | ExitStatus, string>;

/** What the user of a command can do. A hint about an option is shown for the commands that have the option. */
interface Hint {
  readonly text: string;
  readonly option?: string;
}

const hints: Readonly<Partial<Record<ErrorCode, readonly Hint[]>>> = {
  CLIENT_FAILED: [
    { text: "Start the runtime with statefun start, or say where it is with --url.", option: "url" },
    { text: "Start the runtime with statefun start, or say where it is with --admin-url.", option: "admin-url" },
  ],
  FUNCTION_UNKNOWN: [{ text: "statefun ps lists the functions." }],
  RUN_NOT_FOUND: [{ text: "statefun run shows the runs of an address." }],
  UNAUTHORIZED: [
    { text: "Give the token in STATEFUN_BEARER_TOKEN, or with --bearer-token.", option: "bearer-token" },
    {
      text: "Give the token in STATEFUN_ADMIN_BEARER_TOKEN, or with --admin-bearer-token.",
      option: "admin-bearer-token",
    },
  ],
  VALUE_UNTYPED: [
    { text: "Name the type with --type.", option: "type" },
    { text: "Or name the method with --handler.", option: "handler" },
    { text: "To send a value that is not JSON, use --bytes <file>.", option: "bytes" },
  ],
  ADDRESS_PARKED: [
    { text: "statefun show says why. Then use statefun retry, or statefun drop to remove the message that failed." },
  ],
  ADDRESS_IN_USE: [{ text: "Choose another port with --port or --admin-port.", option: "port" }],
  STORE_LOCKED: [{ text: "Stop the other process, or give another folder with --dir.", option: "dir" }],
};

/** The hints about a code that fit a command; empty when there is none. */
export function hintOf(code: ErrorCode, commandName: string): string {
  if (!Object.hasOwn(commands, commandName)) {
    return code === "OPTION_INVALID" ? "statefun help lists the commands." : "";
  }
  if (code === "OPTION_INVALID") return `statefun help ${commandName} shows the options.`;
  const { options } = commands[commandName as CommandName];
  const fitting = (hints[code] ?? []).filter(({ option }) => option === undefined || Object.hasOwn(options, option));
  return fitting.map(({ text }) => text).join(" ");
}

/**
 * Says how a command ends that failed; `commandName` is the word that was written for the command. A failure without a code
 * comes from the user's functions, so it is printed with its stack.
 */
export function failureOf(thrown: unknown, commandName = ""): { exitStatus: ExitStatus; text: string } {
  if (!(thrown instanceof Error)) return { exitStatus: 1, text: describe(thrown) };
  // The message of a compiler names the place in the source, the stack a place in the compiler.
  if (thrown.name === "TransformError") return { exitStatus: 1, text: thrown.message };
  if (isTerminalError(thrown)) {
    const { code, message, details } = thrown;
    const more = details === undefined ? "" : `\n${visible(JSON.stringify(details))}`;
    return { exitStatus: 1, text: `${oneLine(`${code}: ${message}`)}${more}` };
  }
  // The class is known by its name, since the user's functions may have loaded another copy of it.
  if (thrown.name !== "StatefunError") return { exitStatus: 1, text: thrown.stack ?? describe(thrown) };
  const { code } = thrown as StatefunError;
  const hint = hintOf(code, commandName);
  const exitStatus = Object.hasOwn(errors, code) ? errors[code].exit : 1;
  // A module file may have several mistakes. Each has a line.
  const lines = code === "MODULE_INVALID" ? thrown.message.split("\n") : [thrown.message];
  return { exitStatus, text: `${code}: ${lines.map(oneLine).join("\n")}${hint === "" ? "" : `\n${hint}`}` };
}
