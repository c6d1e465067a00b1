// The functions that the tests of the address pages look at: carts with states of every kind, which fail on demand.

import { z } from "zod";
import {
  type Context,
  custom,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { Gate } from "../support/gate.js";

const Item = z.object({
  sku: z.string().min(1),
  pieces: z.number().int().min(1),
  gift: z.boolean().optional(),
  colour: z.enum(["red", "blue"]).optional(),
});
type Item = z.infer<typeof Item>;
export const AddItem = json("shop.types/add-item", Item);
const Items = json("shop.types/items", z.array(Item));
export const Remind = json<{ in: number; text: string }>("shop.types/remind");
export const Fail = json<{ why: string }>("shop.types/fail");
export const Order = json<{ order: number }>("shop.types/order");
/** A type that has no JSON: the page sees its bytes. */
const Seal = custom<string>(
  "shop.types/seal",
  (seal) => new TextEncoder().encode(seal),
  (bytes) => new TextDecoder().decode(bytes),
);

/** What the carts are told by the tests. */
export const cart = {
  /** Whether what fails on demand works again. */
  mended: false,
  /** Opened when the carts that stand still may go on. */
  gate: new Gate(),
};

@StatefulFunction("shop/cart", { retry: { attempts: 1 } })
class Cart {
  @State("items", Items) items: Item[] = [];
  @State("note", Types.string) note = "";
  @State("total", Types.long) total = 0n;
  @State("picture", Types.bytes) picture: Uint8Array | undefined;
  @State("seal", Seal) seal: string | undefined;
  @State("session", Types.string, { expireAfterWrite: { hours: 1 } }) session: string | undefined;

  @Handles(AddItem)
  add(item: Item, context: Context) {
    this.items.push(item);
    this.total += BigInt(item.pieces);
    this.session = `session of ${context.address.id}`;
    context.send("shop/stock", item.sku, Types.int.pack(-item.pieces));
    return { items: this.items.length, tenant: context.metadata.getText("tenant") ?? null };
  }

  @Handles(Types.string)
  write(note: string) {
    this.note = note;
  }

  @Handles(Types.bytes)
  draw(picture: Uint8Array) {
    this.picture = picture;
    this.seal = "sealed";
  }

  @Handles(Remind)
  remind({ in: minutes, text }: { in: number; text: string }, context: Context) {
    context.sendAfter({ minutes }, context.address, text, { cancellationToken: `${context.address.id}-${minutes}` });
  }

  @Handles(Fail)
  async fail({ why }: { why: string }) {
    if (cart.mended) return why;
    if (why === "for good") throw new TerminalError("It can't be done.", { code: "NEVER" });
    if (why === "stand still") await cart.gate.promise;
    throw new Error(why);
  }
}

/** Fails and is tried again in an hour. */
@StatefulFunction("shop/patient", { retry: { attempts: 9, firstDelay: { hours: 1 }, longestDelay: { hours: 1 } } })
class Patient {
  @Handles(Types.string)
  say(text: string) {
    if (!cart.mended) throw new Error(`nobody hears "${text}"`);
  }
}

@StatefulFunction("shop/stock")
class Stock {
  @State("pieces", Types.int) pieces = 100;

  @Handles(Types.int)
  change(by: number) {
    this.pieces += by;
  }
}

@StatefulFunction("shop/checkout")
class Checkout {
  @Workflow(Order)
  async place({ order }: { order: number }, flow: WorkflowContext<unknown>) {
    await flow.step("charge", () => ({ receipt: `r-${order}` }));
    await flow.sleep({ days: 2 });
    return order;
  }
}

/** Holds a text as long as it is told. */
@StatefulFunction("shop/archive")
class Archive {
  @State("text", Types.string) text = "";
  @State("size", Types.int) size = 0;

  @Handles(Types.int)
  keep(characters: number) {
    this.text = "0123456789".repeat(characters / 10);
    this.size = characters;
  }
}

export const functions = new StatefulFunctions(Cart, Patient, Stock, Checkout, Archive);
