// A proxy as operators put before the admin server: it serves it under a prefix, behind a login of its own, as nginx does.

import { createServer, type IncomingHttpHeaders, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface ProxyOptions {
  /** Begins and ends with a slash. */
  readonly prefix: string;
  /** "user:password" of the login; undefined for a proxy without one. */
  readonly login?: string;
  /** Whether the visitor's Host is passed on, in place of the upstream's own. */
  readonly keepHost?: boolean;
  /** Replaces the visitor's Authorization. */
  readonly authorization?: string;
}

/** Opens a proxy before a port. Resolves to its port. */
export async function openProxy(t: TestContext, upstream: number, options: ProxyOptions): Promise<number> {
  const { prefix, login, keepHost = false, authorization } = options;
  const proxy = createServer((request, response) => {
    const url = request.url as string;
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
    if (expected !== undefined && request.headers.authorization !== expected) {
      return response.writeHead(401, { "WWW-Authenticate": "Basic" }).end("<h1>Log in</h1>");
    }
    if (`${url}/` === prefix) return response.writeHead(301, { Location: prefix }).end();
    if (!url.startsWith(prefix)) return response.writeHead(404).end("<h1>Nothing here</h1>");
    const headers: IncomingHttpHeaders = { ...request.headers, "x-forwarded-for": "203.0.113.9" };
    if (!keepHost) headers.host = `127.0.0.1:${upstream}`;
    if (login !== undefined) delete headers.authorization;
    if (authorization !== undefined) headers.authorization = authorization;
    const path = `/${url.slice(prefix.length)}`;
    const passed = send({ port: upstream, host: "127.0.0.1", method: request.method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode as number, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return (proxy.address() as AddressInfo).port;
}
