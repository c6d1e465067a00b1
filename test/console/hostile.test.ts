// Every page shows names, values and errors that were written to break it: as text, and without a complaint.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { hostileIds, hostileWorld, markup } from "./hostile-world.js";
import { assertWell } from "./visit.js";
import type { World } from "./world.js";

let world: World;

before(async () => {
  world = await hostileWorld();
});
after(() => world?.close());

const keeps = "#/functions/hostile%2Fkeeps";

const addressHash = (id: string) => `${keeps}/${encodeURIComponent(id)}`;

async function assertUnbroken(page: Page): Promise<void> {
  assert.equal(await page.locator("img").count(), 0);
  assert.notEqual(await page.title(), "broken in");
  assert.equal(await page.evaluate("({}).polluted"), undefined);
  await assertWell(page);
  await page.context().close();
  assert.deepEqual(world.complaints.splice(0), []);
}

const columns = encodeURIComponent(`${markup},__proto__`);
const pages: readonly (readonly [name: string, hash: string, ready: string])[] = [
  ["functions", "#/functions", "hostile/keeps"],
  ["graph", "#/functions?view=graph", "Messages by type"],
  ["addresses", `${keeps}?columns=${columns}`, "__proto__"],
  ["live", "#/live", "HANDLER_FAILED"],
  ["failures", "#/failures", "HANDLER_FAILED"],
  ["delayed", "#/delayed", "hostile/keeps"],
  ["egresses", "#/egresses", "hostile/out"],
  ["dead letters", "#/dead-letters", "HANDLER_FAILED"],
  ["query", `#/query?function=hostile%2Fkeeps&where=${encodeURIComponent('id != ""')}`, "Query"],
  ["a page that is not there", `#/${encodeURIComponent(markup)}`, "To the overview"],
  ["a wrong percent-encoding", "#/functions/%E0%A4%A", "Functions"],
];

for (const [name, hash, ready] of pages) {
  test(`${name}`, async () => {
    const page = await world.page(hash, { width: 360 });
    await page.getByText(ready).first().waitFor({ state: "attached" });
    await assertUnbroken(page);
  });
}

for (const id of hostileIds) {
  test(`the address ${JSON.stringify(id).slice(0, 40)}`, async () => {
    const page = await world.page(addressHash(id), { width: 360 });
    // A browser takes these parts off a URL, so the page must not ask for another thing in their place.
    const ready = id === ".." || id === "." ? "A browser can't ask" : "written";
    await page.getByText(ready).first().waitFor();
    await assertUnbroken(page);
  });
}

for (const [list, ready] of [
  ["failures", "hostile/"],
  ["dead-letters", "hostile/"],
  ["live", "Sent"],
] as const) {
  test(`what the list of ${list} leads to`, async () => {
    const page = await world.page(`#/${list}`);
    await page.getByRole("row").nth(1).getByRole("link").first().click();
    await page.getByText(ready).first().waitFor();
    await assertUnbroken(page);
  });
}
