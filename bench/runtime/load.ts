// The load: a process of its own that keeps connections busy with calls of random keys and checks every answer. It
// writes to sockets directly, since an HTTP client would cost more than the servers under test.

import { type BatchOrder, batchLoad } from "./batch-load.ts";
import { type CallShape, pathOf } from "./call-shape.ts";
import { type Answer, Connection } from "./connection.ts";
import { type FloodOrder, flood } from "./flood.ts";
import { Ledger } from "./ledger.ts";
import { type LoadResult, percentiles } from "./percentiles.ts";

export interface LoadOrder {
  readonly port: number;
  readonly call: CallShape;
  readonly connections: number;
  readonly seconds: number;
  /** The keys are random numbers below this one. Undefined when each call has a key of its own. */
  readonly keys: number | undefined;
  /** Gives every call an Idempotency-Key of its own. */
  readonly idempotent: boolean;
  /**
   * "counts": every answer is the count of its key, one higher each time, in the accounts of this name; else the answer
   * to every call.
   */
  readonly answers: { readonly counts: string } | { readonly fixed: string };
}

/** Makes keys differ between the loads of this process. */
let sent = 0;

async function load(order: LoadOrder): Promise<LoadResult> {
  const { port, call, answers } = order;
  const ledger = "counts" in answers ? Ledger.of(answers.counts) : undefined;
  const latencies: number[] = [];
  const connections = await Promise.all(Array.from({ length: order.connections }, () => Connection.open(port)));
  const start = performance.now();
  const until = start + order.seconds * 1000;

  const run = async (connection: Connection) => {
    while (performance.now() < until) {
      sent += 1;
      const key = order.keys === undefined ? sent : Math.floor(Math.random() * order.keys);
      const headers = order.idempotent ? `Idempotency-Key: ${process.pid}-${sent}\r\n` : "";
      const begun = performance.now();
      const answer = await connection.post(pathOf(call, key), call.body, headers);
      latencies.push(performance.now() - begun);
      check(answer, answers, ledger, key);
    }
    connection.close();
  };
  await Promise.all(connections.map(run));
  const seconds = (performance.now() - start) / 1000;
  ledger?.settle();
  return { calls: latencies.length, perSecond: latencies.length / seconds, ...percentiles(latencies) };
}

function check({ status, body }: Answer, answers: LoadOrder["answers"], ledger: Ledger | undefined, key: number): void {
  if (status !== 200) throw new Error(`a call was answered with ${status}: ${body}`);
  if (ledger !== undefined) ledger.note(key, Number(body));
  else if ("fixed" in answers && body.trimEnd() !== answers.fixed) throw new Error(`a wrong answer: ${body}`);
}

/** What the process is asked for. */
export type Order = { readonly load: LoadOrder } | { readonly batch: BatchOrder } | { readonly flood: FloodOrder };

function carryOut(order: Order): Promise<unknown> {
  if ("load" in order) return load(order.load);
  return "batch" in order ? batchLoad(order.batch) : flood(order.flood);
}

process.on("message", async (order: Order) => {
  try {
    process.send?.({ result: await carryOut(order) });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});
