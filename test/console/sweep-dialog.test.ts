// The dialog of an action over many things: its preview, its progress, and that it stops between two pages.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page, Route } from "playwright-core";
import { World } from "./world.js";

let world: World;
before(async () => {
  world = await World.open();
});
after(() => world?.close());

const letters = Array.from({ length: 450 }, (_, index) => ({
  letter: String(index).padStart(9, "0"),
  function: "fleet/overview",
  id: `device-${index}`,
  caller: null,
  message: { typename: "fleet.types/seen", value: { device: `device-${index}` } },
  error: { code: "HANDLER_FAILED", message: "no", terminal: false },
  attempts: 1,
  firstFailedAt: "2026-01-31T12:00:00.000Z",
  lastFailedAt: "2026-01-31T12:00:00.000Z",
}));

/** The page of dead letters, of which there are 450, and its requests that drop letters, each waiting for its answer. */
async function manyLetters(): Promise<{ page: Page; next: () => Promise<Route> }> {
  const page = await world.page();
  const waiting: Route[] = [];
  const takers: ((route: Route) => void)[] = [];
  await page.route("**/dead-letters?*", (route) => route.fulfill({ json: { letters, next: null, total: 450 } }));
  await page.route("**/dead-letters/drop?*", (route) => {
    const taker = takers.shift();
    if (taker === undefined) waiting.push(route);
    else taker(route);
  });
  const next = async () => waiting.shift() ?? (await new Promise<Route>((resolve) => takers.push(resolve)));
  await page.goto(`${world.url}#/dead-letters`);
  await page.getByRole("button", { name: /^Drop/ }).first().click();
  return { page, next };
}

const dropped = (more: boolean) => ({ json: { dropped: more ? 200 : 50, through: "000000449", more } });

test("the preview has the count and the first twenty; nothing is changed before the button is pressed", async () => {
  const { page } = await manyLetters();
  let changes = 0;
  page.on("request", (request) => {
    if (request.method() !== "GET") changes += 1;
  });
  const dialog = page.getByRole("dialog", { name: "Drop dead letters" });
  await dialog.getByRole("button", { name: "Drop 450 dead letters" }).waitFor();
  assert.equal(await dialog.getByRole("listitem").count(), 20);
  await dialog.getByText("and 430 others").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(changes, 0);
});

test("the progress is shown page by page, and a message at the end says how many there were", async () => {
  const { page, next } = await manyLetters();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Drop 450 dead letters" }).click();
  const first = await next();
  assert.equal(new URL(first.request().url()).searchParams.get("through"), null);
  await first.fulfill(dropped(true));
  await dialog.getByText("200 dead letters of 450").waitFor();
  const second = await next();
  assert.equal(new URL(second.request().url()).searchParams.get("through"), "000000449");
  await second.fulfill(dropped(true));
  await (await next()).fulfill(dropped(false));
  await page.getByRole("status").getByText("Drop: 450 dead letters.").waitFor();
  assert.equal(await dialog.count(), 0);
});

for (const how of ["the button", "Esc"]) {
  test(`${how} stops it between two pages, and the dialog says how far it came`, async () => {
    const { page, next } = await manyLetters();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Drop 450 dead letters" }).click();
    const first = await next();
    if (how === "Esc") await page.keyboard.press("Escape");
    else await dialog.getByRole("button", { name: "Stop", exact: true }).click();
    await dialog.getByRole("button", { name: "Stopping …" }).waitFor();
    let more = false;
    page.on("request", (request) => {
      more ||= request.method() === "POST";
    });
    await first.fulfill(dropped(true));
    await dialog.getByText("Stopped after 200 dead letters. The others are as they were.").waitFor();
    assert.equal(more, false);
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await dialog.waitFor({ state: "detached" });
  });
}

test("a page that fails ends it, with the code and how far it came", async () => {
  const { page, next } = await manyLetters();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Drop 450 dead letters" }).click();
  await (await next()).fulfill(dropped(true));
  await (await next()).fulfill({ status: 503, json: { code: "STORE_FULL", message: "The disk is full." } });
  await dialog.getByRole("alert").getByText("STORE_FULL").waitFor();
  await dialog.getByText("200 dead letters had been changed before.").waitFor();
});

test("no page has complained", () => {
  assert.deepEqual(world.complaints, []);
});
