// What real shells offer for a command line, with the script of `statefun completion`.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a shell offers for the last word of each line, sorted. */
export type Offering = (script: string, lines: readonly string[], cwd: string) => string[][];

const sorted = (output: string) => [...new Set(output.split("\n").filter((word) => word !== ""))].sort();

/** bash has split the line into words, at = too, when it calls the function. */
const bash: Offering = (script, lines, cwd) =>
  lines.map((line) => {
    const words = line.split(/ |(?<==)|(?==)/);
    const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _statefun; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return sorted(execFileSync("bash", ["-c", `${script}\n${ask}`, "bash", ...words], { cwd, encoding: "utf8" }));
  });

/** An interactive zsh on a terminal of its own, in which somebody presses the tabulator key. It writes down what it finds. */
const zsh: Offering = (script, lines, cwd) => {
  const folder = mkdtempSync(join(tmpdir(), "statefun-zsh-"));
  try {
    writeFileSync(join(folder, "_statefun"), `${script}\n`);
    writeFileSync(
      join(folder, "setup"),
      `autoload -Uz compinit && compinit -u -D
source ${folder}/_statefun
compadd() { local -a found; builtin compadd -O found "$@"; print -rl -- $found >> ${folder}/found; builtin compadd "$@" }
_pressed() { _main_complete; print "e"nded }
zle -C pressed complete-word _pressed
bindkey '^I' pressed
print "r"eady
`,
    );
    const terminal = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell ". ${folder}/setup"; zpty -r shell seen '*ready*'
for line in "$@"; do
  : > ${folder}/found
  zpty -n -w shell "$line"$'\\t'; zpty -r shell seen '*ended*'
  zpty -n -w shell $'\\C-U' # clears the line
  cat ${folder}/found; print -n '\\0'
done`;
    // The home folder is not the user's, so that no file of the user takes part.
    const env = { PATH: process.env.PATH, HOME: folder, TERM: "dumb" };
    const options = { cwd, env, timeout: 60_000, encoding: "utf8" } as const;
    const output = execFileSync("zsh", ["-f", "-c", terminal, "zsh", ...lines], options);
    return output
      .split("\0")
      .slice(0, -1)
      .map((found) => sorted(found.replaceAll("\\", "")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** fish says what it offers, each with a description. For --option=value it repeats the option. */
const fish: Offering = (script, lines, cwd) => {
  const home = mkdtempSync(join(tmpdir(), "statefun-fish-"));
  try {
    const env = { PATH: process.env.PATH, HOME: home, TERM: "dumb" };
    const ask = "for line in $argv; complete --do-complete $line; printf '\\0'; end";
    const args = ["--private", "-c", `${script}\n${ask}`, ...lines];
    const output = execFileSync("fish", args, { cwd, env, encoding: "utf8" });
    return output
      .split("\0")
      .slice(0, -1)
      .map((found) =>
        sorted(
          found
            .replace(/\t.*$/gm, "")
            .replace(/^--[^=\n]+=/gm, "")
            .replace(/\/$/gm, ""),
        ),
      );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};

export const shells: Readonly<Record<string, Offering>> = { bash, zsh, fish };

/** Whether a shell is installed. */
export const isInstalled = (shell: string): boolean => spawnSync(shell, ["-c", "true"]).status === 0;
