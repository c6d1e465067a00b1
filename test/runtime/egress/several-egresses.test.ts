// One egress to several consumers.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Context, Handles, StatefulFunction, StatefulFunctions, Types } from "../../../src/index.js";
import type { OpenEgress } from "../../../src/runtime/egress/open-egress.js";
import { SeveralEgresses } from "../../../src/runtime/egress/several-egresses.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { rejectsCode } from "../../support/expect-code.js";
import { Gate } from "../../support/gate.js";
import { until } from "../ingress/world.js";
import { greetingRecord } from "./records.js";

@StatefulFunction("several/hello")
class Hello {
  @Handles(Types.string)
  hello(name: string, context: Context) {
    context.sendEgress("several/out", name);
  }
}

const options = { functions: new StatefulFunctions(Hello), ingress: false, admin: false } as const;

test("each record goes to a handler and to a file; the file has it once after a restart too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "statefun-several-"));
  const file = join(folder, "out.jsonl");
  try {
    const seen: string[] = [];
    for (const name of ["Ada", "Bob"]) {
      const runtime = await StatefunRuntime.open({
        ...options,
        dir: join(folder, "data"),
        egresses: { "several/out": [(value: string) => void seen.push(value), { file }] },
      });
      await runtime.ref(Hello, "a").hello(name);
      await until(() => runtime.engine.metrics.outboxRecords === 0);
      const [egress] = await runtime.engine.egresses();
      assert.deepEqual([egress?.consumer, egress?.target?.includes(file)], ["several", true]);
      await runtime.close();
    }
    assert.deepEqual(seen, ["Ada", "Bob"]);
    assert.equal(readFileSync(file, "utf8").trim().split("\n").length, 2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a record is acknowledged when all have taken it", async () => {
  const gate = new Gate();
  const taken: string[] = [];
  const consumer = (name: string, ready: Promise<void>): OpenEgress => ({
    window: name === "slow" ? 2 : 7,
    failures: 1,
    lastId: name,
    lastFailure: { at: name === "slow" ? 1 : 2, message: name, isOver: name !== "slow" },
    receive: async () => {
      await ready;
      taken.push(name);
    },
    close: async () => void taken.push(`${name} closed`),
  });
  const several = new SeveralEgresses([consumer("slow", gate.promise), consumer("quick", Promise.resolve())]);
  assert.deepEqual([several.window, several.failures, several.lastId], [2, 2, "slow"]);
  assert.equal(several.lastFailure?.message, "slow"); // it goes on, the other one is over
  const received = several.receive(greetingRecord(1, "one")).then(() => taken.push("acknowledged"));
  await until(() => taken.length === 1);
  gate.open();
  await received;
  assert.deepEqual(taken, ["quick", "slow", "acknowledged"]);
  await several.close();
  assert.deepEqual(taken.slice(3), ["slow closed", "quick closed"]);
});

test("an empty list, and a wrong consumer in a list, are refused", async () => {
  const open = (list: readonly never[]) =>
    StatefunRuntime.open({ ...options, dir: false, egresses: { "several/out": list } });
  await rejectsCode(open([]), "OPTION_INVALID", "several/out");
  await rejectsCode(open([() => {}, 5] as never), "OPTION_INVALID", "several/out");
});

test("a program takes the records of an egress in a loop", async () => {
  const runtime = await StatefunRuntime.open({ ...options, dir: false });
  const records = runtime.egress("several/out");
  const seen: string[] = [];
  const ended = (async () => {
    for await (const { value } of records) seen.push(value);
  })();
  for (const name of ["Ada", "Bob"]) await runtime.ref(Hello, "a").hello(name);
  await until(() => runtime.engine.metrics.outboxRecords === 0);
  await runtime.close();
  await ended;
  assert.deepEqual(seen, ["Ada", "Bob"]);
});
