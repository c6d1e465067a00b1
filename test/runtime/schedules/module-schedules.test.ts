// Schedules of a module file: how they are read, and what is refused with its place.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { json, StatefulFunctions, Types } from "../../../src/index.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { parseModule } from "../../../src/runtime/module/read-module.js";
import { freshFolder } from "../../store/folders.js";
import { rejectsCode, throwsCode } from "../../support/expect-code.js";

const Order = json<{ day: string }>("shop.types/order");
const functions = () =>
  new StatefulFunctions()
    .register("shop/report", () => {}, { handles: [Types.string] })
    .register("shop/orders", () => {}, { handles: [Order, Types.int] });

const of = (lines: string) => `kind: io.statefun-ts.schedules.v1/cron\nspec:\n${lines.replace(/^/gm, "  ")}\n`;
const nightly = 'name: nightly\ncron: "0 3 * * *"\nfunction: shop/report\nid: all';

async function opened(t: TestContext, ...documents: string[]) {
  const module = join(dirname(freshFolder(t)), "module.yaml");
  writeFileSync(module, documents.join("---\n"));
  return StatefunRuntime.open({ functions: functions(), module, dir: false, ingress: false, admin: false });
}

test("a schedule has the message that its file writes, of the one type that the function takes or of a type that is named", async (t) => {
  await using runtime = await opened(
    t,
    of(`${nightly}\nvalue: write\ntimezone: Europe/Berlin\nifMissed: skip`),
    of('name: b\ncron: "@daily"\nfunction: shop/orders\nid: x\ntype: shop.types/order\nvalue:\n  day: monday'),
    of('name: c\ncron: "@daily"\nfunction: shop/orders\nid: x\ntype: io.statefun.types/int\nbase64: CAU='),
  );
  const listed = await runtime.schedules.list();
  assert.deepEqual(
    listed.map(({ name, timezone, ifMissed, target }) => `${name} ${timezone} ${ifMissed} ${target}`),
    ["b UTC once shop/orders/x", "c UTC once shop/orders/x", "nightly Europe/Berlin skip shop/report/all"],
  );
  for (const { name } of listed) assert.equal((await runtime.schedules.run(name)).failure, undefined);
});

const refusedByFile: [what: string, lines: string, named: string][] = [
  ["no message", nightly, "value"],
  ["two messages", `${nightly}\nvalue: a\nbase64: YQ==`, "base64"],
  ["no due times", "name: nightly\nfunction: shop/report\nid: all\nvalue: a", "cron"],
  ["a misspelt key", `${nightly}\nvalue: a\ntimeZone: UTC`, "timeZone"],
  ["a name of no function", `${nightly.replace("shop/report", "report")}\nvalue: a`, "report"],
];
for (const [what, lines, named] of refusedByFile) {
  test(`${what}: MODULE_INVALID, with the line`, () => {
    throwsCode(() => parseModule(of(lines), { file: "module.yaml" }), "MODULE_INVALID", "module.yaml:", named);
  });
}

test("two schedules of one name in a file are MODULE_INVALID", () => {
  const both = [of(`${nightly}\nvalue: a`), of(`${nightly}\nvalue: b`)].join("---\n");
  throwsCode(() => parseModule(both, { file: "module.yaml" }), "MODULE_INVALID", "nightly");
});

test("a message that the function does not take, and a wrong ifMissed, are MODULE_INVALID, with the line", async (t) => {
  await rejectsCode(opened(t, of(`${nightly}\nvalue: 5`)), "MODULE_INVALID", "module.yaml, line");
  await rejectsCode(opened(t, of(`${nightly}\nvalue: a\nifMissed: never`)), "MODULE_INVALID", "ifMissed");
});

test("wrong due times and a function that nothing serves name the place in the file", async (t) => {
  const never = nightly.replace("0 3 * * *", "0 3 * *");
  await rejectsCode(opened(t, of(`${never}\nvalue: a`)), "OPTION_INVALID", "module.yaml, line");
  const nobody = `${nightly.replace("shop/report", "shop/nobody")}\ntype: io.statefun.types/string\nvalue: a`;
  await rejectsCode(opened(t, of(nobody)), "OPTION_INVALID", "module.yaml, line", "shop/nobody");
});
