// What states cost, by their kind, size and number, and what an invocation allocates.

import type { Command } from "./prepare.ts";
import { median, short, table } from "./statistics.ts";
import { Subject } from "./subject.ts";
import { basketWork, counterWorks, twentyWork, type Work } from "./workload.ts";

const cases: readonly (readonly [name: string, works: readonly Work[]])[] = [
  ["reference: one int, v3", counterWorks(1)],
  ["reference: one int, v2", counterWorks(1, 16, "v2")],
  ["reference, batch of 100, v3; whole batch", counterWorks(100, 4)],
  ["reference, batch of 100, v2; whole batch", counterWorks(100, 4, "v2")],
  ...(["protobuf", "json"] as const).flatMap((format) =>
    [1000, 10_000].flatMap((bytes) =>
      [true, false].map(
        (touched) =>
          [
            `${format}, ${bytes / 1000} kB, ${touched ? "changed" : "left"}`,
            [basketWork(format, bytes, touched)],
          ] as const,
      ),
    ),
  ),
  ["json, 10 kB, changed, in a class", [basketWork("json", 10_000, true, "v3", "bench/json-class")]],
  ["json, 10 kB, left, in a class", [basketWork("json", 10_000, false, "v3", "bench/json-class")]],
  ["json, 10 kB, changed, v2", [basketWork("json", 10_000, true, "v2")]],
  ["20 ints, one changed", [twentyWork("int", true)]],
  ["20 ints, none changed", [twentyWork("int", false)]],
  ["20 × 1 kB json, one changed", [twentyWork("json", true)]],
  ["20 × 1 kB json, none changed", [twentyWork("json", false)]],
];

/** Returns the table of one call's cost, as Markdown. */
export async function measureCosts(ours: string, rounds: number, seconds: number): Promise<string> {
  const command: Command = [process.execPath, ours, "handler"];
  const rows = [];
  for (const [name, works] of cases) {
    // Each case has a process of its own, since code that V8 compiles for one case can slow another case.
    const subject = await Subject.start(name, command);
    const requests = works.map(({ request }) => request);
    const { answers } = await subject.calls(100, requests);
    for (const [index, answer] of answers.entries()) works[index]!.check(answer);
    let perCall = 1000;
    for (const until = Date.now() + seconds * 500; Date.now() < until; ) {
      perCall = (await subject.calls(Math.ceil(100_000 / perCall), requests)).wall;
    }
    rows.push({
      name,
      works,
      requests,
      subject,
      count: Math.max(20, Math.ceil((seconds * 2e5) / perCall)),
      cpu: [] as number[],
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) row.cpu.push((await row.subject.calls(row.count, row.requests)).cpu);
  }
  for (const { subject } of rows) subject.stop();
  const allocated: number[] = [];
  for (const { name, requests } of rows) allocated.push(await allocationOf(name, ours, requests));
  const base = median(rows[0]!.cpu);
  return table(
    ["one call of", "request, bytes", "CPU µs", "× reference", "bytes allocated"],
    rows.map(({ name, requests, cpu }, index) => [
      name,
      short(requests[0]!.length),
      short(median(cpu)),
      short(median(cpu) / base),
      short(allocated[index] as number),
    ]),
  );
}

/** The bytes that a compiled call allocates. The young generation is so large that nothing is collected meanwhile. */
async function allocationOf(name: string, script: string, requests: readonly Uint8Array[]): Promise<number> {
  const flags = ["--min-semi-space-size=128", "--max-semi-space-size=128"];
  const subject = await Subject.start(name, [process.execPath, ...flags, script, "handler"]);
  const size = requests[0]!.length;
  await subject.calls(size > 5000 ? 3000 : 30_000, requests);
  const found: number[] = [];
  for (let run = 0; run < 5; run++) found.push((await subject.calls(size > 5000 ? 200 : 2000, requests)).allocated);
  subject.stop();
  return median(found);
}
