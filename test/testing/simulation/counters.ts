// A small application for the tests of simulations: counters that pass messages on, and an egress.

import {
  type Context,
  Handles,
  json,
  type Named,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
} from "statefun-ts";

export interface Add extends Named<"test/add"> {
  readonly amount: number;
  /** Where the amount goes next. Defaults to nowhere. */
  readonly then?: string;
  /** After how many minutes it goes there. Defaults to at once. */
  readonly minutes?: number;
}
export const Add = json<Add>("test/add");

@StatefulFunction("test/counter")
export class Counter {
  @State("total", Types.int) total = 0;

  @Handles(Add)
  add({ amount, then, minutes }: Add, context: Context) {
    this.total += amount;
    context.sendEgress("test/log", Types.string.pack(`${context.address.id} ${amount}`));
    if (then !== undefined && minutes === undefined) context.send(Counter, then, Add.pack({ amount }));
    if (then !== undefined && minutes !== undefined) {
      context.sendAfter({ minutes }, Counter, then, Add.pack({ amount }), { cancellationToken: `${then} ${amount}` });
    }
    return Types.int.pack(this.total);
  }
}

export const functions = new StatefulFunctions(Counter);
