// Functions that the tests of the kit run.

import { type Context, Handles, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";

@StatefulFunction("test/counter")
export class Counter {
  @State("total", Types.int) total = 0;
  @State("last", Types.string, { expireAfterWrite: { hours: 1 } }) last?: string;

  @Handles(Types.int)
  add(amount: number, context: Context) {
    this.total += amount;
    context.sendEgress("test/totals", Types.int.pack(this.total));
    return this.total;
  }

  /** Adds 1 to the counter of this name. */
  @Handles(Types.string)
  name(name: string, context: Context) {
    this.last = name;
    context.send(Counter, name, Types.int.pack(1));
  }

  /** Adds 100 after so many milliseconds. */
  @Handles(Types.long)
  later(ms: bigint, context: Context) {
    context.sendAfter(Number(ms), Counter, context.address.id, Types.int.pack(100), {
      cancellationToken: `later-${ms}`,
    });
  }
}

export const functions = new StatefulFunctions(Counter);
