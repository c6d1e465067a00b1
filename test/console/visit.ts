// A visit to a place of the console: it loads without a complaint, axe finds no serious fault, and nothing sticks out at the
// side. With STATEFUN_PICTURES, a folder, a picture is written there.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import type { Place } from "./places.js";
import type { World } from "./world.js";

const pictures = process.env.STATEFUN_PICTURES;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Each place is visited in each of these ways. */
export const looks = (["light", "dark"] as const).flatMap((theme) => [1280, 360].map((width) => ({ theme, width })));

/** Visits a place. */
export async function visit(world: World, place: Place, look: (typeof looks)[number]): Promise<void> {
  const { name, hash, ready, answers, goOn } = place;
  const page = await world.page(hash, { ...look, answers });
  await goOn?.(page);
  await page.getByText(ready, { exact: true }).first().waitFor();
  await assertWell(page);
  if (pictures !== undefined) {
    const folder = fileURLToPath(new URL(`../../${pictures}`, import.meta.url));
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: `${folder}/${name}-${look.theme}-${look.width}.png` });
  }
  await page.context().close();
  assert.deepEqual(world.complaints.splice(0), []);
}

/** Asserts that axe finds no serious fault on a page as it is now, and that nothing sticks out at the side. */
export async function assertWell(page: Page): Promise<void> {
  await page.evaluate(axe);
  const { violations }: AxeResults = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  assert.deepEqual(found, []);
  assert.ok(
    (await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) === 0,
    "the page is wider than the window",
  );
}
