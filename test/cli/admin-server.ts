// An admin server with answers of a test, and what a command prints.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** An admin server that knows some answers, by path and query, and keeps what it was asked for. */
export async function adminServer(t: TestContext, answers: Readonly<Record<string, object>>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = decodeURIComponent(request.url ?? "");
    asked.push(url);
    response.statusCode = answers[url] === undefined ? 404 : 200;
    response.end(JSON.stringify(answers[url] ?? { code: "NOT_FOUND", message: url }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** What a command prints. */
export async function printed(t: TestContext, run: () => Promise<void>): Promise<string> {
  let text = "";
  const { write } = process.stdout;
  const mock = t.mock.method(process.stdout, "write", function (this: NodeJS.WriteStream, chunk: unknown, ...rest: []) {
    // The test runner reports over the same stream.
    if (typeof chunk !== "string") return write.call(this, chunk as Uint8Array, ...rest);
    text += chunk;
    const done: unknown = rest.at(-1);
    if (typeof done === "function") done();
    return true;
  });
  try {
    await run();
  } finally {
    mock.mock.restore();
  }
  return text;
}
