// Calls from the runtime's own process: by `runtime.ref`, beside the typed client over HTTP to the same runtime.

import { execFileSync } from "node:child_process";
import { temporaryFolder } from "../prepare.ts";
import { median, ratios, short, table } from "../statistics.ts";
import type { Summary } from "./summary.ts";

const names = {
  ref: "`runtime.ref`",
  client: "typed client, calls of a turn together",
  alone: "typed client, `batchCalls: false`",
};
type Way = keyof typeof names;

/** Returns a table, as Markdown. `script` is the compiled same-process-program.ts. */
export function measureSameProcess(script: string, rounds: number, seconds: number, summary: Summary): string {
  const output = execFileSync(process.execPath, [script, temporaryFolder("same-process"), `${rounds}`, `${seconds}`], {
    env: { ...process.env, NODE_ENV: "production" },
    encoding: "utf8",
  });
  const found = JSON.parse(output) as { way: Way; atOnce: number; perSecond: number; cpu: number }[];
  const figures = (way: Way, atOnce: number) => {
    const all = found.filter((each) => each.way === way && each.atOnce === atOnce);
    return { perSecond: all.map(({ perSecond }) => perSecond), cpu: all.map(({ cpu }) => cpu) };
  };
  const [ref, client] = [figures("ref", 128), figures("client", 128)];
  summary.addRatio(
    "calls/s from the same process, `runtime.ref` ÷ typed client, 128 at once",
    ref.perSecond,
    client.perSecond,
  );
  return table(
    ["calls from the same process", "calls/s", "`runtime.ref` ÷ this", "CPU µs for each", "`runtime.ref` ÷ this, CPU"],
    [1, 128].flatMap((atOnce) => {
      const ours = figures("ref", atOnce);
      return (Object.keys(names) as Way[]).map((way) => {
        const { perSecond, cpu } = figures(way, atOnce);
        return [
          `${names[way]}, ${atOnce === 1 ? "one at a time" : `${atOnce} at once`}`,
          short(median(perSecond)),
          ratios(ours.perSecond, perSecond),
          short(median(cpu)),
          ratios(ours.cpu, cpu),
        ];
      });
    }),
  );
}
