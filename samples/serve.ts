// Serves one of the samples with Koa: `npx tsx samples/serve.ts count`.

import { existsSync, readdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import Koa from "koa";
import type { StatefulFunctions } from "statefun-ts";
import { statefun } from "statefun-ts/koa";

const functionsOf = (sample: string) => new URL(`./${sample}/functions.ts`, import.meta.url);
const samples = readdirSync(new URL(".", import.meta.url)).filter((name) => existsSync(functionsOf(name)));

const [, , sample = ""] = process.argv;
if (!samples.includes(sample)) {
  console.error(`Name one of the samples: ${samples.join(", ")}`);
  process.exit(1);
}

const { functions }: { functions: StatefulFunctions } = await import(functionsOf(sample).href);
const middleware = statefun(functions);
const server = new Koa().use(middleware).listen(Number(process.env.PORT ?? 8000), () => {
  const { port } = server.address() as AddressInfo;
  console.log(`Serving ${functions.typeNames.join(", ")} at http://localhost:${port}/statefun`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await middleware.close();
    server.close();
  });
}
