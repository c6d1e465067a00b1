// The examples in the comments of src/: each @example is one ```ts block.

import { sourceFiles, sourceText } from "../support/source.ts";
import type { Block } from "./pages.ts";

/** The example that other examples import as `./functions.js`. */
const shared = "export const functions = ";

/** The examples of one source file. Throws when an @example is not followed by exactly one ```ts block. */
export function examplesIn(path: string, text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  lines.forEach((line, index) => {
    if (!line.includes("@example")) return;
    const margin = /^( *\*) @example$/.exec(line)?.[1];
    const end = lines.indexOf(`${margin} \`\`\``, index);
    if (margin === undefined || lines[index + 1] !== `${margin} \`\`\`ts` || end < 0) {
      throw new Error(`${path}:${index + 1}: an @example is followed by one \`\`\`ts block, on lines of their own`);
    }
    const inside = lines.slice(index + 2, end);
    const stray = inside.findIndex((each) => each !== margin && !each.startsWith(`${margin} `));
    if (stray >= 0) throw new Error(`${path}:${index + 3 + stray}: the @example's block has no end`);
    const code = inside.map((each) => each.slice(margin.length + 1)).join("\n");
    const name = code.includes(shared) ? "functions" : `${path.replace(/\.ts$/, "").replaceAll("/", "-")}-${index + 3}`;
    blocks.push({ page: path, language: "ts", line: index + 3, code, notes: [`file=${name}.ts`] });
  });
  return blocks;
}

/** Every example of src/. */
export const examples: readonly Block[] = sourceFiles().flatMap((file) =>
  examplesIn(`src/${file}`, sourceText(`src/${file}`)),
);
