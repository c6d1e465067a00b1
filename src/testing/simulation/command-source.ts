// Where the commands of a run come from.

import { StatefunError } from "../../errors.js";
import type { Command } from "./commands.js";
import type { Random } from "./random.js";

/** What draws commands: whole numbers, values of a list, and yes or no. */
export type CommandRandom = Pick<Random, "below" | "pick" | "chance" | "next">;

/** An arbitrary of fast-check, as far as a simulation needs it. */
export interface CommandArbitrary {
  generate(random: any, biasFactor: number | undefined): { readonly value: readonly Command[] };
}

/** A list of commands, a function that draws one, or an arbitrary of fast-check that makes one. */
export type CommandSource = readonly Command[] | ((random: CommandRandom) => readonly Command[]) | CommandArbitrary;

/** Loads fast-check if it is needed. Rejects with OPTION_INVALID when it is missing. */
export async function commandsOf(source: CommandSource): Promise<(random: Random) => readonly Command[]> {
  if (typeof source === "function") return source;
  if (!("generate" in source)) return () => source;
  const fastCheck = await loadFastCheck();
  return (random) => {
    const [commands] = fastCheck.sample(source as never, { seed: random.below(2 ** 31), numRuns: 1 });
    return commands as unknown as readonly Command[];
  };
}

async function loadFastCheck() {
  try {
    return await import("fast-check");
  } catch (thrown) {
    throw new StatefunError("OPTION_INVALID", "The commands are an arbitrary. Install fast-check 4 beside it.", {
      cause: thrown,
    });
  }
}
