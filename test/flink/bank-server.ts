// Serves the accounts in a process of its own: `node --import tsx bank-server.ts PORT`. Over IPC the process reports
// its port, then the number of each answered call.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import Koa from "koa";
import { statefun } from "statefun-ts/koa";
import { bank } from "./accounts.js";

const middleware = statefun(bank());
let answered = 0;
const app = new Koa();
app.use(async (context, next) => {
  await next();
  if (context.status === 200) process.send?.({ answered: ++answered });
});
app.use(middleware);
const server = app.listen(Number(process.argv[2]), "127.0.0.1");
await once(server, "listening");
process.send?.({ port: (server.address() as AddressInfo).port });

process.once("SIGTERM", async () => {
  await middleware.close();
  server.close(() => process.disconnect?.());
});
