// A process that asks for its metrics while it has no file descriptor left, and once more when it has.

import { closeSync, openSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { createRequire } from "node:module";
import { StatefunRuntime } from "../../../src/runtime/entry.js";

const logger = { warn() {}, error() {} };
const runtime = await StatefunRuntime.open({ dir: false, ingress: false, admin: { port: 0 }, logger });
// One connection, which is open before the descriptors are gone.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function get(path: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${runtime.admin?.url}${path}`, { agent }, (response: IncomingMessage) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

// The runtime loads the library by itself, soon after it has opened.
const { cache } = createRequire(import.meta.url);
const isLoaded = () =>
  Object.values(cache).some((module) => module?.loaded && /prom-client.index\.js$/.test(module.id));
for (let turns = 0; turns < 2000 && !isLoaded(); turns++) await new Promise((resolve) => setTimeout(resolve, 5));
await get("/health");
const descriptors: number[] = [];
try {
  for (;;) descriptors.push(openSync("/dev/null", "r"));
} catch {
  // EMFILE: none is left.
}
const without = await get("/metrics");
for (const descriptor of descriptors) closeSync(descriptor);
const after = await get("/metrics");
console.log(`${without.status}\n${after.status} ${after.text.includes("statefun_healthy")}`);
agent.destroy();
await runtime.close();
