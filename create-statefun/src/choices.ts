// The choices of a project: what each is called, what it may be, and how it is asked for.

/** What a project is made of. */
export interface Choices {
  readonly messages: "json" | "protobuf";
  readonly decorators: "standard" | "legacy";
  readonly modules: "esm" | "commonjs";
}

/** One choice. The first value is the default. */
interface Choice {
  readonly question: string;
  readonly values: readonly string[];
}

/** Every choice by the name of its option, in the order of the questions. */
export const choices: Readonly<Record<keyof Choices, Choice>> = {
  messages: { question: "Messages in JSON or Protobuf?", values: ["json", "protobuf"] },
  decorators: { question: "Standard decorators, or legacy (experimentalDecorators)?", values: ["standard", "legacy"] },
  modules: { question: "ES modules or CommonJS?", values: ["esm", "commonjs"] },
};

/** Asks a person a question, and resolves to the answer. */
export type Ask = (question: string) => Promise<string>;

/** The command line is wrong. */
export class WrongUsage extends Error {}

/** Completes the values that options gave: by questions, or by the defaults when there is nobody to ask. */
export async function completeChoices(
  given: Readonly<Record<string, string | undefined>>,
  ask: Ask | undefined,
): Promise<Choices> {
  const made: Record<string, string> = {};
  // Every option is checked before the first question, so that no answer is given in vain.
  for (const [name, { values }] of Object.entries(choices)) {
    const value = given[name];
    if (value !== undefined && !values.includes(value)) {
      throw new WrongUsage(`--${name} is ${JSON.stringify(value)}. Give one of ${values.join(", ")}.`);
    }
  }
  for (const [name, { question, values }] of Object.entries(choices)) {
    made[name] = given[name] ?? (ask === undefined ? defaultOf(values) : await askFor(question, values, ask));
  }
  return made as unknown as Choices;
}

/** Asks until the answer is a value, or the beginning of one, or empty for the default. */
async function askFor(question: string, values: readonly string[], ask: Ask): Promise<string> {
  const shown = `${question} ${values.map((value, at) => (at === 0 ? `[${value}]` : value)).join(" / ")}: `;
  for (;;) {
    const answer = (await ask(shown)).trim().toLowerCase();
    const found = answer === "" ? defaultOf(values) : values.find((value) => value.startsWith(answer));
    if (found !== undefined) return found;
  }
}

function defaultOf(values: readonly string[]): string {
  return values[0] as string;
}
