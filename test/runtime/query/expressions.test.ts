// The expressions of queries: what they may hold, which states they read, and what is refused, with its place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Expressions } from "../../../src/runtime/query/expressions.js";
import { throwsCode } from "../../support/expect-code.js";

const states = ["status", "count", "device", "odd name", "as", "id", "size"];
const over = (names: readonly string[] = states) => Expressions.over({ typeName: "fleet/device", states: names });
const row = {
  id: "d1",
  states: {
    status: "offline",
    count: 5n,
    device: { speed: 2.5, whole: 4, tags: ["a", "b"], at: "2026-01-01T00:00:00Z", none: null },
    "odd name": 3,
    as: 4,
    id: "the state",
    size: 7,
  },
};

test("a condition compares states, their fields, and the id", async () => {
  const expressions = await over();
  const holds = (text: string) => expressions.condition(text).evaluate(row);
  for (const text of [
    'status == "offline" && count > 4',
    "count > 4.5 && count < 5.5 && count == 5.0",
    "device.speed > 2 && device.speed * count == 12.5 && count / device.speed == 2.0",
    "device.whole + 1 == 5 && device.whole % 2 == 0 && device.whole / 8 == 0.5",
    '"a" in device.tags && size(device.tags) == 2 && device.tags.exists(tag, tag == "b")',
    'states["odd name"] == 3 && states["as"] == 4 && states.count == 5 && size == 7',
    'id.startsWith("d") && states["id"] == "the state"',
    'timestamp(device.at) < now - duration("24h")',
    "has(device.speed) && !has(device.missing) && device.none == null",
    "device.missing == 1 || true",
    'status in ["online", "offline"]',
  ]) {
    assert.equal(holds(text), true, text);
  }
});

test("a state that is not set is null, and is not among the states", async () => {
  const expressions = await over();
  const unset = { id: "d2", states: {} };
  assert.equal(expressions.condition("status == null && !has(states.status)").evaluate(unset), true);
  assert.equal(expressions.condition('status == "x"').evaluate(unset), false);
  assert.throws(
    () => expressions.condition("count > 5").evaluate(unset),
    /at character 1 \(count > 5\): no such overload/,
  );
});

test("what a field does not fit says where in the text", async () => {
  const expressions = await over();
  const fails = (text: string, pattern: RegExp) =>
    assert.throws(
      () => expressions.condition(text).evaluate(row),
      (error: Error) => pattern.test(error.message),
    );
  fails("count == 5 && device.missing == 1", /at character 22 \(missing\): No such key: missing/);
  fails("device.tags > 1", /at character 1 \(device\.tags > 1\)/);
});

test("an expression reads the states that it names, and no other", async () => {
  const expressions = await over();
  const read = (text: string) => [...expressions.condition(text).states].sort();
  assert.deepEqual(read('status == "x" || device.count.exists(count, count == 1)'), ["count", "device", "status"]);
  assert.deepEqual(read('states["odd name"] == 1 && has(states.count) && id == "x" && now != timestamp(0)'), [
    "count",
    "odd name",
  ]);
  assert.deepEqual(read('device.status == states["id"]'), ["device", "id"]);
});

test("columns are expressions between commas, each under its own text", async () => {
  const expressions = await over();
  const columns = expressions.columns(
    'status, device.speed * 2.0,states["odd name"] , [count, 1][0], size(device.tags)',
  );
  assert.deepEqual(
    columns.map(({ text }) => text),
    ["status", "device.speed * 2.0", 'states["odd name"]', "[count, 1][0]", "size(device.tags)"],
  );
  assert.deepEqual(
    columns.map((column) => column.evaluate(row)),
    ["offline", 5, 3, 5n, 2n],
  );
  assert.deepEqual(expressions.state("odd name").evaluate(row), 3);
});

test("an unknown state is refused, with its place, the names that there are, and the likely one", async () => {
  const expressions = await over();
  throwsCode(
    () => expressions.condition('count == 1 && staus == "x"'),
    "QUERY_INVALID",
    "at character 15 (staus)",
    '"status"',
    "odd name",
  );
  throwsCode(() => expressions.condition('states["cuont"] == 1'), "QUERY_INVALID", "at character 1", "count");
  throwsCode(() => expressions.condition("states.cuont == 1"), "QUERY_INVALID", "count");
  throwsCode(() => expressions.columns("status, staus"), "QUERY_INVALID", "at character 1 (staus)");
  const none = await over([]);
  throwsCode(() => none.condition("status == 1"), "QUERY_INVALID", "It has no states.");
});

test("names are taken as they come where nobody knows the states", async () => {
  const expressions = await Expressions.over({ typeName: "fleet/device", states: undefined });
  const condition = expressions.condition('anything == 1 && states["else"] == 2');
  assert.deepEqual([...condition.states].sort(), ["anything", "else"]);
  assert.equal(condition.evaluate({ id: "x", states: { anything: 1, else: 2 } }), true);
});

test("what can't be read, or is of the wrong kind, is refused with its place", async () => {
  const expressions = await over();
  const refused = (text: string, ...named: string[]) =>
    throwsCode(() => expressions.condition(text), "QUERY_INVALID", ...named);
  refused("status ==", "at character 10");
  refused('1 + "a" == 2', 'at character 1 (1 + "a")');
  refused("sizes(device.tags) == 1", "at character 1 (sizes(device.tags))");
  refused("size(device.tags)", "int", "true or false");
  refused("", "empty");
  refused(" ", "empty");
  refused(`status == "${"x".repeat(5000)}"`, "4096");
  throwsCode(() => expressions.columns(""), "QUERY_INVALID");
  throwsCode(() => expressions.columns("status]["), "QUERY_INVALID");
});

test("what could take for ever, or read what the text does not name, is refused", async () => {
  const expressions = await over();
  throwsCode(() => expressions.condition('status.matches("(a+)+$")'), "QUERY_INVALID", "matches");
  throwsCode(() => expressions.condition('device.tags.exists(t, t.matches("x"))'), "QUERY_INVALID", "matches");
  throwsCode(() => expressions.condition("states[status] == 1"), "QUERY_INVALID", "as text");
  throwsCode(() => expressions.condition('"status" in states'), "QUERY_INVALID", 'states["name"]');
  throwsCode(() => expressions.columns("states"), "QUERY_INVALID");
});
