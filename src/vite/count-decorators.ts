// Counts the decorators of a file.

/** Parses code to a syntax tree in the form of ESTree. Throws when the code has an error. */
export interface Parser {
  parse(code: string, options?: { lang: "js" | "jsx" | "ts" | "tsx" }): unknown;
}

/** An "@" outside of the tags of a comment such as "* @param", so that most files need not be parsed. */
const possibleDecorator = /(?:^|[^\s*])\s*@/;

/** Counts the decorators of a file; undefined when the code can't be parsed. */
export function countDecorators(parser: Parser, code: string, id: string): number | undefined {
  if (!possibleDecorator.test(code)) return 0;
  try {
    return countIn(parser.parse(code, { lang: languageOf(id) }));
  } catch {
    return undefined; // Vite reports the error in the code, with its place.
  }
}

/** The language of a file by its id, which is its path and perhaps a query. */
export function languageOf(id: string): "jsx" | "ts" | "tsx" {
  const [, typescript, markup] = /\.[cm]?(?:(t)|j)s(x?)(?:\?.*)?$/.exec(id) ?? [];
  if (typescript === undefined) return "jsx";
  return markup === "" ? "ts" : "tsx";
}

function countIn(node: unknown): number {
  if (typeof node !== "object" || node === null) return 0;
  if (Array.isArray(node)) return node.reduce((sum, child) => sum + countIn(child), 0);
  const { type } = node as { type?: unknown };
  return Object.values(node).reduce((sum, child) => sum + countIn(child), type === "Decorator" ? 1 : 0);
}
