// The states of an address and its batches: what people do with them in the browser, against a running runtime.

import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { Types } from "../../src/index.js";
import { AddItem, Fail } from "./address-world.js";
import { addressOf, type CartWorld, cartWorld } from "./cart-world.js";
import { assertWell } from "./visit.js";

let shop: CartWorld;

before(async () => {
  shop = await cartWorld();
});
after(() => shop?.close());

const add = (id: string, sku = "tea") => shop.world.runtime.call("shop/cart", id, AddItem.pack({ sku, pieces: 2 }));
const open = (id: string) => shop.world.page(`#/functions/shop%2Fcart/${encodeURIComponent(id)}`);
const stateOf = async (id: string, name: string) =>
  (await shop.cart(id)).states.find((state: { name: string }) => state.name === name);

/** Leaves a page, on which nothing may have gone wrong. */
async function leave(page: Page): Promise<void> {
  await page.context().close();
  assert.deepEqual(shop.world.complaints.splice(0), []);
}

const button = (within: Page | Locator, name: string) => within.getByRole("button", { name, exact: true });
const editor = (page: Page, name: string) => page.getByRole("textbox", { name });

/** Types into an editor as a person does: the whole text takes the place of what is there. */
async function write(page: Page, name: string, text: string): Promise<void> {
  await editor(page, name).click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(text);
}

test("a state is edited as JSON, checked by its schema, and compared before it is saved", async () => {
  await add("edited");
  const page = await open("edited");
  await button(page, "Edit items").click();
  await write(page, "Value of items", "[");
  await page.getByRole("dialog").locator(".fault").waitFor();
  assert.equal(await button(page, "Compare").isDisabled(), true);
  await write(page, "Value of items", '[{ "sku": "rum", "pieces": 0 }]');
  await page.locator(".cm-lintRange-error").first().waitFor();
  assert.equal(await page.locator(".cm-lintRange-error").first().textContent(), "0");
  await write(page, "Value of items", '[{ "sku": "rum", "pieces": 5 }]');
  await button(page, "Compare").click();
  await page.locator(".cm-deletedChunk").getByText('"tea"').waitFor();
  await page.locator(".cm-changedLine").getByText('"rum"').waitFor();
  await assertWell(page);
  await button(page, "Save").click();
  await page.getByText("The state items is written.").waitFor();
  await page.locator("pre").getByText('"rum"').waitFor();
  assert.deepEqual((await stateOf("edited", "items")).value, [{ sku: "rum", pieces: 5 }]);
  await leave(page);
});

test("a state that does not fit its type is refused with a code, and may be edited again", async () => {
  await add("refused");
  const page = await open("refused");
  await button(page, "Edit items").click();
  await write(page, "Value of items", '[{ "sku": "", "pieces": 1 }]');
  await button(page, "Compare").click();
  await button(page, "Save").click();
  await page.getByRole("dialog").getByRole("alert").getByText("VALUE_INVALID").waitFor();
  await button(page, "Edit again").click();
  await editor(page, "Value of items").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await leave(page);
});

test("a state that the function has written meanwhile is compared as it is now", async () => {
  await add("meanwhile");
  const page = await open("meanwhile");
  await button(page, "Edit total").click();
  await write(page, "Value of total", "100");
  await add("meanwhile");
  await button(page, "Compare").click();
  await page.getByText("The function has written the state since you began.").waitFor();
  await page.locator(".cm-deletedChunk").getByText("4").waitFor();
  await add("meanwhile");
  await button(page, "Save").click();
  await page.locator(".cm-deletedChunk").getByText("6").waitFor();
  assert.equal((await stateOf("meanwhile", "total")).value, 6);
  await button(page, "Save").click();
  await page.getByText("The state total is written.").waitFor();
  assert.equal((await stateOf("meanwhile", "total")).value, 100);
  await leave(page);
});

test("bytes are shown and edited as hexadecimal digits, also of a type that nobody knows", async () => {
  await shop.world.runtime.call("shop/cart", "bytes", Types.bytes.pack(Uint8Array.of(0x48, 0x69, 0)));
  const page = await open("bytes");
  await page.getByText("48 69 00").waitFor();
  for (const [name, digits] of [
    ["picture", "00 ff"],
    ["seal", "6f 6b"],
  ] as const) {
    await button(page, `Edit ${name}`).click();
    await write(page, `Value of ${name}`, "0");
    await page.getByText("Line 1, column 1: a byte has two hexadecimal digits").waitFor();
    await write(page, `Value of ${name}`, digits);
    await button(page, "Compare").click();
    await button(page, "Save").click();
    await page.getByText(`The state ${name} is written.`).waitFor();
  }
  assert.equal((await stateOf("bytes", "picture")).value, "AP8=");
  assert.equal((await stateOf("bytes", "seal")).base64, "b2s=");
  await leave(page);
});

test("a state is set that was not, and a state is deleted", async () => {
  await add("set");
  const page = await open("set");
  await page.getByText("not set, the function sees").waitFor();
  await button(page, "Set note").click();
  await write(page, "Value of note", '"by hand"');
  await button(page, "Compare").click();
  await page.getByText("The state is not set now.").waitFor();
  await button(page, "Save").click();
  await page.getByText("The state note is written.").waitFor();
  assert.equal((await stateOf("set", "note")).value, "by hand");
  await button(page, "Delete total").click();
  await button(page.getByRole("dialog"), "Delete").click();
  await page.getByText("The state total is deleted.").waitFor();
  assert.equal(await stateOf("set", "total"), undefined);
  await leave(page);
});

test("a state of 50 MB shows its head, is not fetched by the page, and is downloaded whole", async () => {
  await shop.world.runtime.call("shop/archive", "big", Types.int.pack(50_000_000));
  const page = await shop.world.page("#/functions/shop%2Farchive/big");
  await page.getByText("48 MiB, too large to show").waitFor();
  // A string, since a function would be compiled for this process and not for the page.
  const largest: number = await page.evaluate(
    'Math.max(...performance.getEntriesByType("resource").map(({ decodedBodySize }) => decodedBodySize))',
  );
  assert.ok(largest > 0 && largest < 5_000_000, `the page has got ${largest} bytes at once`);
  assert.ok(((await page.locator("main").textContent()) ?? "").length < 20_000);
  const downloaded = page.waitForEvent("download");
  await button(page, "Download").click();
  let bytes = 0;
  for await (const piece of createReadStream(await (await downloaded).path())) bytes += piece.length;
  assert.equal(bytes, 50_000_000);
  assert.match((await downloaded).suggestedFilename(), /^text\.txt$/);
  await button(page, "Edit text").click();
  await write(page, "Value of text", '"short"');
  await button(page, "Compare").click();
  await page.getByText("The whole large value is replaced").waitFor();
  await button(page, "Save").click();
  await page.getByText("The state text is written.").waitFor();
  await leave(page);
});

test("a batch shows its messages, its states before and after, what it has sent, and becomes a test", async () => {
  await add("batched");
  await add("batched", "jam");
  const page = await open("batched");
  await page
    .getByRole("button", { name: /add-item.*changes items/ })
    .first()
    .click();
  const details = page.locator(".batch-details");
  await details.locator(".cm-changedLine").getByText('"jam"').waitFor();
  await details.getByText("State total").waitFor();
  assert.equal(await details.getByRole("link", { name: "shop/stock/jam" }).count(), 1);
  await assertWell(page);
  await button(details, "Copy as a test").click();
  const code = await page.getByRole("dialog").locator("pre").textContent();
  assert.match(code ?? "", /message: json\("shop\.types\/add-item"\)\.pack\(\{ sku: "jam", pieces: 2 \}\)/);
  assert.match(code ?? "", /assert\.deepEqual\(state\.total, 4n\);/);
  await leave(page);
});

test("a batch that has failed shows its stack", async () => {
  await shop.send("failed", Fail.pack({ why: "the bank has answered 503" }));
  await shop.until(async () => (await shop.cart("failed")).parked !== null);
  const page = await open("failed");
  await page.getByRole("button", { name: /shop\.types\/fail.*HANDLER_FAILED/ }).click();
  await page
    .locator(".batch-details")
    .getByText(/at .*fail/)
    .first()
    .waitFor();
  await leave(page);
});

test("an id may hold any character", async () => {
  const id = "a/b ?#&%41 'ä😀";
  await add(id);
  const page = await open(id);
  await page.getByRole("heading", { name: id }).waitFor();
  await button(page, "Edit total").click();
  await write(page, "Value of total", "5");
  await button(page, "Compare").click();
  await button(page, "Save").click();
  await page.getByText("The state total is written.").waitFor();
  assert.equal((await shop.world.runtime.engine.state(addressOf(id), "total"))?.as(Types.long), 5n);
  await leave(page);
});
