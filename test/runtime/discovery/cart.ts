// The functions of the other process.

import { z } from "zod";
import { example } from "../../../samples/messages/messages.js";
import { type Context, Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "../../../src/index.js";

export interface Line {
  readonly item: string;
  readonly pieces: number;
}
export const Line = json<Line>("shop/line", z.object({ item: z.string(), pieces: z.number().int() }));

@StatefulFunction("shop/cart")
export class Cart {
  @State("pieces", Types.int) pieces = 0;
  @State("last", Line) last: Line | undefined;

  @Handles(Line)
  add(line: Line) {
    this.pieces += line.pieces;
    this.last = line;
    return { lines: 1, pieces: this.pieces };
  }

  @Handles(Types.int)
  remove(pieces: number) {
    this.pieces -= pieces;
  }
}

@StatefulFunction("shop/greeter")
class Greeter {
  @Handles(example.User)
  greet(user: example.User, _context: Context) {
    return example.Greeting.create({ text: `Hello ${user.name}`, count: 1 });
  }
}

@StatefulFunction("shop/quiet")
class Quiet {
  @Handles(Types.string)
  hear() {}
}

export const functions = new StatefulFunctions(Cart, Greeter, Quiet);
