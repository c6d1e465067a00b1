// The hash of the page's URL as a route: "#/functions/fleet%2Fdevice?filter=parked" has two parts and a query.

/** Where the console is: the parts of the path, and the query. Both are percent-decoded. */
export interface Route {
  readonly parts: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** The query of a link: what is undefined or empty is left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** Reads the hash of a URL. */
export function parseHash(hash: string): Route {
  const [path = "", ...rest] = hash.replace(/^#?\/?/, "").split("?");
  const parts = path === "" ? [] : path.split("/").map(decode);
  return { parts, query: Object.fromEntries(new URLSearchParams(rest.join("?"))) };
}

/** Makes a hash of parts and a query. */
export function formatHash(parts: readonly string[], query: Query = {}): string {
  return `#/${parts.map(encodeURIComponent).join("/")}${formatQuery(query)}`;
}

/** Makes the query of a URL, with its question mark; empty when there is nothing in it. */
export function formatQuery(query: Query): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(entries.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text === "" ? "" : `?${text}`;
}

/** Compares a route's parts with a pattern such as "functions/:function/:id". Undefined when they don't match. */
export function matchRoute(pattern: string, parts: readonly string[]): Record<string, string> | undefined {
  const expected = pattern === "" ? [] : pattern.split("/");
  if (expected.length !== parts.length) return undefined;
  const filled: Record<string, string> = {};
  for (const [index, name] of expected.entries()) {
    const part = parts[index] as string;
    if (name.startsWith(":")) filled[name.slice(1)] = part;
    else if (name !== part) return undefined;
  }
  return filled;
}

/** A text that is no valid percent-encoding stands for itself: somebody has typed it. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
