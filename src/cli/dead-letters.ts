// `statefun dead-letters`: lists messages that failed for good, shows, corrects, resends and drops them.

import { oneLine, visibleLine } from "../errors.js";
import type { WordOf } from "./commands.js";
import { chosenFilter, filterOf } from "./failure-filter.js";
import { type ShownValue, textOf } from "./look.js";
import { type Input, usage } from "./parse.js";
import { preview } from "./preview.js";
import { print, printJson, printTable, shortId } from "./print.js";
import { askAdmin, jsonOf, look, pathOf, queryOf } from "./request.js";
import { assertJson } from "./send.js";

/** A dead letter as the admin server shows it. */
interface ShownLetter {
  readonly letter: string;
  readonly function: string;
  readonly id: string;
  readonly caller: string | null;
  readonly message: ShownValue & {
    readonly metadata?: readonly { name: string; value?: string | null; base64?: string }[];
  };
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details?: unknown;
    readonly stack?: string;
  };
  readonly attempts: number;
  readonly firstFailedAt: string;
  readonly lastFailedAt: string;
}

interface Page {
  readonly letters: readonly ShownLetter[];
  readonly next: string | null;
  readonly total: number;
}

/** What people do to many letters at once: the word in the path, and the words for people. */
const sweeps = {
  resend: { done: "resent", say: "Resent" },
  drop: { done: "dropped", say: "Dropped" },
} as const;

const actions: Readonly<Record<WordOf<"dead-letters">, (input: Input, letter: string | undefined) => Promise<void>>> = {
  list,
  show: (input, letter) => show(input, needed("show", letter)),
  edit: (input, letter) => edit(input, needed("edit", letter)),
  resend: (input, letter) => sweep(input, letter, "resend"),
  drop: (input, letter) => sweep(input, letter, "drop"),
};

/** Does what the first argument says. */
export function deadLetters(input: Input): Promise<void> {
  const [action = "list", letter, message] = input.args;
  const run = Object.hasOwn(actions, action) ? actions[action as WordOf<"dead-letters">] : undefined;
  if (run === undefined) throw usage(`"${action}" is none of ${Object.keys(actions).join(", ")}.`);
  if (action === "list" && letter !== undefined)
    throw usage(`list takes no letter. Write statefun dead-letters show ${letter}.`);
  if (action !== "edit" && message !== undefined) throw usage(`${action} takes no message. Only edit does.`);
  const sweeping = action === "resend" || action === "drop";
  for (const option of ["all", "dry-run"]) {
    if (!sweeping && input.flag(option)) throw usage(`${action} has no --${option}. Only resend and drop have it.`);
  }
  return run(input, letter);
}

function needed(action: string, letter: string | undefined): string {
  if (letter !== undefined) return letter;
  throw usage(`${action} needs a letter: statefun dead-letters ${action} <letter>. statefun dead-letters lists them.`);
}

async function list(input: Input): Promise<void> {
  const page = await pageOf(input, { after: input.text("after"), limit: input.text("limit") });
  if (input.flag("json")) return printJson(page);
  const rows = page.letters.map(({ letter, error, attempts, lastFailedAt, ...of }) => {
    return [letter, of.function, shortId(of.id), lastFailedAt, String(attempts), error.code, error.message];
  });
  const head = ["letter", "function", "id", "failed", "attempts", "code", "cause"];
  printTable(head, rows, "There are no dead letters.");
  if (page.next !== null) print(`There are more dead letters: --after ${page.next}`);
}

async function show(input: Input, letter: string): Promise<void> {
  const shown = await look<ShownLetter>(input, pathOf("dead-letters", letter));
  if (input.flag("json")) return printJson(shown);
  const { message, error, attempts, firstFailedAt, lastFailedAt } = shown;
  print(oneLine(`${shown.letter}, a message to ${shown.function}/${shown.id} from ${shown.caller ?? "outside"}`));
  print(`Failed ${attempts} times, first at ${firstFailedAt} and last at ${lastFailedAt}.`);
  print("");
  print(visibleLine(`${message.typename}  ${textOf(message)}`));
  for (const { name, value, base64 } of message.metadata ?? []) {
    print(visibleLine(`${name}: ${base64 === undefined ? JSON.stringify(value) : `${base64} (base64)`}`));
  }
  print("");
  print(oneLine(`${error.code}: ${error.message}`));
  if (error.details !== undefined) print(JSON.stringify(error.details));
  if (error.stack !== undefined) print(error.stack);
}

async function edit(input: Input, letter: string): Promise<void> {
  const [, , message] = input.args;
  if (message === undefined) throw usage(`edit needs the new message: statefun dead-letters edit ${letter} <json>.`);
  assertJson(message);
  const answer = await askAdmin(input, {
    method: "PUT",
    path: `${pathOf("dead-letters", letter)}${queryOf({ type: input.text("type") })}`,
    headers: { "Content-Type": "application/json" },
    body: message,
  });
  if (input.flag("json")) printJson(jsonOf(answer));
  else print(`Edited. Send it again: statefun dead-letters resend ${letter}`);
}

async function sweep(input: Input, letter: string | undefined, action: keyof typeof sweeps): Promise<void> {
  const chosen = chosenFilter(input);
  if (!input.flag("all")) {
    if (chosen !== undefined || input.flag("dry-run"))
      throw usage(`--${chosen ?? "dry-run"} needs --all: statefun dead-letters ${action} --all.`);
    return one(input, needed(action, letter), action);
  }
  if (letter !== undefined) throw usage("A letter and --all exclude each other. Give one of them.");
  if (input.flag("dry-run")) return previewOf(input, action);
  const { done, say } = sweeps[action];
  let count = 0;
  let through: string | undefined;
  for (;;) {
    const path = `/dead-letters/${action}${queryOf({ ...filterOf(input), through })}`;
    const swept = jsonOf<{ resent?: number; dropped?: number; through: string; more: boolean }>(
      await askAdmin(input, { method: "POST", path }),
    );
    count += swept[done] ?? 0;
    through = swept.through;
    if (!swept.more) break;
    if (!input.flag("json")) print(`${say} ${count} so far.`);
  }
  if (input.flag("json")) printJson({ [done]: count });
  else print(`${say} ${lettersText(count)}.`);
}

async function one(input: Input, letter: string, action: keyof typeof sweeps): Promise<void> {
  const path = pathOf("dead-letters", letter);
  const answer = await askAdmin(
    input,
    action === "resend" ? { method: "POST", path: `${path}/resend` } : { method: "DELETE", path },
  );
  if (input.flag("json")) printJson(jsonOf(answer));
  else print(`${sweeps[action].say}.`);
}

const previewOf = (input: Input, action: keyof typeof sweeps) =>
  preview(input, {
    noun: "letters",
    none: "No dead letter is chosen.",
    say: (count) => `${action} ${lettersText(count)}`,
    page: async (place) => {
      const { letters, next } = await pageOf(input, place);
      return { failures: letters.map((letter) => ({ function: letter.function, code: letter.error.code })), next };
    },
  });

async function pageOf(input: Input, page: { after: string | undefined; limit: string | undefined }): Promise<Page> {
  return look<Page>(input, `/dead-letters${queryOf({ ...filterOf(input), ...page })}`);
}

const lettersText = (count: number) => (count === 1 ? "1 dead letter" : `${count} dead letters`);
