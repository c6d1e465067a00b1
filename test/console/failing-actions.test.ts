// What people do on the pages of dead letters, runs and schedules, against a running runtime.

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

const letterOf = async (id: string): Promise<string> => {
  const { letters } = await shop.ask(`GET /dead-letters?id=${id}`);
  return letters[0].letter;
};

test("dead letters are filtered by what stands in the URL", async () => {
  const page = await shop.world.page("#/dead-letters");
  await page.getByRole("searchbox", { name: "Code" }).fill("SOLD_OUT");
  await page.getByText("1 letter of 6").waitFor();
  assert.match(page.url(), /#\/dead-letters\?code=SOLD_OUT$/);
  assert.equal(await page.getByRole("row").count(), 2); // with the head
  await page.getByRole("combobox", { name: "Time" }).selectOption("Older than a day");
  await page.getByText("There are no such dead letters.").waitFor();
  assert.match(page.url(), /olderThan=1d/);
  await page.context().close();
});

test("a dead letter is edited and sent again", async () => {
  const letter = await letterOf("customer-1");
  const page = await shop.world.page(`#/dead-letters/${letter}`);
  await page.getByText("Order 8000 asks for 20 pieces.").first().waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  const write = async (text: string) => {
    await page.getByRole("dialog").getByRole("textbox").click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.insertText(text);
  };
  await write("{");
  assert.equal(await page.getByRole("button", { name: "Save and send again" }).isDisabled(), true);
  await write('{ "order": 8000, "pieces": 5 }');
  await assertWell(page);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText('"pieces": 5').waitFor();
  await page.getByRole("button", { name: "Send again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Send again" }).click();
  await page.getByRole("heading", { name: "Dead letters" }).waitFor();
  await shop.until("GET /dead-letters", ({ total }) => total === 5);
  assert.ok(told.done.includes("order 8000: 5"));
  await page.context().close();
});

test("a change that is refused says why in its dialog; Esc closes it, and the focus goes back", async () => {
  const page = await shop.world.page(`#/dead-letters/${await letterOf("customer-2")}`);
  const edit = page.getByRole("button", { name: "Edit" });
  await edit.click();
  await shop.ask(`DELETE /dead-letters/${await letterOf("customer-2")}`);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("dialog").getByRole("alert").getByText("NOT_FOUND").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.equal(await edit.evaluate((button) => button.ownerDocument.activeElement === button), true);
  await page.context().close();
});

test("the dead letters of a filter are sent again, after a preview", async () => {
  const page = await shop.world.page("#/dead-letters?code=HANDLER_FAILED");
  await page.getByRole("button", { name: "Send again …" }).click();
  const dialog = page.getByRole("dialog");
  const send = dialog.getByRole("button", { name: "Send 3 dead letters" });
  await send.waitFor();
  assert.equal(await dialog.getByRole("listitem").count(), 3);
  await assertWell(page);
  shop.mend();
  await send.click();
  await page.getByText("Send: 3 dead letters.").waitFor();
  await page.getByText("There are no such dead letters.").waitFor();
  assert.equal(told.done.filter((line) => line.startsWith("order ")).length, 4);
  await page.context().close();
});

test("a dead letter is dropped, and so are those of a filter", async () => {
  const page = await shop.world.page(`#/dead-letters/${await letterOf("customer-6")}`);
  await page.getByText("refused for good").waitFor();
  await page.getByRole("button", { name: "Drop" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.goto(`${shop.world.url}#/dead-letters`);
  await page.getByRole("button", { name: "Drop …" }).click();
  await page.getByRole("button", { name: "Drop 1 dead letter" }).click();
  await page.getByText("There are no dead letters.").waitFor();
  assert.equal((await shop.ask("GET /dead-letters")).total, 0);
  await page.context().close();
});

test("runs are listed by their status, and one leads to its timeline", async () => {
  const page = await shop.world.page("#/runs?function=shop/checkout");
  await page.getByText("its turn").waitFor();
  await page.getByRole("combobox", { name: "Status" }).selectOption("Failed");
  await page.getByText("SOLD_OUT").waitFor();
  assert.equal(await page.getByRole("row").count(), 2);
  assert.match(page.url(), /status=failed/);
  await page.getByRole("link", { name: "failed" }).click();
  await page.getByText("step:charge").waitFor();
  await page.getByText("Only 110 pieces are left.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Cancel the run" }).count(), 0);
  await page.context().close();
});

test("a run is cancelled with a reason, and undoes what it has done", async () => {
  const { runs } = await shop.ask("GET /addresses/shop/checkout/waiting/runs");
  const page = await shop.world.page(`#/runs/shop%2Fcheckout/waiting/${runs[0].run}`);
  await page.getByText("receive:shop.types/approval").waitFor();
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await page.getByRole("textbox", { name: "Reason" }).fill("Out of stock");
  await assertWell(page);
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
  await page.getByText("RUN_CANCELLED").first().waitFor();
  await page.getByText("step:refund").waitFor();
  await page.getByText("Out of stock").first().waitFor();
  await page.context().close();
});

test("a schedule is paused, resumed, and run now", async () => {
  const page = await shop.world.page("#/schedules?q=nightly");
  await page.getByRole("button", { name: "Pause nightly-report" }).click();
  await page.getByText("nightly-report is paused.").waitFor();
  await shop.until("GET /schedules", ({ schedules }) => schedules[1].pausedAt !== null);
  await page.getByRole("button", { name: "Resume nightly-report" }).click();
  await page.getByText("nightly-report is resumed.").waitFor();
  await shop.until("GET /schedules", ({ schedules }) => schedules[1].pausedAt === null);
  await page.getByRole("button", { name: "Run nightly-report now" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Run now" }).click();
  await page.getByText("nightly-report has sent its message.").waitFor();
  await page.getByText("manual").waitFor();
  assert.ok(told.done.includes("nightly report, manual"));
  await page.context().close();
});

test("the pages have complained of nothing", () => {
  assert.deepEqual(shop.world.complaints, []);
});
