// What people do about failures, grouped by their causes, against a running runtime.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { shop as told } from "./failing-shop.js";
import { type FailingWorld, failingWorld } from "./failing-world.js";
import { assertWell } from "./visit.js";

let shop: FailingWorld;

before(async () => {
  shop = await failingWorld();
});
after(() => shop?.close());

/** Opens the page of a function's only cause of failures, by its link in the list. */
async function openCause(name: string): Promise<Page> {
  const page = await shop.world.page(`#/failures?function=${name}`);
  await page.getByRole("table").getByRole("link").first().click();
  await page.getByRole("heading", { name: "The cause" }).waitFor();
  return page;
}

test("failures with one cause are one line, whatever ids and numbers they hold", async () => {
  const page = await shop.world.page("#/failures?sort=-addresses");
  await page.getByText("The bank has answered <n> to payment <n>.").waitFor();
  const rows = (await page.getByRole("row").allInnerTexts()).slice(1);
  const counts = rows.map((row) => [/shop\/\w+/.exec(row)?.[0], ...(row.match(/\t(\d+)(?=\t|$)/g) ?? []).map(Number)]);
  const found = counts.filter(([name]) => ["shop/orders", "shop/payments", "shop/receipts"].includes(name as string));
  assert.deepEqual(
    found.map(([name, addresses]) => `${name} ${addresses}`),
    ["shop/orders 5", "shop/payments 4", "shop/receipts 3", "shop/orders 1"],
  );
  await page.getByRole("button", { name: "Parked", exact: true }).first().click();
  await page.getByText("1 cause").waitFor();
  assert.match(page.url(), /kind=parked/);
  await page.context().close();
});

test("a cause shows where it was seen, and its stack", async () => {
  const page = await shop.world.page("#/failures?q=RangeError");
  await page.getByText("Nothing fails in this way.").waitFor();
  await page.getByRole("searchbox", { name: "Code or reason" }).fill("asks for");
  await page.getByRole("table").getByRole("link").first().click();
  await page.getByText("at _Orders.take").or(page.getByText("at Orders.take")).first().waitFor();
  await page.getByRole("link", { name: "shop/orders/customer-1", exact: true }).waitFor();
  await page.context().close();
});

test("failing addresses are tried now, one or all of them", async () => {
  const page = await openCause("shop/receipts");
  shop.mend();
  await page.getByRole("row", { name: /ann/ }).getByRole("button", { name: "Try now" }).click();
  await page.getByText("ann is tried again.").waitFor();
  await shop.until("GET /failing?function=shop/receipts", ({ failing }) => failing.length === 2);
  await page.getByRole("button", { name: "Try all now …" }).click();
  await assertWell(page);
  await page.getByRole("button", { name: "Try 2 addresses" }).click();
  await page.getByText("Nothing fails in this way any more.").waitFor();
  assert.equal(told.done.filter((line) => line.startsWith("receipt to")).length, 3);
  await page.context().close();
});

test("parked addresses lose the message that fails, and are retried, after a preview", async () => {
  told.mended = false;
  const page = await openCause("shop/payments");
  await page.getByRole("button", { name: "Drop the first …" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Drop from 4 addresses" }).waitFor();
  assert.equal(await dialog.getByRole("listitem").count(), 4);
  await page.keyboard.press("Escape");
  shop.mend();
  await page.getByRole("button", { name: "Retry …" }).click();
  await page.getByRole("button", { name: "Retry 4 addresses" }).click();
  await page.getByText("Retry: 4 addresses.").waitFor();
  await page.getByText("Nothing fails in this way any more.").waitFor();
  await shop.until("GET /parked", ({ total }) => total === 0);
  assert.equal(told.done.filter((line) => line.startsWith("paid ")).length, 8);
  await page.context().close();
});

test("the dead letters of one cause are sent again, and those of another one are dropped", async () => {
  const page = await shop.world.page("#/failures?function=shop/orders&q=asks");
  await page.getByRole("button", { name: "Send again …" }).click();
  await page.getByRole("button", { name: "Send 5 dead letters" }).click();
  await page.getByText("Send: 5 dead letters.").waitFor();
  await shop.until("GET /dead-letters", ({ total }) => total === 1);
  await page.context().close();
  const other = await openCause("shop/orders");
  await other.getByRole("button", { name: "Drop …" }).click();
  await other.getByRole("button", { name: "Drop 1 dead letter" }).click();
  await other.getByText("Nothing fails in this way any more.").waitFor();
  assert.equal((await shop.ask("GET /dead-letters")).total, 0);
  await other.context().close();
});

test("the pages have complained of nothing", () => {
  assert.deepEqual(shop.world.complaints, []);
});
