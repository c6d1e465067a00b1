// Options that the client refuses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../../src/client/entry.js";
import type { CountGreeter } from "../runtime/ingress/world.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";

test("misspelt and impossible options are refused", async () => {
  throwsCode(() => connect("localhost:7070"), "OPTION_INVALID");
  throwsCode(() => connect("ftp://localhost"), "OPTION_INVALID");
  for (const url of [
    "http://x?y=1",
    "http://x/?",
    "http://x/#here",
    "http://user:top-secret@x",
    "http://user@x",
    5 as never,
  ]) {
    throwsCode(() => connect(url), "OPTION_INVALID");
    assert.throws(
      () => connect(url),
      ({ message }: Error) => !message.includes("top-secret"),
    );
  }
  throwsCode(() => connect("http://localhost", { timeoutMs: 5 } as object), "OPTION_INVALID");
  for (const timeout of [0, -1, { days: 25 }, { seconds: "5" }, "5s"]) {
    throwsCode(() => connect("http://localhost", { timeout: timeout as never }), "DURATION_INVALID", "timeout");
  }
  throwsCode(() => connect("http://localhost", { retries: -1 }), "OPTION_INVALID");
  const ref = connect("http://localhost").ref<CountGreeter>("example/count", "bob");
  await rejectsCode(ref.greet({}, { timeoutMs: 5 } as object), "OPTION_INVALID");
  await rejectsCode(ref.greet({}, { timeout: 0 }), "DURATION_INVALID");
  for (const bearerToken of ["", "a secret", "s\u00e9cret", 5 as never]) {
    throwsCode(() => connect("http://localhost", { bearerToken }), "OPTION_INVALID", "bearerToken");
  }
  const secret = () => connect("http://localhost", { bearerToken: "top secret" });
  assert.throws(secret, ({ message }: Error) => !message.includes("top secret"));
  for (const idempotencyKey of ["", "😀", "a\nb", " ", " k", "k".repeat(257), 5 as never]) {
    await rejectsCode(ref.greet({}, { idempotencyKey }), "OPTION_INVALID", "idempotencyKey");
  }
});
