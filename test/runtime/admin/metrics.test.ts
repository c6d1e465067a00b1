import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { labelledHistograms, labelledMetrics } from "../../../src/runtime/admin/labelled-metrics.js";
import { counters, gauges, histograms } from "../../../src/runtime/admin/metrics.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { world } from "./world.js";

/** The samples of a text, by their names and labels. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

test("the metrics are the engine's present counts, in Prometheus's text format", async (t) => {
  const { ask, tell, engine } = await world(t);
  assert.equal(samplesOf((await ask("GET /metrics")).text).get("statefun_messages_in_total"), 0);
  await tell("bob", "hello");
  await tell("bob", "hello");
  await engine.send(new Address("shop", "counter", "bob"), Types.string.pack("later"), { delayMs: 3_600_000 });
  const { headers, text } = await ask("GET /metrics");
  assert.match(headers["content-type"] ?? "", /^text\/plain; version=0\.0\.4/);
  const samples = samplesOf(text);
  assert.equal(samples.get("statefun_messages_in_total"), 3);
  assert.equal(samples.get("statefun_messages_delivered_total"), 2);
  assert.equal(samples.get("statefun_calls_answered_total"), 2);
  assert.equal(samples.get("statefun_delayed_pending"), 1);
  assert.equal(samples.get("statefun_healthy"), 1);
  assert.equal(samples.get("statefun_commits_total"), engine.metrics.commits);
});

test("every number of the engine has a metric", async (t) => {
  const { ask, engine } = await world(t);
  const { text } = await ask("GET /metrics");
  const told = [
    ...Object.values(counters).map(({ of }) => of),
    ...Object.values(gauges).map(({ of }) => of),
    ...Object.values(histograms).flatMap(({ sum, buckets }) => [sum, buckets]),
  ];
  const withLabels = ["functions", "functionQueues", "egresses"];
  assert.deepEqual([...told, ...withLabels].sort(), Object.keys(engine.metrics).sort());
  const tables = { ...counters, ...gauges, ...histograms, ...labelledMetrics, ...labelledHistograms };
  for (const name of Object.keys(tables)) {
    assert.ok(text.includes(`# TYPE ${name} `), name);
  }
});

test("durations are histograms, in which a bucket includes the smaller ones", async (t) => {
  const { ask, tell, engine } = await world(t);
  for (const text of ["a", "b", "c"]) await tell("bob", text);
  const samples = samplesOf((await ask("GET /metrics")).text);
  const buckets = [...samples].filter(([name]) => name.startsWith("statefun_batch_seconds_bucket"));
  assert.equal(buckets.length, engine.metrics.batchBuckets.length);
  assert.equal(buckets.at(-1)?.[0], 'statefun_batch_seconds_bucket{le="+Inf"}');
  const counts = buckets.map(([, count]) => count);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => a - b),
  );
  assert.equal(counts.at(-1), samples.get("statefun_batch_seconds_count"));
  assert.equal(samples.get("statefun_batch_seconds_count"), engine.metrics.batches);
  assert.equal(samples.get("statefun_batch_seconds_sum"), engine.metrics.batchSeconds);
  assert.equal(samples.get("statefun_commit_seconds_count"), engine.metrics.commits);
});

test("a function has its own numbers, by its type name and by the code of a failure", async (t) => {
  const { ask, tell, engine } = await world(t);
  await tell("bob", "hello");
  await tell("bob", "fail").catch(() => {});
  await engine.send(new Address("shop", "counter", "bob"), Types.string.pack("waits behind the failed one"));
  const samples = samplesOf((await ask("GET /metrics")).text);
  const own = '{function="shop/counter"}';
  assert.equal(samples.get(`statefun_function_messages_total${own}`), 1);
  assert.equal(samples.get('statefun_function_failures_total{function="shop/counter",code="HANDLER_FAILED"}'), 1);
  assert.equal(samples.get(`statefun_function_mailbox_messages${own}`), 2);
  assert.equal(samples.get(`statefun_function_oldest_message_age_seconds${own}`), 0, "its address is parked");
  assert.equal(samples.get(`statefun_function_batches_in_flight${own}`), 0);
  assert.equal(samples.get(`statefun_function_batch_seconds_count${own}`), engine.metrics.batches);
  assert.equal(
    samples.get('statefun_function_batch_seconds_bucket{function="shop/counter",le="+Inf"}'),
    engine.metrics.batches,
  );
});

test("a dead letter counts for its function, also after it was dropped", async (t) => {
  const policy = { onFailure: "deadLetter", retry: { attempts: 1 } } as const;
  const { ask, tell } = await world(t, {}, {}, new MemoryStore(), policy);
  await tell("bob", "hello");
  await tell("bob", "fail").catch(() => {});
  const [letter] = (await ask("GET /dead-letters")).json.letters;
  assert.equal((await ask(`DELETE /dead-letters/${letter.letter}`)).status, 200);
  const samples = samplesOf((await ask("GET /metrics")).text);
  assert.equal(samples.get('statefun_function_dead_letters_total{function="shop/counter"}'), 1);
  assert.equal(samples.get("statefun_dead_letters_kept"), 0);
});

test("the text follows Prometheus's conventions: a head before the samples, base units, and _total for counters alone", async (t) => {
  const { ask, tell } = await world(t);
  await tell("bob", "hello");
  const { text } = await ask("GET /metrics");
  let name = "";
  let kind = "";
  for (const line of text.trimEnd().split("\n")) {
    if (line === "") continue;
    const [, head, of = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (head === "HELP") name = of;
    else if (head === "TYPE") {
      assert.equal(of, name);
      kind = rest;
      if (!name.startsWith("statefun_")) continue;
      assert.equal(name.endsWith("_total"), kind === "counter", line);
      assert.doesNotMatch(name, /_(ms|milliseconds|count|kb|percent)(_|$)/);
    } else {
      const [, sample = "", labels = ""] = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? -?(?:[0-9.e+-]+|Nan)$/.exec(line) ?? [];
      const parts = kind === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
      assert.ok(parts.includes(sample), line);
      assert.match(labels, /^(|[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*)$/, line);
    }
  }
});

test("as JSON, each metric has its samples with their labels; another format is refused", async (t) => {
  const { ask, tell, engine } = await world(t);
  await tell("bob", "hello");
  const { json } = await ask("GET /metrics?format=json");
  const byName = new Map<string, any>(json.metrics.map((metric: { name: string }) => [metric.name, metric]));
  const { samples, ...head } = byName.get("statefun_function_messages_total");
  assert.deepEqual(head, {
    name: "statefun_function_messages_total",
    type: "counter",
    help: labelledMetrics.statefun_function_messages_total?.help,
  });
  const labels = { function: "shop/counter" };
  assert.deepEqual(samples, [{ name: "statefun_function_messages_total", labels, value: 1 }]);
  const buckets = byName.get("statefun_function_batch_seconds").samples;
  assert.deepEqual(buckets.at(-1), {
    name: "statefun_function_batch_seconds_count",
    labels,
    value: engine.metrics.batches,
  });
  assert.equal((await ask("GET /metrics?format=xml")).json.code, "OPTION_INVALID");
});

test("the process's own numbers are there, for each server in it", async (t) => {
  for (const { ask } of [await world(t), await world(t)]) {
    const samples = samplesOf((await ask("GET /metrics")).text);
    assert.ok((samples.get("process_resident_memory_bytes") ?? 0) > 0);
    assert.ok((samples.get("process_cpu_seconds_total") ?? 0) > 0);
  }
});

test("metrics that could not be read for want of file descriptors are there as soon as descriptors are free", async () => {
  const file = fileURLToPath(new URL("without-descriptors.ts", import.meta.url));
  // The limit holds for the child alone.
  const node = [process.execPath, "--import", "tsx", file];
  const child = spawn("sh", ["-c", 'ulimit -n 200; exec "$@"', "sh", ...node]);
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  await once(child, "close");
  const [without, after] = text.trim().split("\n");
  assert.match(without ?? "", /^(200|500)$/);
  assert.equal(after, "200 true");
});
