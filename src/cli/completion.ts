// `statefun completion`: prints a script that lets a shell complete commands, options and names of files.

import { type Command, commands, type WordOf } from "./commands.js";
import type { OptionSpec } from "./options.js";
import { type Input, usage } from "./parse.js";
import { print } from "./print.js";

const scripts: Readonly<Record<WordOf<"completion">, () => string>> = { bash, zsh, fish };

/** Prints the script for a shell. */
export async function completion({ args: [shell = ""] }: Input): Promise<void> {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell as WordOf<"completion">] : undefined;
  if (script === undefined)
    throw usage(`There is no shell "${shell}". Name one of ${Object.keys(scripts).join(", ")}.`);
  print(script());
}

const list: readonly (readonly [name: string, command: Command])[] = Object.entries(commands);
const names = list.map(([name]) => name);

/** The options of each command, as they are written. */
const optionsOf = list.map(
  ([name, { options }]) => [name, [...Object.keys(options), "help"].map((option) => `--${option}`)] as const,
);

/** What the value of an option is completed as. An option of one name has values of one kind in every command. */
function completedAs({ value }: OptionSpec): "nothing" | "file" | "folder" | "text" {
  if (value === undefined) return "nothing";
  if (value === "folder") return "folder";
  return value.startsWith("file") ? "file" : "text";
}

/** The options whose values are completed in one way, as a pattern of a shell. */
function optionsWith(kind: "file" | "folder" | "text"): string {
  const all = list.flatMap(([, { options }]) => Object.entries(options));
  const found = all.filter(([, spec]) => completedAs(spec) === kind).map(([option]) => `--${option}`);
  return [...new Set(found)].join("|");
}

/** The commands that have a file as an argument. */
const takingFiles = list.filter(([, { args }]) => /\.(ts|yaml)\b/.test(args)).map(([name]) => name);

/** The words that can come right after each of some commands. */
const firstWords: readonly (readonly [name: string, words: readonly string[]])[] = [
  ["help", names],
  ...list.flatMap(([name, { words }]) => (words === undefined ? [] : [[name, words] as const])),
];

/** The cases of a shell: each command, and what is done with its words. */
const cases = (of: readonly (readonly [name: string, words: readonly string[]])[], done: (words: string) => string) =>
  of.map(([name, words]) => `      ${name}) ${done(words.join(" "))} ;;`).join("\n");

function bash(): string {
  return `_statefun_files() {
  local IFS=$'\\n'
  compopt -o filenames 2> /dev/null # bash 3 has no compopt: it completes the names all the same
  COMPREPLY=($(compgen "$1" -- "$2"))
}
_statefun() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  # bash takes --dir=data for three words.
  if [ "$word" = = ]; then word=""; elif [ "$before" = = ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${names.join(" ")}"
  elif [[ "$word" == -* ]]; then
    case "\${COMP_WORDS[1]}" in
${cases(optionsOf, (words) => `words="${words}"`)}
    esac
  else
    case "$before" in
      ${optionsWith("folder")}) _statefun_files -d "$word"; return ;;
      ${optionsWith("file")}) _statefun_files -f "$word"; return ;;
      ${optionsWith("text")}) return ;;
    esac
    case "\${COMP_WORDS[1]}" in
      ${takingFiles.join("|")}) _statefun_files -f "$word"; return ;;
    esac
    if [ "$COMP_CWORD" -ne 2 ]; then return; fi
    case "\${COMP_WORDS[1]}" in
${cases(firstWords, (words) => `words="${words}"`)}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _statefun statefun`;
}

function zsh(): string {
  return `#compdef statefun
_statefun() {
  local before=$words[CURRENT-1]
  if (( CURRENT == 2 )); then
    compadd -- ${names.join(" ")}
    return
  fi
  if [[ $words[CURRENT] == --*=* ]]; then
    before=\${words[CURRENT]%%=*}
    compset -P '*='
  elif [[ $words[CURRENT] == -* ]]; then
    case $words[2] in
${cases(optionsOf, (words) => `compadd -- ${words}`)}
    esac
    return
  fi
  case $before in
    ${optionsWith("folder")}) _files -/; return ;;
    ${optionsWith("file")}) _files; return ;;
    ${optionsWith("text")}) return ;;
  esac
  if (( CURRENT == 3 )); then
    case $words[2] in
${cases(firstWords, (words) => `compadd -- ${words}`)}
    esac
  fi
  case $words[2] in
    ${takingFiles.join("|")}) _files ;;
  esac
}
# zsh runs a file of its function path when it completes for the first time; any other reader only registers the function.
if [[ $funcstack[1] == _statefun ]]; then _statefun "$@"; else compdef _statefun statefun; fi`;
}

/** How fish completes the value of an option. */
const fishValues = {
  nothing: "",
  file: " -r -F",
  folder: " -x -a '(__statefun_folders)'",
  text: " -x",
} as const;

function fish(): string {
  const after = (commands: string) => `complete -c statefun -n '__statefun_after ${commands}'`;
  const lines = list.flatMap(([name, { summary, options }]) => [
    `complete -c statefun -n __statefun_first -a ${name} -d ${quoted(summary)}`,
    ...Object.entries(options).map(
      ([option, spec]) => `${after(name)} -l ${option}${fishValues[completedAs(spec)]} -d ${quoted(spec.help)}`,
    ),
    `${after(name)} -l help -d ${quoted("Show the options of the command, and examples.")}`,
  ]);
  const words = firstWords.map(
    ([name, words]) => `complete -c statefun -n '__statefun_right_after ${name}' -a ${quoted(words.join(" "))}`,
  );
  return `function __statefun_first
  test (count (commandline -opc)) -eq 1
end
function __statefun_after
  set -l words (commandline -opc)
  test (count $words) -ge 2; and contains -- $words[2] $argv
end
function __statefun_right_after
  test (count (commandline -opc)) -eq 2; and __statefun_after $argv
end
function __statefun_folders
  __fish_complete_directories (commandline -ct | string replace -r '^--[^=]*=' '')
end
complete -c statefun -f
${[...lines, ...words].join("\n")}
${after(takingFiles.join(" "))} -F`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
