// Loads of many calls at once: as lines of one request, or by the typed client, which sends the calls of one tick together.

import { pathToFileURL } from "node:url";
import { Ledger } from "./ledger.ts";
import { LineConnection } from "./line-connection.ts";
import { type LoadResult, percentiles } from "./percentiles.ts";

export interface BatchOrder {
  readonly port: number;
  /** The compiled entry of the client; undefined for lines over a socket. */
  readonly client: string | undefined;
  /** How many groups of calls are in flight. A group begins when the last call of the group before it is answered. */
  readonly groups: number;
  readonly callsOfGroup: number;
  readonly seconds: number;
  readonly keys: number;
  /** The accounts that the answers are noted in; see Ledger. */
  readonly counts: string;
}

/** Makes these calls of the counter at once and calls back with the key and the count of each, when it is answered. */
type CallGroup = (keys: readonly number[], answered: (key: number, count: number) => void) => Promise<unknown>;

interface Caller {
  readonly call: CallGroup;
  close(): void;
}

/** The part of the typed client that is used here. */
interface ClientModule {
  connect(url: string): { ref(typeName: string, id: string): { add(amount: number): Promise<number> } };
}

async function lineCaller(port: number): Promise<Caller> {
  const connection = await LineConnection.open(port);
  return {
    async call(keys, answered) {
      const lines = keys.map((key) => `{"function":"example/counter","id":"${key}","value":1}\n`);
      let open = keys.length;
      await connection.post("/calls", lines.join(""), (text) => {
        const { line, status, value } = JSON.parse(text) as { line: number; status: number; value?: number };
        if (status !== 200) throw new Error(`a call of a line was answered with ${text}`);
        open -= 1;
        answered(keys[line - 1] as number, value as number);
      });
      if (open !== 0) throw new Error(`${open} lines have no answer`);
    },
    close: () => connection.close(),
  };
}

async function clientCaller(port: number, entry: string): Promise<Caller> {
  const { connect }: ClientModule = await import(pathToFileURL(entry).href);
  const client = connect(`http://127.0.0.1:${port}`);
  return {
    call: (keys, answered) =>
      Promise.all(keys.map(async (key) => answered(key, await client.ref("example/counter", String(key)).add(1)))),
    close() {},
  };
}

export async function batchLoad(order: BatchOrder): Promise<LoadResult> {
  const { port, client, groups, callsOfGroup } = order;
  const ledger = Ledger.of(order.counts);
  const latencies: number[] = [];
  const callers = await Promise.all(
    Array.from({ length: groups }, () => (client === undefined ? lineCaller(port) : clientCaller(port, client))),
  );
  const start = performance.now();
  const until = start + order.seconds * 1000;
  const run = async ({ call, close }: Caller) => {
    while (performance.now() < until) {
      const keys = Array.from({ length: callsOfGroup }, () => Math.floor(Math.random() * order.keys));
      const begun = performance.now();
      await call(keys, (key, count) => {
        latencies.push(performance.now() - begun);
        ledger.note(key, count);
      });
    }
    close();
  };
  await Promise.all(callers.map(run));
  const seconds = (performance.now() - start) / 1000;
  ledger.settle();
  return { calls: latencies.length, perSecond: latencies.length / seconds, ...percentiles(latencies) };
}
