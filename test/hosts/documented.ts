// The function that docs/hosts.md serves in every host, called.

import assert from "node:assert/strict";
import { answerOf, primitive, requestBytes, shown } from "../support/calls.ts";
import { send } from "./client.ts";
import type { RunningHost } from "./conformance.ts";

export const greetRequest = requestBytes("v3", {
  to: "example/count/a",
  state: { count: primitive("v3", "int", 1) },
  messages: [{ argument: primitive("v3", "string", "Ada") }],
});

export function assertGreeted(bytes: Uint8Array): void {
  assert.deepEqual(answerOf("v3", bytes).egresses, [
    { egress: "example/greets", argument: shown(primitive("v3", "string", "Hello Ada for the 2th time")) },
  ]);
}

/** Calls it and asks for its health, then stops it. */
export async function assertServes({ origin, stop }: RunningHost): Promise<void> {
  try {
    const { status, body } = await send(origin, { body: greetRequest });
    assert.equal(status, 200, body.toString());
    assertGreeted(body);
    assert.equal((await send(origin, { method: "GET", path: "/statefun/health", headers: {} })).status, 200);
  } finally {
    await stop();
  }
}
