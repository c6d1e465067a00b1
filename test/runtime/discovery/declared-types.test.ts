// Types that the user declares for functions of a server that tells none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefulFunctions, Types } from "../../../src/index.js";
import { type Answer, description, jsonType, telling, world } from "./world.js";

const silent: Answer = (_, response) => void response.writeHead(404).end("Not Found");
const declared = (name: string) => new StatefulFunctions().register(name, () => {}, { handles: [Types.string] });

test("a declared function is called with JSON, and its silent server needs no warning", async (t) => {
  const { post, admin, logger } = await world(t, silent, { types: [declared("odd/echo")] });
  const { status, body } = await post("/call/odd/echo/a", "one");
  assert.deepEqual([status, body], [200, "one"]);
  assert.equal((await admin("/functions/odd/echo")).body.typesKnown, true);
  assert.deepEqual(logger.lines, []);
});

test("what is declared wins over what the server tells", async (t) => {
  const told = telling(description([jsonType("odd/other", null)]));
  const { post } = await world(t, told, { types: [declared("odd/echo")] });
  assert.deepEqual((await post("/call/odd/echo/a", "one")).body, "one");
});

test("a declared function that nothing serves is named in a warning", async (t) => {
  const { logger } = await world(t, silent, { types: [declared("odd/echo"), declared("add/echo")] });
  assert.deepEqual(logger.lines, [
    "OPTION_INVALID: The option types declares add/echo, which nothing serves: compare its name with the key functions of the module file.",
  ]);
});
