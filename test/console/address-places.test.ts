// The pages of addresses, in both themes, wide and on a phone.

import { after, before, test } from "node:test";
import { type CartWorld, cartWorld, fillShop } from "./cart-world.js";
import type { Place } from "./places.js";
import { looks, visit } from "./visit.js";

let shop: CartWorld;

before(async () => {
  shop = await cartWorld();
  await fillShop(shop);
});
after(() => shop?.close());

const bob = "#/functions/shop%2Fcart/bob";

const places: readonly Place[] = [
  { name: "addresses", hash: "#/functions/shop%2Fcart?columns=total,note,items", ready: "cart-12" },
  { name: "addresses-sorted", hash: "#/functions/shop%2Fcart?columns=total&sort=-state.total", ready: "bob" },
  {
    name: "function-facts",
    hash: "#/functions/shop%2Fcart?filter=parked",
    goOn: (page) => page.getByText("What it takes and keeps").click(),
    ready: "remind",
  },
  { name: "address", hash: bob, ready: "bob-30" },
  { name: "address-failing", hash: "#/functions/shop%2Fpatient/ann", ready: "failing" },
  { name: "address-with-a-run", hash: "#/functions/shop%2Fcheckout/order-1", ready: "step:charge" },
  { name: "address-with-a-large-state", hash: "#/functions/shop%2Farchive/big", ready: "48 MiB, too large to show" },
  { name: "address-that-holds-nothing", hash: "#/functions/shop%2Fcart/nobody", ready: "holds nothing" },
  {
    name: "address-batch",
    hash: bob,
    goOn: (page) =>
      page
        .getByRole("button", { name: /add-item.*changes items/ })
        .first()
        .click(),
    ready: "Sent",
  },
  {
    name: "state-editor",
    hash: bob,
    goOn: (page) => page.getByRole("button", { name: "Edit items" }).click(),
    ready: "State items",
  },
  {
    name: "send-form",
    hash: bob,
    goOn: (page) => page.getByRole("button", { name: "Send or call" }).click(),
    ready: "pieces",
  },
];

for (const place of places) {
  for (const look of looks) {
    test(`${place.name}, ${look.theme}, ${look.width} pixels wide`, () => visit(shop.world, place, look));
  }
}
