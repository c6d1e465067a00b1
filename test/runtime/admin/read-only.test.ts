import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdminRoute } from "../../../src/runtime/admin/admin-route.js";
import { routes } from "../../../src/runtime/admin/routes.js";
import { rejectsCode } from "../../support/expect-code.js";
import { world } from "./world.js";

const all: readonly AdminRoute[] = Object.values(routes);
const pathOf = ({ path }: AdminRoute) =>
  path.replace(":namespace/:name/:id", "shop/counter/bob").replaceAll(/:\w+/g, "x");

test("a server that is read-only refuses every request that changes something, and answers the others", async (t) => {
  const { ask, tell, engine } = await world(t, { readOnly: true });
  await tell("bob", "hello");
  for (const route of all.filter(({ method }) => method !== "GET")) {
    const { status, json } = await ask(`${route.method} ${pathOf(route)}`);
    assert.deepEqual([status, json.code], [403, "READ_ONLY"], route.path);
  }
  assert.equal((await ask("GET /addresses/shop/counter/bob")).json.states.length, 1);
  assert.equal((await ask("GET /info")).json.readOnly, true);
  assert.equal(engine.metrics.parked, 0);
});

test("who may not use the server learns nothing of what it takes", async (t) => {
  const { ask } = await world(t, { readOnly: true, bearerToken: "secret" });
  assert.equal((await ask("POST /addresses/shop/counter/bob/park")).status, 401);
});

test("the option is true or false", async (t) => {
  await rejectsCode(world(t, { readOnly: "yes" } as object), "OPTION_INVALID", "readOnly");
});
