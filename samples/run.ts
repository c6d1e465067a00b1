// Runs one of the samples on the embedded runtime: `npm run sample order`. Its data stay in .statefun/<sample>, also after kill -9.

import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { StatefulFunctions } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";

const functionsOf = (sample: string) => new URL(`./${sample}/functions.ts`, import.meta.url);
const samples = readdirSync(new URL(".", import.meta.url)).filter((name) => existsSync(functionsOf(name)));

const [, , sample = ""] = process.argv;
if (!samples.includes(sample)) {
  console.error(`Name one of the samples: ${samples.join(", ")}`);
  process.exit(1);
}

const { functions }: { functions: StatefulFunctions } = await import(functionsOf(sample).href);
const port = Number(process.env.PORT ?? 7070);
const print = (egress: string) => (record: unknown) => console.log(`${egress}: ${inspect(record)}`);
const egresses = ["example/greets", "example/mails", "example/questions", "example/reports"];
const runtime = await StatefunRuntime.open({
  functions,
  dir: fileURLToPath(new URL(`../.statefun/${sample}`, import.meta.url)),
  ingress: { port },
  admin: { port: Number(process.env.ADMIN_PORT ?? (port === 0 ? 0 : port + 1)) },
  egresses: Object.fromEntries(egresses.map((egress) => [egress, print(egress)])),
});
console.log(
  `Process ${process.pid} serves ${functions.typeNames.join(", ")} at ${runtime.ingress?.url}. The console is at ${runtime.admin?.url}, the data is in .statefun/${sample}. Press Ctrl-C to stop. The first lines of samples/${sample}/functions.ts say what to try.`,
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await runtime.close();
    console.log("Stopped.");
  });
}
