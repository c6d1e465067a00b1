// Every page, in both themes, wide and on a phone: it loads without a complaint, axe finds no serious fault, and nothing sticks
// out at the side. With STATEFUN_PICTURES, a folder, a picture of each is written there.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import { places } from "./places.js";
import { fill, World } from "./world.js";

const pictures = process.env.STATEFUN_PICTURES;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let world: World;

before(async () => {
  world = await World.open();
  await fill(world);
});
after(() => world?.close());

for (const { name, hash, ready } of places) {
  for (const theme of ["light", "dark"] as const) {
    for (const width of [1280, 360]) {
      test(`${name}, ${theme}, ${width} pixels wide`, async () => {
        const page = await world.page(hash, { theme, width });
        await page.getByText(ready, { exact: true }).first().waitFor();
        await page.evaluate(axe);
        const { violations }: AxeResults = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
        assert.deepEqual(found, []);
        assert.ok(
          (await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) === 0,
          "the page is wider than the window",
        );
        if (pictures !== undefined) {
          const folder = fileURLToPath(new URL(`../../${pictures}`, import.meta.url));
          mkdirSync(folder, { recursive: true });
          await page.screenshot({ path: `${folder}/${name}-${theme}-${width}.png` });
        }
        await page.context().close();
        assert.deepEqual(world.complaints.splice(0), []);
      });
    }
  }
}
