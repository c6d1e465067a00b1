// The text of a module file with one endpoint.

/** The endpoint's lines, and more of them. */
export const endpoint = (...lines: string[]): string =>
  [
    "kind: io.statefun.endpoints.v2/http",
    "spec:",
    "  functions: example/*",
    "  urlPathTemplate: http://host/",
    ...lines,
  ]
    .map((line) => `${line}\n`)
    .join("");
