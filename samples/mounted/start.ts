// `npx tsx samples/mounted/start.ts`: a Koa app with a runtime in it, on one port.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { openApp } from "./app.js";

const dir = fileURLToPath(new URL("../../.statefun/mounted", import.meta.url));
const { app, runtime } = await openApp({ visitor: "ann:ann", operator: "ops:ops" }, dir);
const server = createServer(app.callback()).listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  const url = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  console.log(`The app listens on ${url}. Try:

  curl ann:ann@${url}/statefun/call/example/count/bob -d '{"name": "Bob"}'
  curl ops:ops@${url}/ops/statefun/addresses/example/count/bob

The console is at http://${url}/ops/statefun (user ops, password ops).`);
});

// The runtime first: it answers what is under way, and refuses new requests. Then the app.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await runtime.close();
    server.close();
    server.closeAllConnections();
  });
}
