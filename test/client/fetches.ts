// Functions in place of fetch: they keep what was sent, or fail and answer by themselves.

/** A fetch that keeps the path without the query, and the body, of each request. */
export function recorded(real: typeof fetch = fetch) {
  const paths: string[] = [];
  const bodies: string[] = [];
  const keep: typeof fetch = (input, init) => {
    paths.push(new URL(String(input)).pathname);
    bodies.push(String(init?.body));
    return real(input, init);
  };
  return { fetch: keep, paths, bodies };
}

/** A fetch that fails, or answers by itself, as long as the list says. */
export function troubled(...troubles: ((real: () => Promise<Response>) => Promise<Response>)[]): typeof fetch {
  return (input, init) => {
    const real = () => fetch(input, init);
    return troubles.shift()?.(real) ?? real();
  };
}

/** The failure of a fetch that finds no server. */
export const unreachable = () => Promise.reject(new TypeError("fetch failed"));

/** The answer of a proxy. */
export const status =
  (code: number, headers: Record<string, string> = {}) =>
  async () =>
    new Response("<html>a proxy</html>", { status: code, headers });

/** The answer of a runtime to many calls. */
export const answerOf = (text: string) => new Response(text, { headers: { "Content-Type": "application/x-ndjson" } });

/** Answers each of many calls with its own value. */
export const echo: typeof fetch = async (_input, init) => {
  const lines = String(init?.body).trimEnd().split("\n");
  return answerOf(
    lines
      .map((text, index) => `${JSON.stringify({ line: index + 1, status: 200, value: JSON.parse(text).value })}\n`)
      .join(""),
  );
};
