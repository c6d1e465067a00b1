// When the console asks the admin server, and when it does not: at a pace, not while the tab is hidden, and not after a page is left.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page, Route } from "playwright-core";
import { fill, World } from "./world.js";

let world: World;
before(async () => {
  world = await World.open();
  await fill(world);
});
after(() => world?.close());

/** A page whose time a test moves, and what it has asked for since the last look. */
async function timed(hash: string, prepare?: (page: Page) => Promise<unknown>) {
  const page = await world.page();
  await page.clock.install();
  await prepare?.(page);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto("about:blank");
  await page.goto(`${world.url}${hash}`);
  const since = () => asked.splice(0).filter((path) => path === "/functions").length;
  return { page, since };
}

const hide = (page: Page, hidden: boolean) =>
  page.evaluate(`
    Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  `);

test("a list is asked for at a pace, not while the tab is hidden, and at once when the tab is seen again", async () => {
  const { page, since } = await timed("#/functions");
  await page.getByRole("link", { name: "fleet/device" }).waitFor();
  assert.equal(since(), 1);
  for (let round = 0; round < 3; round++) {
    const answered = page.waitForResponse((response) => response.url().includes("/functions?"));
    await page.clock.runFor(3000);
    await answered;
  }
  assert.equal(since(), 3);
  await hide(page, true);
  await page.clock.runFor(60_000);
  assert.ok(since() <= 1); // the one that was on its way
  await page.clock.runFor(60_000);
  assert.equal(since(), 0);
  const again = page.waitForRequest((request) => request.url().includes("/functions?"));
  await hide(page, false);
  await again;
});

test("a page that is left ends its request, and asks no more", async () => {
  const held: Route[] = [];
  const { page, since } = await timed("#/functions", (page) =>
    page.route("**/functions?*", (route) => {
      held.push(route);
    }),
  );
  await page.waitForRequest((request) => request.url().includes("/functions?"));
  const ended = page.waitForEvent("requestfailed", (request) => request.url().includes("/functions?"));
  await page.evaluate("location.hash = '#/schedules'");
  assert.equal((await ended).failure()?.errorText, "net::ERR_ABORTED");
  await page.getByRole("heading", { level: 1, name: "Schedules" }).waitFor();
  since();
  await page.clock.runFor(30_000);
  assert.equal(since(), 0);
});

test("after failures the pauses grow, and the last answer stays", async () => {
  const { page, since } = await timed("#/functions");
  await page.getByRole("link", { name: "fleet/device" }).waitFor();
  await page.route("**/functions?*", (route) => route.abort());
  since();
  for (const pauseMs of [3000, 6000, 12_000]) {
    const failed = page.waitForEvent("requestfailed", (request) => request.url().includes("/functions?"));
    await page.clock.runFor(pauseMs);
    await failed;
    await page.getByRole("alert").getByText("UNREACHABLE").waitFor();
  }
  assert.equal(since(), 3);
  await page.clock.runFor(20_000);
  assert.equal(since(), 0);
  await page.getByRole("link", { name: "fleet/device" }).waitFor();
});

test("what changes something has the header of the console; what reads has it not", async () => {
  const page = await world.page("#/dead-letters");
  const headers: [method: string, mark: string | undefined][] = [];
  page.on("request", (request) => {
    headers.push([request.method(), request.headers()["statefun-console"]]);
  });
  await page.reload();
  await page.getByRole("button", { name: /^Drop/ }).first().click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Drop \d/ })
    .click();
  await page
    .getByRole("status")
    .getByText(/^Drop: 1 dead letter/)
    .waitFor();
  assert.deepEqual(
    headers.filter(([method, mark]) => (method === "GET") === (mark === undefined)),
    headers,
  );
  assert.deepEqual(
    headers.filter(([method]) => method !== "GET"),
    [["POST", "1"]],
  );
});
