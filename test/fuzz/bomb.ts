// Handles one request of many equal entries and prints the outcome, in a process of its own to measure its heap.

import { RequestReplyHandler, StatefulFunctions, StatefunError } from "../../src/index.js";
import { bytes, encode, message, text } from "./wire-tree.js";

const [unit = "", , megabytes = ""] = process.argv.slice(2);
const entry = Buffer.from(unit, "hex");
const entries = Buffer.alloc(Math.floor((Number(megabytes) * 2 ** 20) / entry.length) * entry.length, entry);
const target = encode([message(1, text(1, "a"), text(2, "b"), text(3, "c"))]);
const request = encode([bytes(100, Buffer.concat([target, entries]))]);
const logger = { error: () => {}, warn: () => {} };
const handler = new RequestReplyHandler(
  new StatefulFunctions().register("a/b", () => {}),
  { logger },
);
try {
  await handler.handle(request);
  console.log("answered");
} catch (error) {
  console.log(error instanceof StatefunError ? error.code : String(error));
}
