// Messages between functions in the process, and chains of functions.

import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "../prepare.ts";
import { median, ratios, short, table } from "../statistics.ts";
import { Connection } from "./connection.ts";
import { FloorProcess } from "./floor-process.ts";
import type { LoadProcess } from "./load-process.ts";
import { cpuMicros, residentMb } from "./processes.ts";
import { Ours } from "./servers.ts";
import type { Summary } from "./summary.ts";

const addresses = 1_000_000;
const perDriver = 1_000;

/** Calls a function of the bench. Throws unless this is the answer. */
export async function expectCall(connection: Connection, path: string, body: unknown, answer: string): Promise<void> {
  const { status, body: text } = await connection.post(path, JSON.stringify(body));
  if (status !== 200 || text.trimEnd() !== answer) throw new Error(`${path}: ${status} ${text}`);
}

/** Waits until the functions have handled this many messages, and then until all of that is durable. */
export async function allDurable(ours: Ours, taken: number): Promise<void> {
  while ((await ours.ask<number>("taken")) < taken) await sleep(5);
  if ((await ours.ask<number>("taken")) !== taken) throw new Error("more messages were taken than sent");
  // A connection opened at the start could be idle for longer than the server keeps an idle connection.
  const connection = await Connection.open(ours.port);
  const { status } = await connection.post("/call/example/counter/durable", "1");
  connection.close();
  if (status !== 200) throw new Error(`the last call was answered with ${status}`);
}

/** Asks a sink for its count. Throws unless this is the count. */
export async function expectCount(connection: Connection, id: number, count: number): Promise<void> {
  const headers = "Statefun-Type: io.statefun.types/string\r\n";
  const { status, body } = await connection.post(`/call/bench/sink/${id}`, '"read"', headers);
  if (status !== 200 || body.trimEnd() !== String(count))
    throw new Error(`id ${id} answered ${status} ${body}, not ${count}`);
}

/** Compares the durable counts of some sinks with the numbers that the drivers have sent them. */
async function expectCounts(ours: Ours): Promise<void> {
  const connection = await Connection.open(ours.port);
  for (let read = 0; read < 500; read++) {
    const id = Math.floor(Math.random() * addresses);
    await expectCount(connection, id, await ours.ask<number>("sentTo", id));
  }
  connection.close();
}

/** Makes drivers send 1,000 messages each, 16 drivers at a time. The ids are random when `from` is undefined. */
export async function drive(ours: Ours, messages: number, from?: number): Promise<void> {
  const connections = await Promise.all(Array.from({ length: 16 }, () => Connection.open(ours.port)));
  for (let next = 0; next < messages; ) {
    const round = connections.map(async (connection) => {
      if (next >= messages) return;
      const first = next;
      next += perDriver;
      const order = { messages: perDriver, addresses, ...(from === undefined ? {} : { from: from + first }) };
      await expectCall(connection, `/call/bench/driver/${first / perDriver}`, order, String(perDriver));
    });
    await Promise.all(round);
    // The drivers must not run far ahead of the sinks.
    while (next - (await ours.ask<number>("taken")) > 100_000) await sleep(5);
  }
  for (const connection of connections) connection.close();
}

async function walk(ours: Ours, tokens: number, messages: number): Promise<void> {
  const connection = await Connection.open(ours.port);
  for (let index = 0; index < tokens; index++) {
    const { status } = await connection.post(
      `/send/bench/walker/${index}`,
      JSON.stringify({ left: messages / tokens, addresses }),
    );
    if (status !== 202) throw new Error(`a token was answered with ${status}`);
  }
  connection.close();
}

/** Returns a table, as Markdown. */
export async function measureMessages(
  scripts: readonly (readonly [name: string, script: string])[],
  rounds: number,
  messages: number,
  summary: Summary,
): Promise<string> {
  const floor = new FloorProcess(temporaryFolder("floor"));
  const floorCpu: number[] = [];
  const kinds = [
    ["1,000 random ids from each message", drive],
    ["1,000 tokens, each sent on to a random id", (ours: Ours, count: number) => walk(ours, 1_000, count)],
  ] as const;
  const rows = kinds.flatMap(([kind, begin]) =>
    scripts.map(([name, script]) => ({
      name: `${name}, ${kind}`,
      script,
      begin,
      perSecond: [] as number[],
      cpu: [] as number[],
      resident: [] as number[],
    })),
  );
  for (let round = 0; round < rounds; round++) {
    floorCpu.push((await floor.walk({ operations: messages, keys: addresses, group: 1_000 })).cpu);
    for (const row of rows) {
      const ours = await Ours.start(row.script, temporaryFolder("messages"));
      await row.begin(ours, 50_000);
      await allDurable(ours, 50_000);
      await ours.ask("reset");
      const cpuBefore = cpuMicros(ours.pids);
      const begun = performance.now();
      await row.begin(ours, messages);
      await allDurable(ours, messages);
      row.perSecond.push((messages * 1000) / (performance.now() - begun));
      row.cpu.push((cpuMicros(ours.pids) - cpuBefore) / messages);
      row.resident.push(residentMb(ours.pids));
      if (row.begin === drive) await expectCounts(ours);
      await ours.stop();
    }
    process.stderr.write(`messages: round ${round + 1} of ${rounds}\n`);
  }
  floor.stop();
  for (const [kind, begin] of kinds) {
    const ours = rows.find((row) => row.begin === begin)!;
    summary.addRatio(`CPU of a message ÷ a cold get and put of the store, ${kind}`, ours.cpu, floorCpu);
  }
  return table(
    [
      `${messages.toLocaleString("en-US")} messages, a million addresses`,
      "messages/s, durable",
      "CPU µs for each",
      "× the floor, CPU",
      "resident MB",
    ],
    [
      ...rows.map(({ name, perSecond, cpu, resident }) => [
        name,
        short(median(perSecond)),
        short(median(cpu)),
        ratios(cpu, floorCpu),
        short(median(resident)),
      ]),
      [
        "floor: classic-level get and put, groups of 1,000",
        "",
        short(median(floorCpu)),
        ratios(floorCpu, floorCpu),
        "",
      ],
    ],
  );
}

/** A request that goes through ten functions, beside a request that goes through one. */
export async function measureChain(
  script: string,
  rounds: number,
  seconds: number,
  load: LoadProcess,
  summary: Summary,
): Promise<string> {
  const ours = await Ours.start(script, temporaryFolder("chain"));
  const rows = [1, 16].flatMap((connections) =>
    [1, 10].map((left) => ({ connections, left, p50: [] as number[], p99: [] as number[], perSecond: [] as number[] })),
  );
  for (let round = -1; round < rounds; round++) {
    for (const { connections, left, p50, p99, perSecond } of rows) {
      const call = { before: "/call/bench/hop/", after: "", body: JSON.stringify({ left }) };
      const answers = { fixed: '"done"' };
      const result = await load.load({
        port: ours.port,
        call,
        connections,
        seconds,
        keys: 1_000,
        idempotent: false,
        answers,
      });
      if (round < 0) continue; // a round that warms up
      p50.push(result.p50);
      p99.push(result.p99);
      perSecond.push(result.perSecond);
    }
  }
  await ours.stop();
  const [one, ten] = rows.filter(({ connections }) => connections === 16);
  summary.addRatio("a chain of ten functions ÷ one function, p50, 16 clients", ten!.p50, one!.p50);
  return table(
    ["request to durable answer", "p50 ms", "× one function", "p99 ms", "× one function", "requests/s"],
    rows.map(({ connections, left, p50, p99, perSecond }) => {
      const one = rows.find((row) => row.connections === connections && row.left === 1)!;
      const clients = connections === 1 ? "1 client" : `${connections} clients`;
      return [
        `${left === 1 ? "one function" : "a chain of ten"}, ${clients}`,
        short(median(p50)),
        ratios(p50, one.p50),
        short(median(p99)),
        ratios(p99, one.p99),
        short(median(perSecond)),
      ];
    }),
  );
}
