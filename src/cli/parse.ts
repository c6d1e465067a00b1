// Reads a command line: a command, its arguments and its options. A misspelt word is refused, with the nearest right one.

import { parseArgs } from "node:util";
import { StatefunError } from "../errors.js";
import { suggestion } from "../model/suggest.js";
import { type Command, type CommandName, commands } from "./commands.js";
import { type OptionSpec, variableOf } from "./options.js";

/** The arguments and options of a command. */
export interface Input {
  /** The arguments, in the order of the command's `args`. */
  readonly args: readonly (string | undefined)[];
  /** The value of an option, or the value of its environment variable, or undefined. */
  text(option: string): string | undefined;
  /** All values of an option that may be given more than once, or those in its environment variable. */
  texts(option: string): readonly string[];
  /** Whether a switch was given, or is on in its environment variable. */
  flag(option: string): boolean;
}

/** Finds a command by its name. Throws OPTION_INVALID. */
export function findCommand(written: string): { name: CommandName; command: Command } {
  if (Object.hasOwn(commands, written)) {
    const name = written as CommandName;
    return { name, command: commands[name] };
  }
  if (written.startsWith("-")) throw usage(`The command comes before its options: statefun <command> ${written}.`);
  throw usage(`There is no command "${written}".${suggestion(written, Object.keys(commands))}`);
}

/** Reads the words after a command. Throws OPTION_INVALID. */
export function parseInput(name: CommandName, argv: readonly string[]): Input {
  const command: Command = commands[name];
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(command.options).map(([option, { value }]) => [
        option,
        { type: value === undefined ? "boolean" : "string" } as const,
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const args: string[] = [];
  const values = new Map<string, (string | true)[]>();
  for (const token of tokens) {
    if (token.kind === "positional") args.push(token.value);
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined;
    if (spec === undefined) throw unknownOption(name, command, token.rawName);
    const before = values.get(token.name) ?? [];
    if (before.length > 0 && spec.multiple !== true) throw usage(`${token.rawName} is given twice. Give it once.`);
    values.set(token.name, [...before, optionValue(spec, token.rawName, token.value, token.inlineValue === true)]);
  }
  assertArgs(name, command.args, args);
  return {
    args,
    text: (option) => (values.get(option)?.[0] as string | undefined) ?? fromEnvironment(command, option),
    texts: (option) =>
      (values.get(option) as string[] | undefined) ?? fromEnvironment(command, option)?.trim().split(/\s+/) ?? [],
    flag: (option) => values.has(option) || switchOf(variableOf(option), fromEnvironment(command, option)),
  };
}

function optionValue(spec: OptionSpec, written: string, value: string | undefined, inline: boolean): string | true {
  if (spec.value === undefined) {
    if (value !== undefined) throw usage(`${written} takes no value. Write ${written} alone.`);
    return true;
  }
  // Another option in the place of the value means that the value was forgotten.
  if (value === undefined || (!inline && value !== "-" && value.startsWith("-"))) {
    throw usage(`${written} needs a value: ${written} <${spec.value}>, or ${written}=<${spec.value}>.`);
  }
  return value;
}

/** The value in the environment variable of an option. A blank variable holds none. */
function fromEnvironment({ options }: Command, option: string): string | undefined {
  const value = options[option]?.env === undefined ? undefined : process.env[variableOf(option)];
  // Kubernetes tells every container of a namespace where a service named statefun is: STATEFUN_PORT=tcp://10.0.0.1:80.
  return value === undefined || value.trim() === "" || (/port$/.test(option) && /^\w+:\/\//.test(value))
    ? undefined
    : value;
}

function switchOf(variable: string, value: string | undefined): boolean {
  if (value === undefined || value === "0" || value === "false") return false;
  if (value === "1" || value === "true") return true;
  throw usage(`${variable} is ${JSON.stringify(value)}; it must be 1 or true, or 0 or false.`);
}

function unknownOption(name: string, command: Command, written: string): StatefunError {
  if (/^-\d/.test(written)) {
    return usage(`${written} looks like an option. Write an argument that begins with a dash after --.`);
  }
  const known = Object.keys(command.options).map((option) => `--${option}`);
  return usage(`statefun ${name} has no option ${written}.${suggestion(written, known)}`);
}

function assertArgs(name: string, usageOfArgs: string, args: readonly string[]): void {
  const names = usageOfArgs.split(" ").filter((arg) => arg !== "");
  const missing = names[args.length];
  if (missing?.startsWith("<")) throw usage(`${missing} is missing. Write statefun ${name} ${usageOfArgs}.`);
  if (args.length > names.length) {
    throw usage(
      `"${args[names.length]}" is one argument too many. Write ${`statefun ${name} ${usageOfArgs}`.trimEnd()}.`,
    );
  }
}

/** Makes the error of a wrong command line. */
export function usage(message: string): StatefunError {
  return new StatefunError("OPTION_INVALID", message);
}
