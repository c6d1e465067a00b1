// The application from outside: devices report, and go offline.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import type { INestApplication } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { AppModule } from "../src/app-module.js";

const folder = mkdtempSync(join(tmpdir(), "nest-devices-"));
after(() => rmSync(folder, { recursive: true, force: true }));

let app: INestApplication;
let origin: string;

async function start(settings: { FOLDER: string; SILENCE: string }): Promise<void> {
  Object.assign(process.env, settings);
  app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, "127.0.0.1");
  origin = `http://127.0.0.1:${app.getHttpServer().address().port}`;
}

beforeEach(() => start({ FOLDER: "", SILENCE: "200" }));
afterEach(() => app.close());

async function get(path: string): Promise<{ status: number; body: any }> {
  const response = await fetch(origin + path);
  return { status: response.status, body: await response.json() };
}

const report = (id: string, body: object) =>
  fetch(`${origin}/devices/${id}/reports`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

async function statusOf(id: string, wanted: string): Promise<void> {
  while ((await get(`/devices/${id}`)).body.status !== wanted);
}

test("a device shows its last report", async () => {
  assert.equal((await report("d1", { temperature: 20 })).status, 204);
  assert.equal((await report("d1", { temperature: 21 })).status, 204);
  const { status, body } = await get("/devices/d1");
  assert.equal(status, 200);
  assert.deepEqual(body, { id: "d1", status: "online", temperature: 21, reports: 2 });
});

test("a device that is silent goes offline, and somebody is told once", async () => {
  await report("d1", { temperature: 20 });
  await report("d1", { temperature: 21 });
  await statusOf("d1", "offline");
  assert.deepEqual((await get("/alerts")).body, ["d1 is offline"]);
  await report("d1", { temperature: 22 });
  await statusOf("d1", "online");
});

test("a device that was never seen is answered with 404, and what the function says of it", async () => {
  const { status, body } = await get("/devices/d9");
  assert.equal(status, 404);
  assert.deepEqual(body, {
    statusCode: 404,
    message: "There is no device d9.",
    code: "NO_SUCH_DEVICE",
    details: { id: "d9" },
  });
});

test("a wrong report is refused by the function", async () => {
  const response = await report("d1", { temperature: "warm" });
  assert.equal(response.status, 422);
  assert.equal(((await response.json()) as { code: string }).code, "NO_TEMPERATURE");
});

test("the application says that it is well", async () => {
  const { status, body } = await get("/health");
  assert.equal(status, 200);
  assert.deepEqual(body.details.statefun, { status: "up" });
});

test("a device goes offline after a restart too", async () => {
  await app.close();
  await start({ FOLDER: folder, SILENCE: "300" });
  await report("d1", { temperature: 20 });
  await app.close();
  await start({ FOLDER: folder, SILENCE: "300" });
  await statusOf("d1", "offline");
  assert.equal((await get("/devices/d1")).body.temperature, 20);
});
