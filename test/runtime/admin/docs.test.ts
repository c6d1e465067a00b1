// The tables of docs/admin.md say what the code does.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdminRoute } from "../../../src/runtime/admin/admin-route.js";
import { labelledHistograms, labelledMetrics } from "../../../src/runtime/admin/labelled-metrics.js";
import { counters, gauges, healthGauge, histograms } from "../../../src/runtime/admin/metrics.js";
import { routes } from "../../../src/runtime/admin/routes.js";
import { codeIn, pageAt, tableRows } from "../../docs/pages.js";

const page = pageAt("docs/admin.md");

test("each path has its row", () => {
  const written = tableRows(page, "Paths").map(([path = "", query = "", does = ""]) => [
    codeIn(path),
    codeIn(query),
    does,
  ]);
  const all: readonly AdminRoute[] = Object.values(routes);
  assert.deepEqual(
    written,
    all.map(({ method, path, query, does }) => [[`${method} ${path}`], [...query], does]),
  );
});

test("each metric has its row", () => {
  const written = tableRows(page, "Metrics").map(([name = "", kind = "", help = ""]) => [...codeIn(name), kind, help]);
  const rows = (kind: string, table: Readonly<Record<string, { readonly help: string }>>) =>
    Object.entries(table).map(([name, { help }]) => [name, kind, help]);
  assert.deepEqual(written, [
    ...rows("counter", counters),
    ...rows("gauge", { ...gauges, [healthGauge.name]: healthGauge }),
    ...rows("histogram", histograms),
  ]);
});

test("each metric with labels has its row", () => {
  const written = tableRows(page, "Metrics with labels").map(([name = "", kind = "", labels = "", help = ""]) => [
    ...codeIn(name),
    kind,
    codeIn(labels),
    help,
  ]);
  assert.deepEqual(written, [
    ...Object.entries(labelledMetrics).map(([name, { type, labels, help }]) => [name, type, [...labels], help]),
    ...Object.entries(labelledHistograms).map(([name, { labels, help }]) => [name, "histogram", [...labels], help]),
  ]);
});
