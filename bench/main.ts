// `npm run bench`: measures this package against the official SDKs and the floors, and writes docs/benchmarks.md.
// See there for the options.

import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureCosts } from "./costs.ts";
import { LoadProcess } from "./load-process.ts";
import { measureGrowth, measureLatency } from "./memory.ts";
import { bench, buildOurs } from "./prepare.ts";
import { measureReference } from "./reference.ts";

const sections = ["reference", "costs", "growth", "latency"] as const;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    only: { type: "string" },
    invocations: { type: "string" },
    changed: { type: "string" },
    "no-http": { type: "boolean", default: false },
    "no-peers": { type: "boolean", default: false },
  },
});
const { quick, changed, only } = values;
const chosen = only === undefined ? sections : sections.filter((section) => only.split(",").includes(section));
if (chosen.length === 0) throw new Error(`--only takes ${sections.join(", ")}`);
const rounds = values.rounds === undefined ? (quick ? 6 : 10) : Number(values.rounds);
const seconds = quick ? 0.6 : 1.5;

const ours = buildOurs();
const load = new LoadProcess();
const measure: Record<(typeof sections)[number], () => Promise<string>> = {
  reference: () =>
    measureReference(
      {
        ours,
        changed: changed === undefined ? undefined : buildOurs(changed),
        rounds,
        seconds,
        peers: !values["no-peers"],
        http: !values["no-http"],
      },
      load,
    ),
  costs: () => measureCosts(ours, rounds, seconds),
  growth: () => measureGrowth(ours, Number(values.invocations ?? (quick ? 500_000 : 10_000_000))),
  latency: () => measureLatency(ours, quick ? 2 : 10, load),
};

const complete = only === undefined && changed === undefined && !values["no-http"] && !values["no-peers"];
const page = join(bench, "../docs/benchmarks.md");
let text = readFileSync(page, "utf8");
const written = (section: string, content: string) => {
  const [begin, end] = [`<!-- ${section}: begin -->`, `<!-- ${section}: end -->`];
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < 0) throw new Error(`docs/benchmarks.md has no place for ${section}`);
  text = `${text.slice(0, start)}${begin}\n${content}\n${text.slice(stop)}`;
};
const day = new Date().toISOString().slice(0, 10);
written(
  "machine",
  `${day}: ${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, Node ${process.version}, ${rounds} rounds${quick ? ", --quick" : ""}.`,
);
for (const section of chosen) {
  const result = await measure[section]();
  console.log(`\n${result}`);
  written(section, result);
}
load.stop();
if (complete) writeFileSync(page, text);
process.exit(0);
