// The live page and one batch: what happens is seen as it happens, is filtered, is held still, and leads to what it caused.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { fill, World } from "./world.js";
import { Report } from "./world-functions.js";

let world: World;
before(async () => {
  world = await World.open();
  await fill(world);
});
after(() => world?.close());

const report = (id: string, site = "site-9", status: Report["status"] = "online") =>
  world.runtime.send("fleet/device", id, Report.pack({ site, battery: 80, status }));
const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });
const live = (page: Page) => page.getByText("live", { exact: true }).waitFor();

test("a batch appears while the page is open, above those from before", async () => {
  const page = await world.page("#/live");
  await live(page);
  await row(page, "fleet/device/d-39").waitFor();
  await report("fresh-1");
  await row(page, "fleet/device/fresh-1").waitFor();
  const first = await page.getByRole("row").nth(1).textContent();
  assert.ok(/fresh-1|site-9|overview/.test(first ?? ""), first ?? "");
});

test("the filters of the URL choose, before and after they change", async () => {
  const page = await world.page("#/live?function=fleet%2Fsite");
  await row(page, "fleet/site/site-1").first().waitFor();
  await live(page);
  await report("fresh-2", "site-filtered");
  await row(page, "fleet/site/site-filtered").waitFor();
  assert.equal(await row(page, "fleet/device").count(), 0);
  await page.getByRole("combobox", { name: "Function", exact: true }).selectOption("All functions");
  await page.getByRole("searchbox", { name: "Code" }).fill("HANDLER_FAILED");
  await row(page, "fleet/device/d-5").first().waitFor();
  await row(page, "fleet/site").first().waitFor({ state: "detached" });
  assert.equal(new URL(page.url()).hash, "#/live?code=HANDLER_FAILED");
});

test("held rows stay, what comes is counted, and all of it is there when the page goes on", async () => {
  const page = await world.page("#/live");
  await live(page);
  await page.getByRole("button", { name: "Hold" }).click();
  await report("fresh-3");
  await page.getByRole("button", { name: /^Go on \([1-9]/ }).waitFor();
  assert.equal(await row(page, "fleet/device/fresh-3").count(), 0);
  await page.getByRole("button", { name: /^Go on/ }).click();
  await row(page, "fleet/device/fresh-3").waitFor();
});

test("rows are held while somebody has scrolled down", async () => {
  const page = await world.page("#/live");
  await live(page);
  const list = page.getByRole("region", { name: "Batches, the newest first" });
  await list.hover();
  await page.mouse.wheel(0, 300);
  await page.getByText("held", { exact: true }).waitFor();
  await page.mouse.wheel(0, -2000);
  await live(page);
});

test("a batch shows its message, its states before and after, and as a waterfall what it caused", async () => {
  const page = await world.page("#/live?function=fleet%2Fdevice&id=d-1");
  await row(page, "fleet/device/d-1").first().getByRole("link").first().click();
  await page.getByRole("heading", { level: 1, name: "fleet/device/d-1" }).waitFor();
  const states = page.getByRole("region", { name: "Changed states" });
  await states.getByText("site-1").waitFor();
  assert.ok((await states.textContent())?.includes('not set → "site-1"'));
  await page.getByRole("region", { name: "Messages" }).getByText("fleet.types/report").waitFor();
  const caused = page.getByRole("table", { name: "What the batch caused" });
  await caused.getByRole("link", { name: "fleet/overview/all" }).waitFor();
  const names = await caused.getByRole("row").getByRole("link").allTextContents();
  assert.deepEqual(names, ["fleet/device/d-1", "fleet/site/site-1", "fleet/overview/all"]);
  await caused.getByRole("link", { name: "fleet/overview/all" }).click();
  await page.getByRole("link", { name: "From the first cause" }).click();
  await page.getByRole("heading", { level: 1, name: "fleet/device/d-1" }).waitFor();
});

test("a batch that failed shows its error with the stack", async () => {
  const page = await world.page("#/live?code=HANDLER_FAILED&id=d-5");
  await row(page, "fleet/device/d-5").first().getByRole("link").first().click();
  const failure = page.getByRole("region", { name: "Failure" });
  await failure
    .getByText(/The report of d-5 can't be read/)
    .first()
    .waitFor();
  assert.match((await failure.locator("pre").textContent()) ?? "", /at .*report/);
});

test("a batch that is not kept any more says so", async () => {
  const page = await world.page("#/batches/gone.1");
  await page.getByRole("alert").getByText("NOT_FOUND").first().waitFor();
});

test("no page has complained", () => {
  assert.deepEqual(world.complaints, []);
});
