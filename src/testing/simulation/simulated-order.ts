// The orders that the engine leaves open, chosen by a run.

import type { Order, WaitingSenders } from "../../engine/order.js";
import type { Choices } from "./choices.js";

export class SimulatedOrder implements Order {
  readonly #choices: Pick<Choices, "of">;

  constructor(choices: Pick<Choices, "of">) {
    this.#choices = choices;
  }

  message(waiting: WaitingSenders): number {
    const senders = new Set<string>();
    const firsts: number[] = [];
    for (let index = 0; index < waiting.loaded; index++) {
      const sender = String(waiting.at(index).caller);
      if (senders.has(sender)) continue;
      senders.add(sender);
      firsts.push(index);
    }
    return firsts[this.#choices.of(firsts.length)] ?? 0;
  }

  delayed(count: number): number {
    return this.#choices.of(count);
  }
}
