// The functions of the other process in their next version: the cart takes another type, and the greeter is gone.

import { z } from "zod";
import { Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "../../../src/index.js";

const Article = json("shop/article", z.object({ article: z.string(), count: z.number().int() }));

@StatefulFunction("shop/cart")
class Cart {
  @State("pieces", Types.int) pieces = 0;

  @Handles(Article)
  put({ count }: { article: string; count: number }) {
    this.pieces += count;
    return { total: this.pieces };
  }
}

export const functions = new StatefulFunctions(Cart);
