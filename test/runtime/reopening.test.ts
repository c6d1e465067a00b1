// A runtime that opens its store again after a bug of its own: on a real folder, with real servers.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { StatefulFunctions, Types } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { BreakingClock } from "../support/breaking-clock.ts";
import { rejectsCode } from "../support/expect-code.ts";
import { Gate } from "../support/gate.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

test("health says 503 and why while the store is opened again, and the runtime then goes on", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "statefun-reopening-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const clock = new BreakingClock(Date.now());
  let broken = false;
  const onDisk = new Gate();
  const functions = new StatefulFunctions().register(
    "test/sum",
    async (n, context, state) => {
      if (n === 2) await onDisk.promise;
      state.sum += n;
      context.sendEgress("test/sums", Types.int.pack(state.sum));
      clock.armed = n === 2 && !broken;
      broken ||= clock.armed;
      return Types.int.pack(state.sum);
    },
    { handles: [Types.int], state: { sum: { type: Types.int, default: 0 } } },
  );
  await using runtime = await StatefunRuntime.open({
    functions,
    dir: join(folder, "data"),
    egresses: { "test/sums": { file: join(folder, "sums.jsonl") } },
    ingress: false,
    admin: { port: 0 },
    clock,
    logger: new RecordingLogger(),
  });
  const health = async () => {
    const answer = await fetch(`${runtime.admin?.url}/health`);
    return [answer.status, ((await answer.json()) as { code?: string }).code];
  };
  const add = (n: number, idempotencyKey?: string) =>
    runtime.call("test/sum", "a", Types.int.pack(n), idempotencyKey === undefined ? {} : { idempotencyKey });
  await add(1);
  assert.deepEqual(await health(), [200, undefined]);
  const told = rejectsCode(add(2, "key"), "ENGINE_RESTARTING");
  await runtime.send("test/sum", "b", Types.int.pack(0));
  onDisk.open();
  await told;
  assert.deepEqual(await health(), [503, "ENGINE_RESTARTING"]);
  await clock.advance(1000);
  while ((await health())[0] !== 200);
  assert.equal((await add(2, "key"))?.as(Types.int), 3);
  assert.equal((await add(3))?.as(Types.int), 6);
  while (runtime.engine.metrics.outboxRecords > 0) await new Promise(setImmediate);
  await runtime.close();
  const lines = readFileSync(join(folder, "sums.jsonl"), "utf8").trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).value),
    [1, 0, 3, 6],
  );
});
