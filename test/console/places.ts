// The places of the console that the tests go through: every page has one here. A picture is taken of each, in both themes.

export interface Place {
  /** The name of the picture. */
  readonly name: string;
  readonly hash: string;
  /** A text that stands on the page when its data are there. */
  readonly ready: string;
}

export const places: readonly Place[] = [
  { name: "functions", hash: "#/functions?sort=-addresses", ready: "fleet/device" },
];
