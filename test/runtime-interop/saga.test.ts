// The saga sample with its third service in Python: a function of the official SDK 3.3, which knows nothing of workflows.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connect } from "statefun-ts/client";
import { StatefunRuntime } from "statefun-ts/runtime";
import { functions, type Trip } from "../../samples/saga/functions.js";
import { pythonProgram } from "../interop/peers.js";

const sample = (file: string) => fileURLToPath(new URL(`../../samples/saga/${file}`, import.meta.url));

async function startCars(t: TestContext): Promise<number> {
  const child = spawn(await pythonProgram("3.3"), ["-B", sample("cars.py")], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill());
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return Number(/port (\d+)$/.exec(line)?.[1]);
}

test("a trip books a car of the Python SDK, and cancels its other bookings when there is none", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "statefun-saga-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const module = join(dir, "cars.yaml");
  const text = await readFile(sample("cars.yaml"), "utf8");
  await writeFile(module, text.replace("localhost:8001", `127.0.0.1:${await startCars(t)}`));
  const runtime = await StatefunRuntime.open({ functions, module, dir: false, ingress: { port: 0 }, admin: false });
  t.after(() => runtime.close());
  const client = connect(runtime.ingress?.url ?? "");
  const plan = (trip: string, days: number) => client.ref<Trip>("example/trip", trip).plan({ town: "Rome", days });

  assert.deepEqual(await plan("7", 3), ["flight 1", "room 1", "car 1"]);
  await assert.rejects(plan("8", 30), { code: "NO_CAR" });
  // The flight and the room of trip 8 are free again.
  assert.deepEqual(await plan("9", 14), ["flight 2", "room 2", "car 2"]);
});
