// An address that is in trouble, its messages, its runs, and what people send to it: in the browser, against a running runtime.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { Types } from "../../src/index.js";
import { cart, Fail, Order, Remind } from "./address-world.js";
import { type CartWorld, cartWorld } from "./cart-world.js";
import { assertWell } from "./visit.js";

let shop: CartWorld;

before(async () => {
  shop = await cartWorld();
});
after(() => shop?.close());

const open = (id: string) => shop.world.page(`#/functions/shop%2Fcart/${id}`);
const button = (within: Page | Locator, name: string) => within.getByRole("button", { name, exact: true });

/** Leaves a page, on which nothing may have gone wrong. */
async function leave(page: Page): Promise<void> {
  await page.context().close();
  assert.deepEqual(shop.world.complaints.splice(0), []);
}

test("a parked address says why, with the stack, and its first message is dropped", async () => {
  await shop.parkedCart("dropped");
  const page = await open("dropped");
  await page.getByText("1 try failed").waitFor();
  await button(page, "Show the stack").click();
  await page.locator(".stack-text").getByText("the bank has answered 503").waitFor();
  await assertWell(page);
  await button(page, "Drop the first").click();
  await button(page.getByRole("dialog"), "Drop it").click();
  await page.getByText("1 message dropped.").waitFor();
  await page.locator("pre").getByText('"rum"').first().waitFor(); // the others were delivered
  assert.deepEqual([(await shop.cart("dropped")).parked, (await shop.cart("dropped")).waiting], [null, 0]);
  await leave(page);
});

test("all messages of a parked address are dropped, after a question", async () => {
  await shop.parkedCart("emptied");
  const page = await open("emptied");
  await button(page, "Drop all").click();
  await page.getByText("All 3 waiting messages are removed for good.").waitFor();
  await button(page.getByRole("dialog"), "Cancel").click();
  assert.equal((await shop.cart("emptied")).waiting, 3);
  await button(page, "Drop all").click();
  await button(page.getByRole("dialog"), "Drop all").click();
  await page.getByText("3 messages dropped.").waitFor();
  assert.equal((await shop.cart("emptied")).waiting, 0);
  await leave(page);
});

test("an address is parked with a reason, and retried", async () => {
  const page = await open("by-hand");
  await button(page, "Park").click();
  await page.getByRole("textbox", { name: "Reason" }).fill("I look at it");
  await button(page.getByRole("dialog"), "Park").click();
  await page.getByText("I look at it").waitFor();
  assert.equal((await shop.cart("by-hand")).parked.code, "ADDRESS_PARKED");
  assert.equal(await button(page, "Show the stack").count(), 0);
  await button(page, "Retry now").click();
  await page.getByText("Its messages are delivered again.").waitFor();
  assert.equal((await shop.cart("by-hand")).parked, null);
  await leave(page);
});

test("an address that fails shows when the next try is, and is tried at once", async () => {
  await shop.world.runtime.send("shop/patient", "ann", Types.string.pack("hello"));
  await shop.until(async () => (await shop.ask("GET /failing")).total === 1);
  const page = await shop.world.page("#/functions/shop%2Fpatient/ann");
  await page.getByText(/Next try in 59 min/).waitFor();
  cart.mended = true;
  await button(page, "Retry now").click();
  await shop.until(async () => (await shop.ask("GET /failing")).total === 0);
  cart.mended = false;
  await leave(page);
});

test("a call in flight shows since when, and with which messages", async () => {
  await shop.send("in-flight", Fail.pack({ why: "stand still" }));
  const page = await open("in-flight");
  await page.getByText("1 × shop.types/fail").waitFor();
  cart.gate.open();
  await page.getByText("HANDLER_FAILED").first().waitFor();
  await leave(page);
});

test("a message that waits is opened, edited and dropped", async () => {
  await shop.parkedCart("letters");
  const page = await open("letters");
  const mailbox = page.getByRole("region", { name: "Mailbox" });
  await mailbox.getByText("3 messages").waitFor();
  await mailbox.getByRole("listitem").nth(2).waitFor();
  const second = mailbox.getByRole("listitem").nth(1);
  await second.getByRole("button", { name: /^Edit message/ }).click();
  await page.getByRole("textbox", { name: "The message" }).click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText('{ "sku": "edited", "pieces": 9 }');
  await assertWell(page);
  await button(page.getByRole("dialog"), "Save").click();
  await page.getByText("The message is changed.").waitFor();
  await second.getByText("edited").waitFor();
  await mailbox
    .getByRole("listitem")
    .nth(2)
    .getByRole("button", { name: /^Drop message/ })
    .click();
  await button(page.getByRole("dialog"), "Drop it").click();
  await page.getByText("The message is dropped.").waitFor();
  await mailbox.getByText("2 messages").waitFor();
  await button(page, "Drop the first").click();
  await button(page.getByRole("dialog"), "Drop it").click();
  await shop.until(async () => (await shop.cart("letters")).waiting === 0);
  const { states } = await shop.cart("letters");
  assert.deepEqual(
    states.find((state: { name: string }) => state.name === "items").value.map((item: { sku: string }) => item.sku),
    ["tea", "edited"],
  );
  await leave(page);
});

test("delayed messages count down; one is delivered now, one is postponed, one is withdrawn", async () => {
  for (const minutes of [30, 90, 200]) {
    await shop.send("delayed", Remind.pack({ in: minutes, text: `after ${minutes} minutes` }));
  }
  await shop.until(async () => (await shop.cart("delayed")).delayed.length === 3);
  const page = await open("delayed");
  const panel = page.getByRole("region", { name: "Delayed messages" });
  await panel.getByText(/in (30 min|29 min \d+ s)/).waitFor();
  const rows = panel.getByRole("listitem");
  await button(rows.filter({ hasText: "after 90 minutes" }), "Postpone").click();
  await page.getByRole("textbox", { name: "By" }).fill("nonsense");
  await button(page.getByRole("dialog"), "Postpone").click();
  await page.getByRole("dialog").getByRole("alert").getByText("DURATION_INVALID").waitFor();
  await page.getByRole("textbox", { name: "By" }).fill("5h");
  await button(page.getByRole("dialog"), "Postpone").click();
  await panel.getByText(/in 6 h 2?9|in 6 h 30/).waitFor();
  await button(rows.filter({ hasText: "after 200 minutes" }), "Withdraw").click();
  await button(page.getByRole("dialog"), "Withdraw the message").click();
  await page.getByText("The message is withdrawn.").waitFor();
  await button(rows.filter({ hasText: "after 30 minutes" }), "Deliver now").click();
  await page.getByText("The message is delivered.").waitFor();
  await page.locator("pre").getByText("after 30 minutes").first().waitFor(); // the cart keeps it as its note
  const { delayed } = await shop.cart("delayed");
  assert.equal(delayed.length, 1);
  assert.ok(Math.abs(Date.parse(delayed[0].dueAt) - Date.now() - 390 * 60_000) < 120_000);
  await leave(page);
});

test("a message is postponed to an instant", async () => {
  await shop.send("instant", Remind.pack({ in: 30, text: "later" }));
  await shop.until(async () => (await shop.cart("instant")).delayed.length === 1);
  const page = await open("instant");
  await button(page, "Postpone").click();
  await button(page, "To an instant").click();
  await page.getByLabel("At", { exact: true }).fill("2100-01-31T08:00:00");
  await button(page.getByRole("dialog"), "Postpone").click();
  await page.getByText("It is delivered at 2100-01-31 08:00:00.").waitFor();
  await leave(page);
});

test("a function is called by a form, and its answer is shown", async () => {
  const page = await open("called");
  await button(page, "Send or call").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "sku" }).fill("rum");
  await dialog.getByRole("textbox", { name: "pieces" }).fill("0");
  await dialog.getByText("It must be at least 1.").waitFor();
  await dialog.getByRole("textbox", { name: "pieces" }).fill("3");
  await dialog.locator("summary").click();
  await dialog.getByRole("textbox", { name: "Metadata" }).fill("tenant=it's a shop");
  await assertWell(page);
  await button(dialog, "Call").nth(1).click();
  await dialog.getByText('"it\'s a shop"').waitFor();
  await button(dialog, "JSON").click();
  await dialog.locator(".cm-content").getByText('"rum"').waitFor();
  await leave(page);
});

test("a call that fails shows the code of its failure", async () => {
  const page = await open("refused");
  await button(page, "Send or call").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Type of the message" }).selectOption("shop.types/fail");
  await dialog.getByRole("textbox", { name: "The message" }).click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText('{ "why": "for good" }');
  await button(dialog, "Call").nth(1).click();
  await dialog.getByRole("alert").getByText("NEVER").waitFor();
  await leave(page);
});

test("a message is sent for later, with a token, and copied as curl, as a program and as a test", async () => {
  const page = await open("sent");
  await button(page, "Send or call").click();
  const dialog = page.getByRole("dialog");
  await button(dialog, "Send").first().click();
  await dialog.locator("summary").click();
  await dialog.getByRole("textbox", { name: "Delay" }).fill("2h");
  await dialog.getByRole("textbox", { name: "Cancellation token" }).fill("sent-token");
  await button(dialog, "Send").nth(1).click();
  await page.getByText("The message is accepted.").waitFor();
  assert.equal((await shop.cart("sent")).delayed[0].cancellationToken, "sent-token");
  await button(dialog, "Copy as …").click();
  const code = () => page.getByRole("dialog").locator("pre").textContent();
  await button(dialog, "Client").waitFor();
  assert.match(
    (await code()) ?? "",
    /^curl .*\/send\/shop\/cart\/sent\?type=shop\.types%2Fadd-item&delay=7200000ms&canc/,
  );
  await button(dialog, "Client").click();
  assert.match((await code()) ?? "", /sender<Cart>\("shop\/cart", "sent"\)\.add\(/);
  await button(dialog, "Test").click();
  assert.match((await code()) ?? "", /await invoke\("shop\/cart"/);
  await assertWell(page);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await button(dialog, "Copy").click();
  await page.getByText("It is copied.").waitFor();
  assert.equal(await page.evaluate("navigator.clipboard.readText()"), await code());
  await button(dialog, "Back").click();
  assert.equal(await dialog.getByRole("textbox", { name: "Delay" }).inputValue(), "2h");
  await leave(page);
});

test("a run shows its steps, and is cancelled", async () => {
  await shop.world.runtime.send("shop/checkout", "order-2", Order.pack({ order: 2 }));
  const page = await shop.world.page("#/functions/shop%2Fcheckout/order-2");
  const runs = page.getByRole("region", { name: "Runs" });
  await runs.getByText("step:charge").waitFor();
  await button(runs, "Cancel").click();
  await button(page.getByRole("dialog"), "Cancel the run").click();
  await page.getByText("The cancellation is on its way.").waitFor();
  await runs.getByText("cancelled", { exact: true }).waitFor();
  await leave(page);
});

test("an admin server that changes nothing offers nothing to change", async () => {
  const quiet = await cartWorld({ admin: { port: 0, readOnly: true } });
  try {
    await quiet.parkedCart("bob");
    const page = await quiet.world.page("#/functions/shop%2Fcart/bob");
    await page.getByText("HANDLER_FAILED").first().waitFor();
    const offered = await page.locator("main").getByRole("button").allTextContents();
    assert.deepEqual(
      offered.filter((text) => /Send|Park|Retry|Drop|Cancel|Deliver/.test(text)),
      [],
    );
    assert.equal(await page.getByRole("button", { name: /^(Edit|Set|Delete)/ }).count(), 0);
  } finally {
    await quiet.close();
  }
});
