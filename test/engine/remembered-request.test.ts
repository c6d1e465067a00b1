// The form of requests with an idempotency key in the store, and of the entries that say when they are forgotten.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ordered } from "../../src/engine/keys.js";
import { decodeExpiry, decodeRequest, ExpiryList, RememberedRequest } from "../../src/engine/remembered-request.js";
import { packed, textIn } from "./parts.js";

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const endsAt = Date.UTC(2026, 0, 1);

test("a request is a fingerprint, a time and what came of it, and is read back", () => {
  const request = new RememberedRequest("print", endsAt);
  assert.equal(base64(request.encode()), "CgVwcmludECA0Oq2tzM=");
  for (const each of [
    request,
    new RememberedRequest("print", endsAt, true),
    new RememberedRequest("print", endsAt, false),
    request.with({ answer: undefined }),
    request.with({ failure: { code: "CARD_REFUSED", message: "no money", terminal: true } }),
  ]) {
    assert.deepEqual(decodeRequest(each.encode()), each);
  }
});

test("an answer is read back in its generation", () => {
  for (const generation of ["v2", "v3"] as const) {
    const { result } = decodeRequest(
      new RememberedRequest("print", endsAt).with({ answer: packed("x", generation) }).encode(),
    );
    assert.ok(result !== undefined && "answer" in result && result.answer !== undefined);
    assert.equal(result.answer.generation, generation);
    assert.equal(textIn({ value: result.answer } as Parameters<typeof textIn>[0]), "x");
  }
});

test("a result counts among the bytes of its request", () => {
  const request = new RememberedRequest("print", endsAt);
  const failure = { code: "CARD_REFUSED", message: "x".repeat(1000), terminal: true };
  assert.ok(request.with({ answer: packed("x".repeat(1000)) }).size > request.size + 1000);
  assert.ok(request.with({ failure }).size > request.size + 1000);
  assert.equal(request.with({ answer: undefined }).size, request.size);
});

test("a list of what expires is read back; an entry of format 1 names its key itself", () => {
  const list = new ExpiryList(endsAt, 7);
  list.listed.push("one", "€");
  assert.equal(list.key, `e${ordered(endsAt)}${ordered(7)}`);
  assert.equal(base64(list.encode()), "CgNvbmUKA+KCrA==");
  assert.deepEqual(decodeExpiry(list.key, list.encode()), { endsAt, listed: ["one", "€"] });
  const old = decodeExpiry(`e${ordered(endsAt)}the key`, new Uint8Array(0));
  assert.deepEqual(old, { endsAt, listed: ["the key"] });
});
