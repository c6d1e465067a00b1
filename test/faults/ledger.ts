// What a run has sent, what it was told, and what came of it: whatever was acknowledged happened, and nothing twice.

import assert from "node:assert/strict";
import { farMs, type Msg } from "../engine/app.js";

/** How often a message may have been carried out in the end. */
export type Expected = "once" | "never" | "at most once";

/** An entry of an address's log: the message, when it was carried out, and which expiring states it wrote. */
export type Entry = readonly [id: string, at: number, wrote: readonly string[]];

/** What an address holds in the end. */
export interface Held {
  readonly log: readonly Entry[];
  readonly sum: number;
  /** The state that people set. */
  readonly kept: string | undefined;
}

interface Sent {
  readonly to: string;
  readonly msg: Msg;
  /** Whether it is delayed for longer than any run lasts. */
  readonly far: boolean;
  acknowledged: boolean;
}

export class Ledger {
  readonly #sent = new Map<string, Sent>();
  /** What is expected of a message otherwise than by the rule, because somebody withdraws or drops it. */
  readonly expected = new Map<string, Expected>();
  /** Far delayed messages that were withdrawn for sure. */
  readonly withdrawn = new Set<string>();
  /** The texts of egress records, by the egress and the id of each. */
  readonly #records = new Map<string, string>();
  /** The records that were acknowledged, ever and in this life of the engine. */
  readonly #everTaken = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #answers = new Map<string, string>();
  /** Messages to one address, each sent when the one before was acknowledged. */
  readonly inOrder: string[][] = [];
  /** The states that people have set, by their addresses. */
  readonly kept = new Map<string, string>();
  /** Messages that are all carried out, or none of them. */
  readonly together: string[][] = [];
  readonly faults: string[] = [];

  sends(to: string, msg: Msg, delayMs = 0): void {
    if (!this.#sent.has(msg.id)) this.#sent.set(msg.id, { to, msg, far: delayMs >= farMs, acknowledged: false });
  }

  acknowledged(id: string): void {
    (this.#sent.get(id) as Sent).acknowledged = true;
  }

  answered(id: string, answer: string): void {
    this.acknowledged(id);
    const before = this.#answers.get(id) ?? answerOf((this.#sent.get(id) as Sent).msg);
    if (before !== answer) this.faults.push(`${id} was answered with ${answer}, not ${before}`);
    this.#answers.set(id, answer);
  }

  /** Takes a record; returns false when the consumer refuses it. */
  takes(egress: string, id: string, text: string): boolean {
    const key = `${egress} ${id}`;
    const before = this.#records.get(key);
    if (before !== undefined && before !== text) this.faults.push(`two records have the id ${key}`);
    if (this.#taken.has(key)) this.faults.push(`the record ${key} came again after it was acknowledged`);
    this.#records.set(key, text);
    // Every fourth record is taken at the second time only.
    if (before === undefined && this.#records.size % 4 === 0) return false;
    this.#taken.add(key);
    this.#everTaken.add(key);
    return true;
  }

  /**
   * After a crash, and after a close whose last write failed, acknowledged records may come again: the engine may not have
   * kept the acknowledgement.
   */
  crashed(): void {
    this.#taken.clear();
  }

  /** Compares everything with what the addresses hold, and with the far delayed messages that wait. */
  check(held: ReadonlyMap<string, Held>, pending: readonly string[]): void {
    assert.deepEqual(this.faults, []);
    const counts = new Map<string, number>();
    for (const { log } of held.values()) for (const [id] of log) counts.set(id, (counts.get(id) ?? 0) + 1);
    for (const [id, count] of counts) assert.equal(count, 1, `${id} was carried out ${count} times`);
    const sums = new Map<string, number>();
    const waiting = new Set(pending);
    assert.equal(waiting.size, pending.length, "a delayed message waits twice");
    const walk = (to: string, msg: Msg, count: number) => {
      for (const op of msg.ops) {
        if (op.op === "add") sums.set(to, (sums.get(to) ?? 0) + op.by * count);
        else if (op.op === "egress") this.#checkRecords(op.text, count);
        else if (op.op === "send" || op.op === "after") {
          const { id } = op.msg;
          const far = op.op === "after" && op.ms >= farMs;
          if (far) this.#checkFar(id, count === 1, waiting);
          else this.#checkCount(id, counts.get(id) ?? 0, count === 1 ? "once" : "never");
          walk(op.to, op.msg, counts.get(id) ?? 0);
        }
      }
    };
    for (const [id, { to, msg, far, acknowledged }] of this.#sent) {
      if (far) {
        this.#checkFar(id, acknowledged, waiting);
        continue;
      }
      const count = counts.get(id) ?? 0;
      this.#checkCount(id, count, acknowledged ? "once" : "at most once");
      walk(to, msg, count);
    }
    assert.deepEqual([...waiting], [], "delayed messages wait that nobody has sent, or that were withdrawn");
    for (const [address, { sum, kept }] of held) {
      assert.equal(sum, sums.get(address) ?? 0, `the sum of ${address}`);
      assert.equal(kept, this.kept.get(address), `what people set at ${address}`);
    }
    this.#checkOrder(held);
    for (const ids of this.together) {
      const found = ids.filter((id) => counts.has(id)).length;
      assert.ok(found === 0 || found === ids.length, `${found} of ${ids.length} messages that belong together`);
    }
  }

  #checkCount(id: string, count: number, byRule: Expected): void {
    const expected = this.expected.get(id) ?? byRule;
    if (expected === "at most once") return;
    assert.equal(count, expected === "once" ? 1 : 0, `${id} was carried out ${count} times, not ${expected}`);
  }

  #checkFar(id: string, sent: boolean, waiting: Set<string>): void {
    const waits = waiting.delete(id);
    if (this.withdrawn.has(id)) assert.equal(waits, false, `the delayed message ${id} waits although it was withdrawn`);
    else assert.equal(waits, sent, `whether the delayed message ${id} waits`);
  }

  #checkRecords(text: string, count: number): void {
    const ids = [...this.#records].filter(([, other]) => other === text).map(([id]) => id);
    assert.equal(ids.length, count, `records of ${text}: ${ids.join(", ")}`);
    for (const id of ids) assert.ok(this.#everTaken.has(id), `the record ${id} was never taken`);
  }

  #checkOrder(held: ReadonlyMap<string, Held>): void {
    const order = new Map<string, number>();
    for (const { log } of held.values()) for (const [index, [id]] of log.entries()) order.set(id, index);
    for (const ids of this.inOrder) {
      const found = ids.flatMap((id) => order.get(id) ?? []);
      assert.deepEqual(
        found,
        found.toSorted((a, b) => a - b),
        `the order of ${ids.join(", ")}`,
      );
    }
  }
}

/** What a call is answered with. */
function answerOf({ ops }: Msg): string | undefined {
  for (const op of ops) if (op.op === "reply") return op.msg.id;
  return undefined;
}
