// What is said of a value that does not fit the schema of a server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { SchemaCheck } from "../../../src/runtime/discovery/schema-check.js";
import { json } from "../../../src/types/json.js";
import { schemaOf } from "../../../src/types/json-schema.js";

interface Tree {
  readonly name: string;
  readonly kids: readonly Tree[];
}
const Tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get kids() {
    return z.array(Tree);
  },
});

const Order = z.strictObject({
  id: z.uuid(),
  mail: z.email(),
  at: z.iso.datetime().optional(),
  pieces: z.int().min(1),
  size: z.enum(["small", "large"]),
  note: z.string().nullable().default(null),
  pay: z.discriminatedUnion("by", [
    z.object({ by: z.literal("card"), number: z.string() }),
    z.object({ by: z.literal("cash"), coins: z.number() }),
  ]),
  tree: Tree.optional(),
});

const good = {
  id: "00000000-0000-4000-8000-000000000000",
  mail: "bob@mail.test",
  pieces: 2,
  size: "small",
  pay: { by: "cash", coins: 5 },
};

const wrong: readonly (readonly [string, object, RegExp])[] = [
  ["a property that the type does not have", { color: "red" }, /^#\/color: The type has no such property\.$/],
  ["a text of another format", { mail: "bob" }, /^#\/mail: .*"email"/],
  ["a text that a pattern does not match", { id: "1" }, /^#\/id: /],
  ["a number that is too small", { pieces: 0 }, /^#\/pieces: 0 is less than 1/],
  ["a value that is not among the choices", { size: "huge" }, /^#\/size: .*\["small","large"\]/],
  ["a wrong part of the first alternative", { pay: { by: "card", number: 5 } }, /^#\/pay\/number: .*"string"/],
  ["a wrong part of the last alternative", { pay: { by: "cash", coins: "5" } }, /^#\/pay\/coins: .*"number"/],
  ["a property that is missing", { pay: { by: "cash" } }, /^#\/pay: .*"coins"/],
  [
    "a wrong part deep inside",
    { tree: { name: "a", kids: [{ name: 5, kids: [] }] } },
    /^#\/tree\/kids\/0\/name: .*"string"/,
  ],
];

const check = () =>
  new SchemaCheck(schemaOf(json("check/order", Order)) as object, (why) =>
    assert.fail(`The check was given up: ${why}`),
  );

test("a value of a schema of zod fits, with and without what is optional", () => {
  for (const more of [{}, { at: "2026-01-31T12:00:00.000Z", note: "n", tree: { name: "a", kids: [] } }])
    assert.equal(check().problemOf({ ...good, ...more }), undefined);
});

for (const [title, more, says] of wrong) {
  test(`the place and the fault are said of ${title}`, () => {
    assert.match(check().problemOf({ ...good, ...more }) as string, says);
  });
}
