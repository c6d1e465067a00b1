// The places of the console that the tests go through: every page has one here. A picture is taken of each, in both themes.

import type { Page } from "playwright-core";
import { busyHour, justBegun } from "./busy-hour.js";

export interface Place {
  /** The name of the picture. */
  readonly name: string;
  readonly hash: string;
  /** A text that stands on the page when its data are there. */
  readonly ready: string;
  /** Goes on from the hash to a place whose URL is not known before, such as a recorded batch. */
  readonly goOn?: (page: Page) => Promise<void>;
  /** Answers that stand in for those of the admin API, by their paths: what a test's runtime can't have, such as an hour of life. */
  readonly answers?: Readonly<Record<string, () => unknown>>;
}

export const places: readonly Place[] = [
  { name: "overview", hash: "", ready: "SOLD_OUT", answers: { history: () => busyHour(Date.now()) } },
  { name: "overview-at-start", hash: "", ready: "All is well.", answers: { history: () => justBegun(Date.now()) } },
  { name: "functions", hash: "#/functions?sort=-addresses", ready: "fleet/device" },
  { name: "functions-graph", hash: "#/functions?view=graph", ready: "Messages by type" },
  { name: "live", hash: "#/live", ready: "fleet/device/d-39" },
  {
    name: "batch",
    hash: "#/live?function=fleet%2Fdevice&id=d-3",
    goOn: (page) => page.getByRole("row").last().getByRole("link").first().click(),
    ready: "fleet/overview/all",
  },
  {
    name: "batch-failed",
    hash: "#/live?code=HANDLER_FAILED&id=d-5",
    goOn: (page) => page.getByRole("row").nth(1).getByRole("link").first().click(),
    ready: "Failure",
  },
];
