// `npm start`: the count sample on the embedded runtime. Its counts stay in .statefun/count, also after kill -9.

import { fileURLToPath } from "node:url";
import { StatefunError } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { example } from "../messages/messages.js";
import { functions } from "./functions.js";

const port = Number(process.env.PORT ?? 7070);
const runtime = await StatefunRuntime.open({
  functions,
  dir: fileURLToPath(new URL("../../.statefun/count", import.meta.url)),
  ingress: { port },
  admin: { port: Number(process.env.ADMIN_PORT ?? port + 1) },
  egresses: {
    "example/greets": ({ text, count }: example.Greeting) => console.log(`${text}  (count ${count})`),
  },
}).catch((error: StatefunError) => {
  console.error(`${error.code}: ${error.message}`);
  process.exit(1);
});

console.log(`Process ${process.pid} serves ${functions.typeNames.join(", ")} at ${runtime.ingress?.url}. The console is at ${runtime.admin?.url}.
Counts are kept in .statefun/count: remove the folder to begin again. Press Ctrl-C to stop. Try in another terminal:

  curl ${runtime.ingress?.url}/call/example/count/bob -d '{"name": "Bob"}'
  curl '${runtime.ingress?.url}/send/example/count/bob?delay=5s' -d '{"name": "Bob"}'
  curl ${runtime.admin?.url}/addresses/example/count/bob
`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await runtime.close();
    console.log("Stopped.");
  });
}
