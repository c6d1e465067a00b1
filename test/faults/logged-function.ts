// The functions of a run: they do what their messages say, log it in a state, and look whether their states belong
// together whenever they are called.

import { type Msg, states } from "../engine/app.js";
import { obey } from "../engine/app-functions.js";
import { type Batch, spec } from "../engine/functions.js";
import type { Entry } from "./ledger.js";

const logState = "log";
export const allStates = [...states, spec(logState)];

/** The expiring states, and after how many milliseconds they expire. */
const expiring = states.filter(({ expiration }) => expiration.mode !== "none");

export const logOf = (text: string | undefined) => JSON.parse(text ?? "[]") as Entry[];

/** Carries out a batch and logs it. */
export function carryOut(batch: Batch, now: number): void {
  obey(batch);
  const entries = batch.messages.map((message): Entry => {
    const { id, ops } = JSON.parse(message) as Msg;
    return [id, now, ops.flatMap((op) => (op.op === "set" ? [op.state] : []))];
  });
  batch.set(logState, JSON.stringify([...logOf(batch.state(logState)), ...entries]));
}

/** What is wrong with the states that a call carries; undefined when they are all of one moment. */
export function inconsistency(batch: Batch, now: number): string | undefined {
  const log = logOf(batch.state(logState));
  for (const message of batch.messages) {
    const { id } = JSON.parse(message) as Msg;
    if (log.some(([logged]) => logged === id)) return `${id} came again to ${batch.self}`;
  }
  for (const { name, expiration } of expiring) {
    const seen = batch.state(name);
    const last = log.findLastIndex(([, , wrote]) => wrote.includes(name));
    const writer = log[last];
    if (seen !== undefined) {
      if (writer?.[0] !== seen) return `${batch.self} holds ${seen} in ${name}, but ${writer?.[0]} wrote last`;
      continue;
    }
    if (writer === undefined) continue;
    // It must have had the time to expire: since it was written, or between two calls after that.
    const calls = [...log.slice(last).map(([, at]) => at), now];
    const gaps = calls.slice(1).map((at, index) => at - (calls[index] as number));
    const longest = expiration.mode === "after-call" ? Math.max(...gaps) : now - writer[1];
    if (longest < expiration.afterMs) return `${batch.self} lost the ${name} of ${writer[0]} after ${longest} ms`;
  }
  return undefined;
}
