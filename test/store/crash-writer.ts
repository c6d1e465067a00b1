// A process for crash tests: writes numbered groups into a folder for ever, and prints each number once it is durable.

import { openLevelStore } from "../../src/store/level-store.js";
import { groupOf, lastOf } from "./groups.js";

const store = await openLevelStore(process.argv[2] as string, { writeBufferBytes: 256 * 1024 });
for (let number = lastOf(store) + 1; ; number += 1) {
  await store.write(groupOf(number));
  process.stdout.write(`${number}\n`);
}
