// Calls a function from another process: `npm run call`, while `npm run dev` runs. Only the types of the class are imported.

import { connect } from "statefun-ts/client";
import type { Greeter } from "./functions.js";

const client = connect(process.env.STATEFUN_URL ?? "http://localhost:7070");

async function main(): Promise<void> {
  const { text } = await client.ref<Greeter>("example/greeter", "bob").greet({ name: "Bob" });
  console.log(text);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
