// `npx tsx samples/kafka/start.ts`: a real Kafka broker, a real StateFun 3.3 with the module file of this folder, and the
// functions between two topics. Each name that you type is a visit.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { serve } from "statefun-ts/node";
import { startFlink } from "../../flink/flink.ts";
import { startBroker } from "../../flink/kafka/broker.ts";
import { consume, createTopics, produce } from "../../flink/kafka/client.ts";
import { example } from "../messages/messages.js";
import { functions } from "./functions.ts";

console.log("Starting Kafka and StateFun. The first start builds them, which takes about a minute …");
const dir = mkdtempSync(join(tmpdir(), "statefun-kafka-sample-"));
process.once("exit", () => rmSync(dir, { recursive: true, force: true }));

const broker = await startBroker({ dir: join(dir, "kafka") });
await createTopics(broker.address, 2, "visits", "greets");
const { port } = await serve(functions, { port: 0 });
const module = readFileSync(new URL("module.yaml", import.meta.url), "utf8")
  .replaceAll("localhost:9092", broker.address)
  .replaceAll("http://localhost:8000", `http://localhost:${port}`);
// A checkpoint commits the greetings. Before that, readers don't see them.
const flink = await startFlink({ version: "3.3", module, dir: join(dir, "flink"), checkpointIntervalMs: 500 });

const greets = await consume(broker.address, "greets", ({ key, value, partition, offset }) => {
  const { text, count } = example.Greeting.decode(value);
  console.log(`${text}: visit ${count} of ${key} (partition ${partition}, offset ${offset})`);
});

console.log(`Kafka is at ${broker.address}. Type a name, or end with control-D.`);
let visits = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const name = line.trim();
  if (name === "") continue;
  const value = example.Visit.encode({ name }).finish();
  await produce(broker.address, "visits", [{ key: name, value }]);
  visits += 1;
}
await greets.until(visits);
await greets.close();
await flink.stop();
await broker.kill();
process.exit(0);
