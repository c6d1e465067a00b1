// What people do on the page of queries, against a running runtime.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { devices, type FailingWorld, failingWorld } from "./failing-world.js";

let shop: FailingWorld;

before(async () => {
  shop = await failingWorld();
});
after(() => shop?.close());

const condition = (page: Page) => page.getByRole("textbox", { name: "Condition" });
const columns = (page: Page) => page.getByRole("textbox", { name: "Columns" });
const run = (page: Page) => page.getByRole("button", { name: "Run" }).click();

/** The texts of the rows, without the head. */
const rows = async (page: Page) =>
  (await page.getByRole("row").allInnerTexts()).slice(1).map((row) => row.split(/\s+/));

test("a condition finds addresses, with the columns that are named, and stands in the URL", async () => {
  const page = await shop.world.page("#/query");
  await page.getByText("Choose a function to query its states.").waitFor();
  await page.getByRole("combobox", { name: "Function", exact: true }).selectOption("fleet/device");
  await page.getByText(`${devices} found of ${devices} addresses`).waitFor();
  await condition(page).fill('status == "offline" && battery < 20');
  await columns(page).fill("battery");
  await page.getByRole("button", { name: "Add the column status" }).click();
  assert.equal(await columns(page).inputValue(), "battery, status");
  await run(page);
  await page.getByText(`5 found of ${devices} addresses`).waitFor();
  const found = await rows(page);
  assert.deepEqual(found[0], ["device-000", "0", "offline"]);
  assert.ok(found.every(([, battery, status]) => Number(battery) < 20 && status === "offline"));
  await page.getByRole("button", { name: "battery", exact: true }).click(); // the heading
  const sorted = (await rows(page)).map(([, battery]) => Number(battery));
  assert.deepEqual(
    sorted,
    [...sorted].sort((one, other) => one - other),
  );
  const shared = await shop.world.page(new URL(page.url()).hash);
  await shared.getByText(`5 found of ${devices} addresses`).waitFor();
  assert.deepEqual(
    (await rows(shared)).map(([, battery]) => Number(battery)),
    sorted,
  );
  await page.context().close();
  await shared.context().close();
});

test("a mistake in the condition is shown with its code, and addresses that don't fit are counted", async () => {
  const page = await shop.world.page("#/query?function=fleet/device&where=batery+<+20");
  await page.getByRole("alert").getByText("QUERY_INVALID").waitFor();
  await condition(page).fill('report.place.floor > 0 && report.nothing == "x"');
  await condition(page).press("Enter");
  await page.getByText("could not be judged.").waitFor();
  await page.getByText("No address fits the condition.").waitFor();
  await page.context().close();
});

test("what is found is saved as CSV and as lines of JSON", async () => {
  const page = await shop.world.page("#/query?function=fleet/device&where=battery+<+5&columns=battery");
  await page.getByText(/found of 120/).waitFor();
  const saved = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name, exact: true }).click(),
    ]);
    return [
      download.suggestedFilename(),
      readFileSync(await download.path(), "utf8")
        .trimEnd()
        .split(/\r?\n/),
    ] as const;
  };
  const shown = (await rows(page)).length;
  const [csv, lines] = await saved("CSV");
  assert.deepEqual([csv, lines[0], lines.length], ["fleet-device.csv", "id,battery", shown + 1]);
  const [ndjson, texts] = await saved("NDJSON");
  assert.deepEqual([ndjson, texts.length], ["fleet-device.ndjson", shown + 1]);
  const parsed = texts.map((text) => JSON.parse(text));
  assert.equal(parsed[0].id, "device-000");
  assert.equal(parsed.at(-1).end.found, shown);
  await page.context().close();
});

test("the page has complained of nothing", () => {
  assert.deepEqual(shop.world.complaints, []);
});
