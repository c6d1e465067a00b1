// The places of the console that the tests go through: every page has one here. A picture is taken of each, in both themes.

import { busyHour, justBegun } from "./busy-hour.js";

export interface Place {
  /** The name of the picture. */
  readonly name: string;
  readonly hash: string;
  /** A text that stands on the page when its data are there. */
  readonly ready: string;
  /** Answers that stand in for those of the admin API, by their paths: what a test's runtime can't have, such as an hour of life. */
  readonly answers?: Readonly<Record<string, () => unknown>>;
}

export const places: readonly Place[] = [
  { name: "overview", hash: "", ready: "SOLD_OUT", answers: { history: () => busyHour(Date.now()) } },
  { name: "overview-at-start", hash: "", ready: "All is well.", answers: { history: () => justBegun(Date.now()) } },
  { name: "functions", hash: "#/functions?sort=-addresses", ready: "fleet/device" },
  { name: "functions-graph", hash: "#/functions?view=graph", ready: "Messages by type" },
];
