// What people do on the page of delayed messages, against a running runtime.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shop as told } from "./failing-shop.js";
import { type FailingWorld, failingWorld } from "./failing-world.js";
import { assertWell } from "./visit.js";

let shop: FailingWorld;

before(async () => {
  shop = await failingWorld();
});
after(() => shop?.close());

const reminders = async (id: string): Promise<any[]> =>
  (await shop.ask(`GET /delayed?function=shop/reminders&id=${id}`)).delayed;

test("delayed messages are listed as they are due, and filtered by what stands in the URL", async () => {
  const page = await shop.world.page("#/delayed");
  await page.getByRole("combobox", { name: "Function", exact: true }).selectOption("shop/reminders");
  await page.getByText("4 messages of").waitFor();
  const shown = await page.getByRole("row").allInnerTexts();
  assert.deepEqual(
    shown.slice(1).map((row) => /reminders\/\s*(\w+)/.exec(row)?.[1]),
    ["hal", "ida", "hal", "joe"],
  );
  await page.getByRole("searchbox", { name: "Id" }).fill("hal");
  await page.getByText("2 messages of").waitFor();
  assert.match(page.url(), /#\/delayed\?function=shop%2Freminders&id=hal$/);
  await page.context().close();
});

test("a delayed message is delivered now", async () => {
  const page = await shop.world.page("#/delayed?function=shop/reminders&id=hal");
  await page.getByRole("button", { name: "Deliver now to hal" }).first().click();
  await page.getByText("The message is delivered.").waitFor();
  await page.getByText("1 message of").waitFor();
  await shop.until("GET /delayed?function=shop/reminders&id=hal", ({ delayed }) => delayed.length === 1);
  assert.ok(told.done.includes("reminded: The cart of hal waits."));
  await page.context().close();
});

test("a delayed message is opened and postponed", async () => {
  const page = await shop.world.page("#/delayed?function=shop/reminders&id=ida");
  await page.getByRole("button", { name: /^in / }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText('"The cart of ida waits."').waitFor();
  await dialog.getByText("ida-in-90").waitFor();
  await assertWell(page);
  await dialog.getByRole("button", { name: "Postpone" }).click();
  await dialog.getByRole("button", { name: "To an instant" }).click();
  await dialog.getByLabel("At").fill("2031-05-06T07:08");
  await dialog.getByRole("button", { name: "Postpone" }).click();
  await page.getByText("It is delivered at 2031-05-06 07:08:00.").waitFor();
  const [message] = await reminders("ida");
  assert.equal(new Date(message.dueAt).getFullYear(), 2031);
  await page.context().close();
});

test("a delayed message is withdrawn", async () => {
  const page = await shop.world.page("#/delayed?function=shop/reminders&id=joe");
  await page.getByRole("button", { name: "Withdraw the message to joe" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw" }).click();
  await page.getByText("There are no such delayed messages.").waitFor();
  assert.deepEqual(await reminders("joe"), []);
  await page.context().close();
});

test("the messages of a filter are withdrawn or delivered, after a preview", async () => {
  const page = await shop.world.page("#/delayed?function=shop/reminders&id=hal");
  await page.getByRole("button", { name: "Withdraw …" }).click();
  await page.getByRole("button", { name: "Withdraw 1 message" }).click();
  await page.getByText("Withdraw: 1 message.").waitFor();
  assert.deepEqual(await reminders("hal"), []);
  await page.goto(`${shop.world.url}#/delayed?function=shop/reminders`);
  await page.getByRole("button", { name: "Deliver now …" }).click();
  await assertWell(page);
  await page.getByRole("button", { name: "Deliver 1 message" }).click();
  await page.getByText("Deliver: 1 message.").waitFor();
  await shop.until("GET /delayed?function=shop/reminders", ({ delayed }) => delayed.length === 0);
  assert.ok(told.done.includes("reminded: The cart of ida waits."));
  await page.context().close();
});

test("a message of the runtime's own can be delivered, and not postponed or withdrawn", async () => {
  const page = await shop.world.page("#/delayed?function=statefun.runtime/schedule&id=nightly-report");
  await page.getByText("the runtime's own").waitFor();
  assert.equal(await page.getByRole("button", { name: "Withdraw the message to nightly-report" }).count(), 0);
  assert.equal(await page.getByRole("button", { name: "Deliver now to nightly-report" }).count(), 1);
  await page.context().close();
});

test("the page has complained of nothing", () => {
  assert.deepEqual(shop.world.complaints, []);
});
