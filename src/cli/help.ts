// `statefun help`: the list of commands, and the options of one command.

import { commands } from "./commands.js";
import { type OptionSpec, variableOf } from "./options.js";
import { findCommand, type Input } from "./parse.js";
import { columns, print } from "./print.js";

/** Prints all commands, or one command with its options. */
export async function help({ args: [name] }: Input): Promise<void> {
  print(name === undefined ? overview() : helpOf(name));
}

function overview(): string {
  const rows = Object.entries(commands).map(([name, { args, summary }]) => [`  ${name} ${args}`.trimEnd(), summary]);
  return `Stateful functions on one machine.

Usage: statefun <command> [arguments] [options]

${columns(rows)}

statefun help <command> shows the options of a command. statefun --version shows the version.`;
}

/** Describes one command with its options. Throws OPTION_INVALID for an unknown name. */
export function helpOf(name: string): string {
  const { args, summary, options, examples } = findCommand(name).command;
  const rows = Object.entries<OptionSpec>(options).map(([option, { value, help, env }]) => [
    `  --${option}${value === undefined ? "" : ` <${value}>`}`,
    env === undefined || help.includes(variableOf(option)) ? help : `${help} [${variableOf(option)}]`,
  ]);
  const head = `${summary}\n\nUsage: ${`statefun ${name} ${args}`.trimEnd()}${rows.length > 0 ? " [options]" : ""}`;
  const parts = [head];
  if (rows.length > 0) parts.push(columns(rows));
  parts.push(["Examples:", ...examples.map((example) => `  ${example}`)].join("\n"));
  return parts.join("\n\n");
}
