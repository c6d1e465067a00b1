// The list of a function's addresses in the browser, against a running runtime: filters, columns, order, and actions over many.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { cart } from "./address-world.js";
import { type CartWorld, cartWorld, fillShop } from "./cart-world.js";
import { functions, idOf, manyAddresses } from "./many-addresses.js";
import { assertWell } from "./visit.js";
import { World } from "./world.js";

let shop: CartWorld;

before(async () => {
  shop = await cartWorld();
  await fillShop(shop);
});
after(() => shop?.close());

const open = (query: string) => shop.world.page(`#/functions/shop%2Fcart${query}`);
const rows = (page: Page) => page.getByRole("row").filter({ has: page.getByRole("cell") });
const parked = async () => (await shop.ask("GET /parked?function=shop/cart")).parked.length;

async function leave(page: Page): Promise<void> {
  await page.context().close();
  assert.deepEqual(shop.world.complaints.splice(0), []);
}

test("addresses are chosen by what their ids begin with and by a filter, both kept in the URL", async () => {
  const page = await open("");
  await page.getByText("61 addresses").waitFor();
  await page.getByRole("searchbox", { name: "Id begins with" }).fill("cart-1");
  await page.getByText("11 addresses").waitFor();
  await page.getByRole("combobox", { name: "Which addresses" }).selectOption("Parked");
  await page.getByText("1 address", { exact: true }).waitFor();
  assert.match(page.url(), /\?prefix=cart-1&filter=parked$/);
  await rows(page).getByText("HANDLER_FAILED").waitFor();
  await rows(page).getByRole("link", { name: "cart-17" }).click();
  await page.getByRole("heading", { name: "cart-17" }).waitFor();
  await leave(page);
});

test("addresses with messages and with delayed messages are found", async () => {
  const page = await open("?filter=delayed");
  await page.getByText("1 address", { exact: true }).waitFor();
  assert.match((await rows(page).first().textContent()) ?? "", /^bob/);
  await page.goto(`${shop.world.url}#/functions/shop%2Fcart?filter=waiting`);
  await page.getByText("3 addresses", { exact: true }).waitFor();
  await leave(page);
});

test("states become columns, and the list is sorted by one of them", async () => {
  const page = await open("");
  await page.getByText("Columns").click();
  await page.getByRole("checkbox", { name: "total" }).check();
  await page.getByRole("checkbox", { name: "items" }).check();
  await page.getByRole("columnheader", { name: "items" }).waitFor();
  await assertWell(page);
  await page.getByText("Columns (2)").click();
  await page.getByRole("columnheader", { name: "total" }).getByRole("button").click();
  await page.getByText("All of them are sorted.").waitFor();
  await page.getByRole("columnheader", { name: "total" }).getByRole("button").click();
  assert.match(page.url(), /columns=total%2Citems&sort=-state\.total$/);
  await rows(page).first().getByText("bob").waitFor();
  await page.getByRole("button", { name: "In the order of the ids" }).click();
  assert.match(page.url(), /columns=total%2Citems$/);
  await leave(page);
});

test("what a function takes and keeps is told", async () => {
  const page = await open("");
  await page.getByText("What it takes and keeps").click();
  await page.getByRole("cell", { name: "shop.types/add-item" }).waitFor();
  await page.getByRole("cell", { name: "1 h after the last write" }).waitFor();
  await page.getByText("is tried once, and then its address is parked").waitFor();
  await assertWell(page);
  await leave(page);
});

test("all addresses of a prefix are parked after a preview, and retried", async () => {
  const page = await open("?prefix=cart-2");
  await page.getByText("11 addresses").waitFor();
  await page.getByRole("button", { name: "Park all …" }).click();
  const dialog = page.getByRole("dialog");
  const park = dialog.getByRole("button", { name: "Park 11 addresses" });
  await park.waitFor();
  assert.equal(await dialog.getByRole("listitem").count(), 11);
  await assertWell(page);
  await park.click();
  await page.getByText("Park: 11 addresses.").waitFor();
  assert.equal(await parked(), 14);
  await page.getByRole("combobox", { name: "Which addresses" }).selectOption("Parked");
  await page.getByRole("button", { name: "Retry all …" }).click();
  await dialog.getByRole("button", { name: "Retry 11 addresses" }).click();
  await page.getByText("Retry: 11 addresses.").waitFor();
  assert.equal(await parked(), 3); // those of another prefix
  await leave(page);
});

test("the first message of each parked address is dropped, and the others are delivered", async () => {
  cart.mended = true;
  const page = await open("?filter=parked");
  await page.getByText("3 addresses", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Drop the first …" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Drop from 3 addresses" }).click();
  await page.getByText("Drop from: 3 addresses.").waitFor();
  await page.getByText("No address is as you have chosen.").waitFor();
  assert.equal((await shop.cart("cart-3")).states.find((state: any) => state.name === "items").value.length, 4);
  await leave(page);
});

test("a million addresses are scrolled, jumped through by prefix and sorted in parts, with few rows in the document", async () => {
  const world = await World.open({ functions, egresses: {}, dir: await manyAddresses(1_000_000) });
  try {
    const page = await world.page("#/functions/shop%2Fmany?columns=count");
    await page.getByText("the first 200").waitFor();
    const list = page.locator(".grid-scroll");
    for (const count of ["400", "600", "800"]) {
      await list.hover();
      await page.mouse.wheel(0, 100_000);
      await page.getByText(`the first ${count}`).waitFor();
    }
    assert.ok((await rows(page).count()) < 80);
    await page.getByRole("searchbox", { name: "Id begins with" }).fill("m-09999");
    await page.getByText("100 addresses").waitFor();
    await rows(page).getByText(idOf(999_900)).waitFor();
    await page.goto(`${world.url}#/functions/shop%2Fmany?columns=count&sort=-id`);
    await rows(page).first().getByText(idOf(999)).waitFor();
    await page.getByRole("button", { name: "Next part" }).click();
    await rows(page).first().getByText(idOf(1_999)).waitFor();
    await assertWell(page);
    assert.deepEqual(world.complaints.splice(0), []);
  } finally {
    await world.close();
  }
});
