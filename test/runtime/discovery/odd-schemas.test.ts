// JSON Schemas of function servers that no validator can use, or that take it for ever: values pass unchecked, and the log says so once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { description, jsonType, telling, world } from "./world.js";

/** A schema in which each definition refers to the one before twice: a check visits 2 ** 40 parts. */
function doubling(): object {
  const $defs: Record<string, object> = { d0: { type: "string" } };
  for (let place = 1; place <= 40; place++) {
    const before = { $ref: `#/$defs/d${place - 1}` };
    $defs[`d${place}`] = { allOf: [before, before] };
  }
  return { $defs, $ref: "#/$defs/d40" };
}

/** Validators read the schemas below an $id again. */
function identified(): object {
  let schema: object = { type: "string" };
  for (let level = 0; level < 40; level++) schema = { $id: `http://odd.test/${level}`, properties: { a: schema } };
  return schema;
}

/** Every property is of the whole kind again, and all of them must be there: an example of it has no end. */
function wide(): object {
  const names = Array.from({ length: 300 }, (_, place) => `p${place}`);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { $ref: "#" }])),
    required: names,
  };
}

const unusable: Record<string, { readonly schema: object; readonly value: unknown; readonly says: RegExp }> = {
  "a reference to itself": { schema: { $ref: "#" }, value: 1, says: /call stack/ },
  "a reference to nothing": { schema: { $ref: "#/$defs/none" }, value: 1, says: /Unresolved/ },
  "a reference to another site": { schema: { $ref: "http://odd.test/schema" }, value: 1, says: /Unresolved/ },
  "references that double": { schema: doubling(), value: "x", says: /took more than/ },
  "ids in ids": { schema: identified(), value: {}, says: /took more than/ },
  "a regular expression that tries everything": {
    schema: { type: "string", pattern: "^(a+)+$" },
    value: `${"a".repeat(60)}!`,
    says: /took more than/,
  },
  "the same among the names of properties": {
    schema: { patternProperties: { "^(a|a)*$": {} } },
    value: { [`${"a".repeat(60)}!`]: 1 },
    says: /took more than/,
  },
  "a regular expression that is none": { schema: { pattern: "[" }, value: "x", says: /Invalid regular expression/ },
  "keywords of the wrong kind": { schema: { enum: 3 }, value: "x", says: /is not a function/ },
};

for (const [title, { schema, value, says }] of Object.entries(unusable)) {
  test(`${title}: values pass unchecked, and the log says so once`, async (t) => {
    const { post, admin, logger, runtime } = await world(t, telling(description([jsonType("odd/a", schema)])));
    for (const id of ["a", "b", "c"]) {
      const { status, text } = await post(`/send/odd/echo/${id}`, value);
      assert.equal(status, 202, text);
    }
    assert.equal((await admin("/functions/odd/echo")).status, 200);
    assert.deepEqual((await post("/call/good/echo/a", { fine: true })).body, { fine: true });
    await runtime.close();
    const about = logger.lines.filter((line) => line.includes("no longer checked"));
    assert.equal(about.length, 1, logger.lines.join("\n"));
    assert.match(about[0] as string, /JSON of odd\/a is no longer checked here: the schema that http:/);
    assert.match(about[0] as string, says);
  });
}

test("a schema whose examples have no end is shown all the same", async (t) => {
  const types = [
    jsonType("odd/wide", wide()),
    jsonType("odd/long", { type: "array", minItems: 1e12, items: { type: "string" } }),
    jsonType("odd/text", { type: "string", minLength: 1e12 }),
  ];
  const handlers = types.map(({ typename }) => ({ method: "take", typename, readOnly: false, beginsRun: false }));
  const told = { ...description(types), functions: [{ function: "odd/echo", takesAll: false, handlers, states: [] }] };
  const { admin } = await world(t, telling(told));
  const { status, body } = await admin("/functions/odd/echo");
  assert.equal(status, 200);
  assert.deepEqual(
    body.handlers.map(({ example }: any) => example),
    [null, null, null],
  );
});

test("a schema that refers to itself within its parts, and expressions that people use, are checked", async (t) => {
  const schema = {
    type: "object",
    properties: {
      name: { type: "string", pattern: "^[a-z]+(-[a-z]+)*$" },
      kids: { type: "array", items: { $ref: "#" } },
    },
    required: ["name"],
  };
  const { post, logger } = await world(t, telling(description([jsonType("odd/tree", schema)])));
  const send = async (value: unknown) => (await post("/send/odd/echo/a", value)).status;
  assert.equal(await send({ name: "a-b", kids: [{ name: "c", kids: [] }] }), 202);
  assert.equal(await send({ name: "a-b", kids: [{ name: "C" }] }), 400);
  assert.equal(await send({ name: "a-" }), 400);
  assert.ok(!logger.lines.some((line) => line.includes("checked")), logger.lines.join("\n"));
});
