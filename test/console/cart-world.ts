// A running shop of carts, and what the tests of the address pages do with it.

import { Address, type TypedValue, Types } from "../../src/index.js";
import { AddItem, cart, Fail, functions, Order, Remind } from "./address-world.js";
import { World, type WorldOptions } from "./world.js";

export interface CartWorld {
  readonly world: World;
  /** Asks the admin server: "GET /parked". */
  ask(line: string, body?: string): Promise<any>;
  /** Waits until something that is under way has come true. */
  until(isTrue: () => Promise<boolean> | boolean): Promise<void>;
  /** What is kept of an address of shop/cart. */
  cart(id: string): Promise<any>;
  /** Sends a message to a cart. */
  send(id: string, message: TypedValue): Promise<void>;
  /** Makes a cart whose first message has failed, with others behind it. */
  parkedCart(id: string): Promise<void>;
  close(): Promise<void>;
}

export const addressOf = (id: string) => Address.of("shop/cart", id);

export async function cartWorld(options: WorldOptions = {}): Promise<CartWorld> {
  const world = await World.open({ functions, egresses: {}, ingress: { port: 0 }, ...options });
  const { runtime } = world;
  const ask = async (line: string, body?: string): Promise<any> => {
    const [method = "GET", path = "/"] = line.split(" ");
    const init = body === undefined ? { method } : { method, body };
    return (await fetch(`${runtime.admin?.url}${path}`, init)).json() as any;
  };
  const until = async (isTrue: () => Promise<boolean> | boolean) => {
    while (!(await isTrue())) await new Promise((resolve) => setImmediate(resolve));
  };
  const cartOf = (id: string) => ask(`GET /addresses/shop/cart/${encodeURIComponent(id)}`);
  const send = async (id: string, message: TypedValue) => runtime.send("shop/cart", id, message);
  return {
    world,
    ask,
    until,
    cart: cartOf,
    send,
    parkedCart: async (id) => {
      await runtime.call("shop/cart", id, AddItem.pack({ sku: "tea", pieces: 2 }));
      await send(id, Fail.pack({ why: "the bank has answered 503" }));
      for (const sku of ["jam", "rum"]) await send(id, AddItem.pack({ sku, pieces: 1 }));
      await until(async () => (await cartOf(id)).parked !== null);
    },
    close: async () => {
      cart.mended = false;
      await world.close();
    },
  };
}

/** Fills the shop: 60 carts of which one has everything, a patient that fails, an order that waits and an archive. */
export async function fillShop({ world: { runtime }, parkedCart, ask, until }: CartWorld): Promise<void> {
  for (let place = 0; place < 60; place++) {
    await runtime.call(
      "shop/cart",
      `cart-${place}`,
      AddItem.pack({ sku: `tea-${place % 5}`, pieces: 1 + (place % 4) }),
    );
  }
  for (const colour of ["red", "blue"] as const) {
    await runtime.call("shop/cart", "bob", AddItem.pack({ sku: "tea", pieces: 2, gift: true, colour }));
  }
  await runtime.call("shop/cart", "bob", Types.bytes.pack(Uint8Array.from({ length: 40 }, (_, place) => place * 6)));
  await runtime.call("shop/cart", "bob", Remind.pack({ in: 30, text: "still there?" }));
  for (const id of ["bob", "cart-3", "cart-17"]) await parkedCart(id);
  await runtime.send("shop/patient", "ann", Types.string.pack("hello"));
  await runtime.send("shop/checkout", "order-1", Order.pack({ order: 1 }));
  await runtime.call("shop/archive", "big", Types.int.pack(50_000_000));
  await until(async () => (await ask("GET /failing")).total === 1);
  await until(async () => (await ask("GET /addresses/shop/checkout/order-1/runs")).runs[0]?.status === "waiting");
}
