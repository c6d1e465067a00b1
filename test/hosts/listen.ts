// Starts and stops the Node server that a framework made.

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Resolves when it listens on a free port of this machine alone. */
export async function listen(listener: RequestListener | Server): Promise<{ origin: string; stop(): Promise<void> }> {
  const server = typeof listener === "function" ? createServer(listener) : listener;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
