// `statefun completion`: prints a script that lets a shell complete commands and options.

import { commands } from "./commands.js";
import { type Input, usage } from "./parse.js";
import { print } from "./print.js";

const scripts: Readonly<Record<string, () => string>> = { bash, zsh, fish };

/** Prints the script for a shell. */
export async function completion({ args: [shell = ""] }: Input): Promise<void> {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script === undefined)
    throw usage(`There is no shell "${shell}". Name one of ${Object.keys(scripts).join(", ")}.`);
  print(script());
}

const names = Object.keys(commands);

/** The options of each command, as they are written. */
const optionsOf = Object.entries(commands).map(([name, { options }]): [string, string[]] => [
  name,
  [...Object.keys(options), "help"].map((option) => `--${option}`),
]);

/** A word that is neither a command nor an option is completed as the name of a file. */
function bash(): string {
  return `_statefun() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${names.join(" ")}"
  elif [[ "$word" == -* ]]; then
    case "\${COMP_WORDS[1]}" in
${optionsOf.map(([name, options]) => `      ${name}) words="${options.join(" ")}" ;;`).join("\n")}
    esac
  elif [ "\${COMP_WORDS[1]}" = help ]; then
    words="${names.join(" ")}"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _statefun statefun`;
}

function zsh(): string {
  return `#compdef statefun
_statefun() {
  if (( CURRENT == 2 )) || [[ $words[2] == help ]]; then
    compadd -- ${names.join(" ")}
  elif [[ $words[CURRENT] == -* ]]; then
    case $words[2] in
${optionsOf.map(([name, options]) => `      ${name}) compadd -- ${options.join(" ")} ;;`).join("\n")}
    esac
  else
    _files
  fi
}
# zsh runs a file of its function path when it completes for the first time; any other reader only registers the function.
if [[ $funcstack[1] == _statefun ]]; then _statefun "$@"; else compdef _statefun statefun; fi`;
}

function fish(): string {
  const lines = Object.entries(commands).flatMap(([name, { summary, options }]) => [
    `complete -c statefun -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ...Object.entries(options).map(([option, { value, help }]: [string, { value?: string; help: string }]) =>
      [
        `complete -c statefun -n "__fish_seen_subcommand_from ${name}" -l ${option}`,
        value === undefined ? "" : " -r",
        ` -d ${quoted(help)}`,
      ].join(""),
    ),
  ]);
  return lines.join("\n");
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
