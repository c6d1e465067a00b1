// Where the commands of a run come from.

import type { Arbitrary } from "fast-check";
import { describeValue, StatefunError } from "../../errors.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { areCommands, type Command, type GeneratedCommands } from "./commands.js";
import { generatedCommands } from "./generated-commands.js";
import type { Random } from "./random.js";

/** What draws commands: whole numbers, values of a list, and yes or no. */
export type CommandRandom = Pick<Random, "below" | "pick" | "chance" | "next">;

/** An arbitrary of fast-check, as far as a simulation needs it. */
export interface CommandArbitrary {
  generate(random: any, biasFactor: number | undefined): { readonly value: readonly Command[] };
}

/** A list of commands, a function that draws one, an arbitrary of fast-check that makes one, or the functions that get messages. */
export type CommandSource =
  | readonly Command[]
  | ((random: CommandRandom) => readonly Command[])
  | CommandArbitrary
  | GeneratedCommands;

/** Whether commands may come from something. */
export function isCommandSource(input: unknown): input is CommandSource {
  if (typeof input === "function" || areCommands(input)) return true;
  return typeof input === "object" && input !== null && ("generate" in input || "to" in input);
}

/** What draws the commands of each run. Rejects with OPTION_INVALID. */
export async function commandsOf(
  source: CommandSource,
  catalog: TypeCatalog,
): Promise<(random: Random) => readonly Command[]> {
  if (typeof source === "function") {
    return (random) => {
      const drawn: unknown = source(random);
      if (areCommands(drawn)) return drawn;
      throw new StatefunError(
        "OPTION_INVALID",
        `simulate: the function in commands has returned ${describeValue(drawn)}; it must return a list of commands, such as those of send and call.`,
      );
    };
  }
  if (!("generate" in source || "to" in source)) return () => source;
  const fc = await loadFastCheck();
  const commands =
    "to" in source ? generatedCommands(fc, source, catalog) : (source as unknown as Arbitrary<Command[]>);
  // fast-check begins each sample with its smallest values.
  let drawn: Command[][] = [];
  return (random) => {
    if (drawn.length === 0) drawn = fc.sample(commands, { seed: random.below(2 ** 31), numRuns: sampleSize });
    return drawn.shift() ?? [];
  };
}

/** How many lists of commands are drawn at once. */
const sampleSize = 100;

/** Loads fast-check, which only generated commands need. */
async function loadFastCheck() {
  try {
    return await import("fast-check");
  } catch (thrown) {
    throw new StatefunError("OPTION_INVALID", "The commands are made by fast-check. Install fast-check 4 beside it.", {
      cause: thrown,
    });
  }
}
