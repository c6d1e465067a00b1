// The messages of a device, as JSON.

import { json } from "statefun-ts";

/** What a device measures. */
export interface Report {
  readonly temperature: number;
}
export const Report = json<Report>("fleet/report");

/** Asks a device whether it has reported since. */
export interface StillSilent {
  /** How many reports the device had sent by then. */
  readonly reports: number;
}
export const StillSilent = json<StillSilent>("fleet/still-silent");

/** Asks a device how it is. */
export type Show = {};
export const Show = json<Show>("fleet/show");
