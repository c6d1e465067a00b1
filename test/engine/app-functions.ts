// The functions of random applications: they do what their messages say.

import { isClient } from "../../src/model/client-address.js";
import { egresses, isOld, type Msg, states } from "./app.js";
import type { Batch } from "./functions.js";

/** Carries out a batch of one function, on the states that came with it. */
export function obey(batch: Batch): void {
  const { self } = batch;
  const current = new Map(states.map(({ name }) => [name, batch.state(name)]));
  const set = (name: string, value: string | undefined) => {
    current.set(name, value);
    batch.set(name, value);
  };
  for (const [index, text] of batch.messages.entries()) {
    for (const op of (JSON.parse(text) as Msg).ops) {
      if (op.op === "add") set("sum", `${Number(current.get("sum") ?? 0) + op.by}`);
      else if (op.op === "set") set(op.state, op.to);
      else if (op.op === "send") batch.send(op.to, JSON.stringify(op.msg));
      else if (op.op === "after") {
        batch.after(op.ms, op.to, JSON.stringify(op.msg), isOld(self) ? undefined : op.token);
      } else if (op.op === "egress") {
        batch.egress(op.egress.slice("out/".length), JSON.stringify({ from: self, text: op.text }));
      } else if (op.op === "cancel") {
        if (!isOld(self)) batch.cancel(op.token);
      } else {
        const caller = batch.callers[index];
        if (caller !== undefined) batch.send(caller, isClient(caller) ? op.msg.id : JSON.stringify(op.msg));
      }
    }
  }
}

/** Takes the records of all egresses, some only at the second time; keeps each by its id. */
export class AppTaker {
  readonly window = 4;
  readonly #records = new Map<string, { readonly from: string; readonly text: string; readonly egress: string }>();
  readonly #acknowledged = new Set<string>();
  readonly #refused = new Set<string>();
  readonly faults: string[] = [];

  async receive(record: {
    readonly id: string;
    readonly egress: string;
    readonly value: { readonly value: Uint8Array };
  }) {
    const key = `${record.egress} ${record.id}`;
    const value = { ...JSON.parse(Buffer.from(record.value.value).toString()), egress: record.egress };
    const before = this.#records.get(key);
    if (before !== undefined && before.text !== value.text) this.faults.push(`two records have the id ${key}`);
    if (this.#acknowledged.has(key)) this.faults.push(`the record ${key} came again`);
    this.#records.set(key, value);
    if (Number.parseInt(record.id, 36) % 5 === 3 && !this.#refused.has(key)) {
      this.#refused.add(key);
      throw new Error("not now");
    }
    this.#acknowledged.add(key);
  }

  /** Forgets which were acknowledged: after a crash they may come again. */
  crashed(): void {
    this.#acknowledged.clear();
  }

  /** What came, by egress and sender, in the order of the ids. */
  get byEgress(): Map<string, string[]> {
    const all = new Map<string, string[]>();
    for (const key of [...this.#records.keys()].sort()) {
      const { egress, from, text } = this.#records.get(key) as { egress: string; from: string; text: string };
      all.set(`${egress} ${from}`, [...(all.get(`${egress} ${from}`) ?? []), text]);
    }
    return all;
  }

  attachTo(engine: { attach(egress: string, consumer: AppTaker): void }): void {
    for (const egress of egresses) engine.attach(egress, this);
  }
}
