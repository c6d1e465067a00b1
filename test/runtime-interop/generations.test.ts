// A function that moves, with its states, from an endpoint of one generation to an endpoint of the other.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Address, type Generation, RequestReplyHandler, StatefulFunctions, Types } from "statefun-ts";
import { example } from "../../samples/messages/messages.js";
import { Engine } from "../../src/engine/engine.js";
import type { ValueSpec } from "../../src/model/invocation.js";
import { openLevelStore } from "../../src/store/level-store.js";

const functions = new StatefulFunctions().register(
  "generations/function",
  (_, context, state) => {
    const { count, text, user } = state;
    context.reply(JSON.stringify([count, text, user?.name]));
    state.count = (count ?? 0) - 5;
    state.text = `${text ?? ""}é`;
    state.user = example.User.create({ name: `${user?.name ?? ""}u` });
  },
  { handles: [Types.string], state: { count: Types.int, text: Types.string, user: example.User } },
);
const declared: ValueSpec[] = ["count", "text", "user"].map((name) => ({
  name,
  typename: "",
  expiration: { mode: "none", afterMs: 0 },
}));

test("its states move with it, there and back", async (t) => {
  const handler = new RequestReplyHandler(functions);
  const dir = await mkdtemp(join(tmpdir(), "statefun-generations-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const callAt = async (generation: Generation) => {
    const store = await openLevelStore(dir);
    const engine = await Engine.open({
      store,
      findRoute: () => ({
        endpoint: { call: (request) => handler.handle(request), close: async () => {} },
        generation,
        maxBatch: 10,
        states: generation === "v2" ? declared : undefined,
        label: generation,
      }),
    });
    const answer = await engine.call(Address.of("generations/function", "id"), Types.string.pack("go"));
    await engine.close(1000);
    await store.close();
    return JSON.parse(answer?.as(Types.string) as string);
  };
  assert.deepEqual(await callAt("v2"), [null, null, null]);
  assert.deepEqual(await callAt("v3"), [-5, "é", "u"]);
  assert.deepEqual(await callAt("v2"), [-10, "éé", "uu"]);
  assert.deepEqual(await callAt("v3"), [-15, "ééé", "uuu"]);
});
