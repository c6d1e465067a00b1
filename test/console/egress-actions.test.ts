// What the page of egresses tells of those that fail, that stand still, and that are idle.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FailingWorld, failingWorld } from "./failing-world.js";

let shop: FailingWorld;

before(async () => {
  shop = await failingWorld();
});
after(() => shop?.close());

test("an egress that fails stands first, with its error and the records that wait, until it takes them", async () => {
  const page = await shop.world.page("#/egresses");
  await page.getByText("421 too many connections").first().waitFor();
  const names = await page.getByRole("main").getByRole("heading", { level: 2 }).allInnerTexts();
  assert.deepEqual(names.slice(0, 2), ["shop/mails", "shop/printer"]);
  const mails = page.getByRole("region", { name: "shop/mails" });
  await mails
    .getByText("2 records", { exact: true })
    .or(mails.getByText(/^2 records/))
    .first()
    .waitFor();
  await mails.getByText("The oldest records that wait").click();
  assert.equal(await mails.getByRole("row").count(), 3); // with the head
  await mails.getByText('"News for kim"').first().waitFor();
  shop.mend();
  await mails.getByText("idle").waitFor();
  assert.deepEqual(shop.mails, ["News for kim", "News for kim"]);
  await page.context().close();
});

test("an egress that has not answered shows what it has been handed, and a name filters", async () => {
  const page = await shop.world.page("#/egresses?q=printer");
  await page.getByText("1 handed out").waitFor();
  await page.getByText("1 egress", { exact: true }).waitFor();
  await page.context().close();
});

test("the page has complained of nothing", () => {
  assert.deepEqual(shop.world.complaints, []);
});
