// The alerts and the dashboard: every expression can be read, every metric and label that they name is there, and the alerts
// go off when they should.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parser } from "@prometheus-io/lezer-promql";
import { StatefulFunctions, Types } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { pageAt, root, tableRows } from "../docs/pages.ts";
import { deployed, documentsOf } from "./files.ts";

interface Named {
  readonly where: string;
  readonly expr: string;
}

const rules: Named[] = documentsOf("prometheus/alerts.yml")[0].groups[0].rules.map(
  ({ alert, expr }: { alert: string; expr: string }) => ({ where: alert, expr }),
);
const dashboard = JSON.parse(deployed("grafana/statefun.json"));
const panels: Named[] = dashboard.panels.flatMap(({ title, targets }: { title: string; targets: { expr: string }[] }) =>
  targets.map(({ expr }) => ({ where: title, expr: expr.replaceAll("$__rate_interval", "1m") })),
);

/** The texts of the nodes of a kind in an expression. Throws when the expression can't be parsed. */
function partsOf({ where, expr }: Named, kind: string): string[] {
  const parts: string[] = [];
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`${where}: PromQL has an error at ${node.from}: ${expr}`);
      if (node.name === kind) parts.push(expr.slice(node.from, node.to));
    },
  });
  return parts;
}

/** The labels of each metric, by the tables of docs/admin.md, which another test compares with the code. */
const documented = new Map(
  tableRows(pageAt("docs/admin.md"), "Metrics with labels").map(([name = "", , labels = ""]) => [
    name.replaceAll("`", ""),
    labels.replace(/[`\s]/g, "").split(","),
  ]),
);

test("every metric that the alerts and the dashboard name is one that a runtime has", async (t) => {
  const functions = new StatefulFunctions().register("shop/echo", (text: string) => text, { handles: [Types.string] });
  const runtime = await StatefunRuntime.open({ functions, dir: false, ingress: { port: 0 }, admin: { port: 0 } });
  t.after(() => runtime.close());
  const text = await (await fetch(`${runtime.admin?.url}/metrics`)).text();
  const known = new Set(["up"]);
  for (const [, name = "", type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    known.add(name);
    if (type === "histogram") known.add(`${name}_bucket`);
  }
  const named = [...rules, ...panels];
  assert.ok(named.length > 30);
  for (const each of named) {
    const metrics = partsOf(each, "Identifier").filter((part) => /^(statefun|nodejs|process|up)/.test(part));
    assert.ok(metrics.length > 0, each.where);
    for (const metric of metrics) assert.ok(known.has(metric), `${each.where}: there is no metric ${metric}`);
  }
});

test("every label that an expression groups by is one of its metric's", () => {
  for (const each of [...rules, ...panels]) {
    const metrics = partsOf(each, "Identifier").map((name) => name.replace(/_bucket$/, ""));
    const labels = new Set(["instance", "job", "le", ...metrics.flatMap((name) => documented.get(name) ?? [])]);
    for (const label of partsOf(each, "LabelName")) assert.ok(labels.has(label), `${each.where}: ${label}`);
  }
});

test("every alert says how bad it is and what to do", () => {
  for (const { alert, labels, annotations } of documentsOf("prometheus/alerts.yml")[0].groups[0].rules) {
    assert.match(labels.severity, /^(page|ticket)$/, alert);
    assert.ok(annotations.summary.length > 0 && annotations.action.length > 0, alert);
  }
});

function promtool(...args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync("promtool", args, {
    cwd: `${root}/deploy/prometheus`,
    encoding: "utf8",
  });
  if (error !== undefined)
    throw new Error("promtool is not installed (Debian: apt-get install prometheus)", { cause: error });
  assert.equal(status, 0, stdout + stderr);
}

test("Prometheus reads the configuration and the rules, and the alerts go off when they should", () => {
  promtool("check", "config", "--syntax-only", "prometheus.yml");
  promtool("check", "rules", "alerts.yml");
  promtool("test", "rules", "alerts.test.yml");
});

test("Prometheus reads every expression of the dashboard", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "statefun-dashboard-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "rules.json"); // JSON is YAML
  const records = panels.map(({ expr }, index) => ({ record: `panel:${index}`, expr }));
  writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules: records }] }));
  promtool("check", "rules", file);
});

test("no panel of the dashboard lies on another one, and each has its own number", () => {
  const taken = new Set<string>();
  for (const { gridPos, title } of dashboard.panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    const place = `${gridPos.x},${gridPos.y}`;
    assert.ok(!taken.has(place), title);
    taken.add(place);
  }
  const numbers = dashboard.panels.map(({ id }: { id: number }) => id);
  assert.equal(new Set(numbers).size, numbers.length);
});
