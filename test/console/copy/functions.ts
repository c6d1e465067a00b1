// The functions that copied code calls.

import { type Context, Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { example } from "../../../samples/messages/messages.js";

export interface Item {
  sku: string;
  pieces: number;
  note?: string;
}
export const AddItem = json<Item>("copied/add-item");

@StatefulFunction("copied/cart-of-all")
class CartOfAll {
  @State("items", json<Record<string, number>>("copied/items")) items: Record<string, number> = {};
  @State("total", Types.long) total = 0n;

  @Handles(AddItem)
  add({ sku, pieces }: Item, context: Context) {
    if (pieces < 1) throw new Error("Add at least one piece.");
    this.items[sku] = (this.items[sku] ?? 0) + pieces;
    this.total += BigInt(pieces);
    return { pieces: this.items[sku], tenant: context.metadata.getText("tenant") ?? null };
  }

  @Handles(example.User)
  greet({ name }: example.User) {
    return `Hello ${name}`;
  }

  @Handles(Types.long)
  count(by: bigint) {
    this.total += by;
    return String(this.total);
  }

  @Handles(Types.bytes)
  measure(bytes: Uint8Array) {
    return `${bytes.length} bytes, the last is ${bytes.at(-1)}`;
  }

  @Handles(Types.double)
  half(value: number) {
    return `half is ${value / 2}`;
  }
}

export const functions = new StatefulFunctions(CartOfAll);
