// The progress of a run, seen from inside the functions, and which calls are still to fail.

import type { Message, Plan } from "./plan.js";

export class Progress {
  /** The messages of each application that have arrived. A repeated message counts once. */
  readonly #arrived = new Map<number, Set<number>>();
  readonly #failed = new Map<string, number>();
  readonly #plans: readonly Plan[];
  readonly #most: number;
  #count = 0;
  #waiting: { readonly count: number; readonly resolve: () => void } | undefined;

  constructor(plans: readonly Plan[]) {
    this.#plans = plans;
    this.#most = plans.reduce((sum, plan) => sum + messagesOf(plan), 0);
    for (const { seed } of plans) this.#arrived.set(seed, new Set());
  }

  arrived({ app, id }: Message): void {
    const seen = this.#arrived.get(app) as Set<number>;
    if (seen.has(id)) return;
    seen.add(id);
    this.#count += 1;
    if (this.#waiting !== undefined && this.#count >= this.#waiting.count) this.#waiting.resolve();
  }

  /** Whether the call of a message is to fail this time. */
  failsNow({ app, id }: Message, times: number): boolean {
    const key = `${app} ${id}`;
    const before = this.#failed.get(key) ?? 0;
    this.#failed.set(key, before + 1);
    return before < times;
  }

  /** Whether every message has reached its function. */
  get complete(): boolean {
    return this.#count >= this.#most;
  }

  /** Waits until a share of the messages has arrived, by default all. Rejects when no more messages come. */
  async until(share = 1, timeoutMs = 60_000): Promise<void> {
    const count = Math.ceil(this.#most * share);
    if (this.#count >= count) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(this.missing())), timeoutMs);
      this.#waiting = {
        count,
        resolve: () => {
          clearTimeout(timer);
          this.#waiting = undefined;
          resolve();
        },
      };
    });
  }

  /** The applications that lack messages. */
  missing(): string {
    const lines = this.#plans
      .map((plan) => ({ seed: plan.seed, lack: messagesOf(plan) - (this.#arrived.get(plan.seed)?.size ?? 0) }))
      .filter(({ lack }) => lack > 0)
      .map(({ seed, lack }) => `STATEFUN_SEED=${seed} lacks ${lack} messages`);
    return lines.slice(0, 20).join("\n");
  }
}

const messagesOf = ({ arriving }: Plan) => arriving.reduce((sum, count) => sum + count, 0);
