// A process that file-egress.test.ts kills: an engine on disk whose records go to a file.
// Usage: file-writer.ts <folder> <count>; prints a line for each message that is answered, and "done".

import { join } from "node:path";
import { example } from "../../../samples/messages/messages.js";
import { Address } from "../../../src/model/address.js";
import { FileEgress } from "../../../src/runtime/egress/file-egress.js";
import { openLevelStore } from "../../../src/store/level-store.js";
import { typeOf } from "../../../src/types/protobuf.js";
import { until } from "../ingress/world.js";
import { find, openWithEgress, out } from "./records.js";

const [folder, count] = process.argv.slice(2) as [string, string];
const file = await FileEgress.open(out, { file: join(folder, "out/records.jsonl") }, find);
const world = await openWithEgress(file, { store: await openLevelStore(join(folder, "store")) });
const lanes = Array.from({ length: 8 }, async (_, lane) => {
  for (let n = lane; n < Number(count); n += 8) {
    const value = typeOf(example.Echo).pack(example.Echo.create({ text: String(n) }));
    // With its key a message that an earlier process has sent is not sent again.
    await world.engine.call(Address.of("example.deep/many", `lane-${lane}`), value, { idempotencyKey: `n${n}` });
    console.log(`answered ${n}`);
  }
});
await Promise.all(lanes);
await until(() => world.engine.metrics.outboxRecords === 0);
console.log("done");
await world.close();
await file.close();
