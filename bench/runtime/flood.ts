// Far more than a server can serve: messages at a fixed rate, whether or not earlier messages are answered, and beside
// them a few clients that call and wait.

import { type CallShape, pathOf } from "./call-shape.ts";
import { Connection } from "./connection.ts";
import { type Percentiles, percentiles } from "./percentiles.ts";

export interface FloodOrder {
  readonly port: number;
  readonly send: CallShape;
  readonly call: CallShape;
  readonly perSecond: number;
  readonly seconds: number;
  /** The most connections for messages. */
  readonly connections: number;
  /** Clients that call. A client that is refused waits 50 ms. */
  readonly callers: number;
  readonly keys: number;
}

export interface FloodResult {
  readonly offered: number;
  readonly accepted: number;
  /** Answers with another status than 202 for messages or 200 for calls, counted by status. */
  readonly refused: Readonly<Record<string, number>>;
  /** Messages that found all connections busy. */
  readonly waited: number;
  readonly calls: number;
  readonly callsAnswered: number;
  /** Milliseconds until a message was accepted, and until a call was answered. */
  readonly accept: Percentiles;
  readonly answer: Percentiles;
}

export async function flood(order: FloodOrder): Promise<FloodResult> {
  const { port, send, call, keys } = order;
  const anyKey = () => Math.floor(Math.random() * keys);
  const start = performance.now();
  const until = start + order.seconds * 1000;
  const refused: Record<string, number> = {};
  const refuse = (status: number) => {
    refused[status] = (refused[status] ?? 0) + 1;
  };
  const accept: number[] = [];
  const answer: number[] = [];
  let offered = 0;
  let calls = 0;
  let waited = 0;

  const free = await Promise.all(Array.from({ length: order.connections }, () => Connection.open(port)));
  const open = new Set<Promise<void>>();
  const offer = (connection: Connection) => {
    const begun = performance.now();
    const done = connection.post(pathOf(send, anyKey()), send.body).then(({ status }) => {
      if (status === 202) accept.push(performance.now() - begun);
      else refuse(status);
      free.push(connection);
      open.delete(done);
    });
    open.add(done);
  };
  const caller = async () => {
    const connection = await Connection.open(port);
    while (performance.now() < until) {
      calls += 1;
      const begun = performance.now();
      const { status } = await connection.post(pathOf(call, anyKey()), call.body);
      if (status === 200) answer.push(performance.now() - begun);
      else {
        refuse(status);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    connection.close();
  };
  const callers = Array.from({ length: order.callers }, caller);

  while (performance.now() < until) {
    const due = Math.floor(((performance.now() - start) / 1000) * order.perSecond);
    for (; offered < due; offered++) {
      const connection = free.pop();
      if (connection === undefined) waited += 1;
      else offer(connection);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all([...open, ...callers]);
  for (const connection of free) connection.close();
  return {
    offered,
    accepted: accept.length,
    refused,
    waited,
    calls,
    callsAnswered: answer.length,
    accept: percentiles(accept),
    answer: percentiles(answer),
  };
}
