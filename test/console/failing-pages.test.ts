// The pages about failures, waiting and workflows, in both themes, wide and on a phone, on a runtime in which something of
// everything has gone wrong.

import { after, before, test } from "node:test";
import { type FailingWorld, failingWorld } from "./failing-world.js";
import type { Place } from "./places.js";
import { looks, visit } from "./visit.js";

let shop: FailingWorld;

before(async () => {
  shop = await failingWorld();
});
after(() => shop?.close());

/** The places; some of them have a name that only the running world knows. */
const places: Readonly<Record<string, () => Promise<Omit<Place, "name">> | Omit<Place, "name">>> = {
  failures: () => ({ hash: "#/failures", ready: "Cause" }),
  "failures-retry": () => ({
    hash: "#/failures?function=shop/payments",
    goOn: async (page) => {
      // A phone has the button on the page of the cause.
      const button = page.getByRole("button", { name: "Retry …" });
      if ((page.viewportSize()?.width ?? 0) < 860) await page.getByRole("table").getByRole("link").first().click();
      await button.click();
    },
    ready: "Retry 4 addresses",
  }),
  failure: async () => {
    const { groups } = await shop.ask("GET /failures");
    const { fingerprint } = groups.find((group: any) => group.deadLetters > 1);
    return { hash: `#/failures/${fingerprint}`, ready: "customer-5" };
  },
  egresses: () => ({ hash: "#/egresses", ready: "shop/mails" }),
  query: () => ({
    hash: `#/query?function=fleet/device&where=${encodeURIComponent('status == "offline"')}&columns=battery,report.place.city`,
    ready: "device-005",
  }),
  "query-mistake": () => ({ hash: "#/query?function=fleet/device&where=batery+>+1", ready: "QUERY_INVALID" }),
  "address-parked": () => ({ hash: "#/functions/shop%2Fpayments/dave", ready: "parked" }),
  schedules: () => ({ hash: "#/schedules", ready: "spring-cleaning" }),
  "dead-letters": () => ({ hash: "#/dead-letters", ready: "Failed" }),
  "dead-letter": async () => {
    const { letters } = await shop.ask("GET /dead-letters");
    return { hash: `#/dead-letters/${letters[0].letter}`, ready: "Why it failed" };
  },
  delayed: () => ({ hash: "#/delayed?function=shop/reminders", ready: "Due" }),
  runs: () => ({ hash: "#/runs?function=shop/checkout", ready: "waiting" }),
  "runs-ended": () => ({ hash: "#/runs?function=shop/checkout&status=ended", ready: "completed" }),
  run: async () => {
    const { runs } = await shop.ask("GET /addresses/shop/checkout/retrying/runs");
    return { hash: `#/runs/shop%2Fcheckout/retrying/${runs[0].run}`, ready: "step:book a lorry" };
  },
};

for (const [name, find] of Object.entries(places)) {
  for (const look of looks) {
    test(`${name}, ${look.theme}, ${look.width} pixels wide`, async () => {
      await visit(shop.world, { name, ...(await find()) }, look);
    });
  }
}
