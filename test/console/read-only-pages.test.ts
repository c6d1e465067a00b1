// With `admin: { readOnly: true }`, the pages about failures, waiting and workflows show everything and offer no change.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FailingWorld, failingWorld } from "./failing-world.js";

let shop: FailingWorld;

before(async () => {
  shop = await failingWorld({ admin: { port: 0, readOnly: true } });
});
after(() => shop?.close());

const changes =
  /drop|retry|try (all )?now|send again|deliver|postpone|withdraw|cancel the run|pause|resume|run .* now|edit/i;

const places: Readonly<Record<string, () => Promise<string> | string>> = {
  Cause: () => "#/failures",
  "The cause": async () => {
    const { groups } = await shop.ask("GET /failures");
    return `#/failures/${groups.find((group: any) => group.parked > 0).fingerprint}`;
  },
  SOLD_OUT: () => "#/dead-letters",
  "Why it failed": async () => `#/dead-letters/${(await shop.ask("GET /dead-letters")).letters[0].letter}`,
  "hal-in-5": () => "#/delayed",
  "spring-cleaning": () => "#/schedules",
  "step:book a lorry": async () => {
    const { runs } = await shop.ask("GET /addresses/shop/checkout/retrying/runs");
    return `#/runs/shop%2Fcheckout/retrying/${runs[0].run}`;
  },
};

for (const [ready, hash] of Object.entries(places)) {
  test(`a page with "${ready}" offers no change`, async () => {
    const page = await shop.world.page(await hash());
    await page.getByText("read-only").waitFor();
    await page.getByText(ready, { exact: true }).first().waitFor();
    const buttons = await page.getByRole("main").getByRole("button").all();
    const names = await Promise.all(
      buttons.map(async (each) => (await each.getAttribute("aria-label")) ?? each.innerText()),
    );
    assert.deepEqual(
      names.filter((name) => changes.test(name)),
      [],
    );
    await page.context().close();
  });
}

test("a delayed message is opened, and offers no change", async () => {
  const page = await shop.world.page("#/delayed?function=shop/reminders&id=joe");
  await page.getByRole("button", { name: /^in / }).click();
  await page.getByRole("dialog").getByText("joe-in-2880").waitFor();
  assert.equal(await page.getByRole("dialog").getByRole("button").count(), 1); // it closes the dialog
  await page.context().close();
});

test("the runs of the first function with workflows are shown when none is chosen", async () => {
  const page = await shop.world.page("#/runs");
  await page.getByText("its turn").waitFor();
  assert.equal(await page.getByRole("combobox", { name: "Function", exact: true }).inputValue(), "shop/checkout");
  await page.context().close();
});

test("the pages have complained of nothing", () => {
  assert.deepEqual(shop.world.complaints, []);
});
