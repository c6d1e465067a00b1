// `npm run bench:runtime`: measures the embedded runtime beside Restate and the floors, and writes
// docs/benchmarks-runtime.md. See there for the options.

import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bench } from "../prepare.ts";
import { measureAddresses } from "./addresses.ts";
import { measureCalls } from "./calls.ts";
import { measureDelayed } from "./delayed.ts";
import { LoadProcess } from "./load-process.ts";
import { measureChain, measureMessages } from "./messages.ts";
import { measureOverload } from "./overload.ts";
import { buildRuntime, installRestate } from "./prepare.ts";
import { measurePromoted } from "./promoted.ts";
import { measureSameProcess } from "./same-process.ts";
import { measureStart } from "./start.ts";
import { Summary } from "./summary.ts";
import { measureWorkflows } from "./workflows.ts";

const sections = [
  "start",
  "calls",
  "same-process",
  "promoted",
  "messages",
  "chain",
  "workflows",
  "delayed",
  "addresses",
  "overload",
] as const;
/** The sections that the summary is made of. */
const summarized = "calls,same-process,promoted,messages,chain,workflows";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    only: { type: "string" },
    source: { type: "string" },
    changed: { type: "string" },
    "no-peers": { type: "boolean", default: false },
  },
});
const { quick, source, changed } = values;
const only = values.only === "summary" ? summarized : values.only;
const chosen = only === undefined ? sections : sections.filter((section) => only.split(",").includes(section));
if (chosen.length === 0) throw new Error(`--only takes summary, ${sections.join(", ")}`);
const rounds = values.rounds === undefined ? 6 : Number(values.rounds);
const seconds = quick ? 1 : 3;

const ours = buildRuntime(source);
const other = changed === undefined ? undefined : buildRuntime(changed);
const restate = values["no-peers"] ? undefined : installRestate();
const scripts: [name: string, script: string][] = [["**statefun-ts**", ours]];
if (other !== undefined) scripts.push(["changed copy", other]);
const load = new LoadProcess();
const summary = new Summary();
const measure: Record<(typeof sections)[number], () => Promise<string | undefined>> = {
  start: () => measureStart(ours, restate, rounds),
  calls: () => measureCalls({ ours, changed: other, restate, rounds, seconds }, load, summary),
  "same-process": async () =>
    measureSameProcess(buildRuntime(source, "same-process-program.ts"), rounds, seconds, summary),
  promoted: () => measurePromoted(scripts, Math.min(2, rounds), seconds, load, summary),
  messages: () => measureMessages(scripts, quick ? 2 : 3, quick ? 200_000 : 1_000_000, summary),
  chain: () => measureChain(ours, rounds, seconds, load, summary),
  workflows: () =>
    measureWorkflows({ ours: buildRuntime(source, "workflow-program.ts"), restate, rounds, seconds }, load, summary),
  delayed: () => measureDelayed(ours, quick ? 100_000 : 1_000_000),
  addresses: async () => (quick ? undefined : measureAddresses(ours, 10_000_000)),
  overload: () => measureOverload(ours, quick ? 5 : 20, load),
};

const complete = !quick && only === undefined && source === undefined && changed === undefined && !values["no-peers"];
const page = join(bench, "../docs/benchmarks-runtime.md");
let text = readFileSync(page, "utf8");
const written = (section: string, content: string) => {
  const [begin, end] = [`<!-- ${section}: begin -->`, `<!-- ${section}: end -->`];
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < 0) throw new Error(`docs/benchmarks-runtime.md has no place for ${section}`);
  text = `${text.slice(0, start)}${begin}\n${content}\n${text.slice(stop)}`;
};
const day = new Date().toISOString().slice(0, 10);
written(
  "machine",
  `${day}: ${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, Node ${process.version}, ${rounds} rounds.`,
);
for (const section of chosen) {
  const begun = performance.now();
  const result = await measure[section]();
  if (result === undefined) continue;
  console.log(`\n${result}\n\n${section}: ${Math.round((performance.now() - begun) / 1000)} s`);
  written(section, result);
}
const { table } = summary;
if (table !== undefined) {
  console.log(`\n${table}`);
  written("summary", table);
}
load.stop();
if (complete) writeFileSync(page, text);
process.exit(0);
