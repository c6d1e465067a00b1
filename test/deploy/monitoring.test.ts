// The alerts and the dashboard: every expression can be read, every metric and label that they name is there, and the alerts
// go off when they should.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parser } from "@prometheus-io/lezer-promql";
import { errors } from "../../src/errors.js";
import { root } from "../docs/pages.ts";
import { deployed, documentsOf } from "./files.ts";
import { shownMetrics } from "./shown-metrics.ts";

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

const shown = await shownMetrics();

/** What Prometheus adds to every series. */
const added = ["instance", "job"];

/** The parts of an expression that name a metric, and the labels that each of them matches. */
function selectorsOf(each: Named): { readonly metric: string; readonly labels: string[] }[] {
  return partsOf(each, "VectorSelector").map((expr) => {
    const [metric = ""] = partsOf({ where: each.where, expr }, "Identifier");
    return { metric, labels: partsOf({ where: each.where, expr }, "LabelName") };
  });
}

test("every metric and label that the alerts and the dashboard name is one that a runtime shows", () => {
  const named = [...rules, ...panels];
  assert.ok(named.length > 30);
  for (const each of named) {
    const selectors = selectorsOf(each);
    assert.ok(selectors.length > 0, each.where);
    const labels = new Set(added);
    for (const { metric, labels: matched } of selectors) {
      if (metric === "up") continue; // Prometheus's own
      const own = shown.get(metric);
      assert.ok(own !== undefined, `${each.where}: there is no metric ${metric}`);
      for (const label of matched) {
        assert.ok(own.has(label) || added.includes(label), `${each.where}: ${metric} has no label ${label}`);
      }
      for (const label of own) labels.add(label);
    }
    for (const label of partsOf(each, "LabelName")) assert.ok(labels.has(label), `${each.where}: ${label}`);
  }
});

test("every code that an alert looks for is one that the package knows", () => {
  const codes = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/code=~?"([^"]*)"/g)].flatMap(([, all = ""]) => all.split("|")),
  );
  assert.ok(codes.length > 0);
  for (const code of codes) assert.ok(code in errors, code);
});

test("the text of an alert has no label that its expression leaves behind", () => {
  for (const { alert, expr, annotations } of documentsOf("prometheus/alerts.yml")[0].groups[0].rules) {
    const grouped = partsOf({ where: alert, expr }, "GroupingLabels").flatMap((list) => list.match(/\w+/g) ?? []);
    const own = selectorsOf({ where: alert, expr }).flatMap(({ metric }) => [...(shown.get(metric) ?? [])]);
    const left = grouped.length > 0 ? grouped : [...added, ...own];
    for (const [, label = ""] of annotations.summary.matchAll(/\$labels\.(\w+)/g))
      assert.ok(left.includes(label), alert);
  }
});

test("every alert is tried when it must go off, and when it must not: while all is well, at a restart, when a runtime is new", () => {
  const { tests } = documentsOf("prometheus/alerts.test.yml")[0];
  const alerts = rules.map(({ where }) => where);
  const tried = (
    parts: readonly { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[],
    goesOff: boolean,
  ) =>
    new Set(
      parts
        .flatMap(({ alert_rule_test }) => alert_rule_test)
        .filter(({ exp_alerts }) => exp_alerts.length > 0 === goesOff)
        .map(({ alertname }) => alertname),
    );
  for (const silent of tests.slice(0, 3)) {
    assert.match(silent.name, /calls nobody/);
    assert.deepEqual([...tried([silent], false)].sort(), [...alerts].sort(), silent.name);
  }
  assert.deepEqual([...tried(tests, true)].sort(), [...alerts].sort());
  for (const { series } of tests.flatMap(({ input_series }: { input_series: unknown[] }) => input_series)) {
    const [{ metric, labels } = { metric: "", labels: [] }] = selectorsOf({ where: series, expr: series });
    const own = metric === "up" ? [] : [...(shown.get(metric) ?? [])];
    assert.deepEqual([...labels].sort(), [...own, ...added].sort(), series);
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
