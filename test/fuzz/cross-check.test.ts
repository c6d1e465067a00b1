// Mutated requests: our decoder and protobufjs's reflection of proto/*.proto read the same, or both refuse.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { StatefunError } from "../../src/errors.js";
import type { InvocationBatch } from "../../src/model/invocation.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { generations } from "../support/calls.js";
import { randomOf } from "../support/random.js";
import { odditiesOf } from "./anatomy.js";
import { readingOf, referenceReading } from "./reference.js";
import { mutated } from "./requests.js";
import { seeds } from "./seeds.js";

const rounds = 200_000;

test(`${rounds} mutated requests are read as reflection reads them, or the difference has a name`, (t) => {
  const random = randomOf(t);
  const outcomes = new Map<string, number>();
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  for (let round = 0; round < rounds; round++) {
    const bytes = mutated(random, seeds);
    const difference = differenceOf(bytes);
    if (difference.startsWith("agree")) count(difference);
    else {
      const named = [...odditiesOf(bytes)];
      assert.ok(named.length > 0, `round ${round}: ${difference}: ${Buffer.from(bytes).toString("hex")}`);
      for (const oddity of named) count(`${difference}: ${oddity}`);
    }
  }
  for (const [outcome, times] of [...outcomes].sort()) t.diagnostic(`${times} × ${outcome}`);
  const agreed = (what: string) => outcomes.get(`agree: ${what}`) ?? 0;
  assert.ok(agreed("read") > rounds / 10, "the mutations are too harsh to test anything");
  assert.ok(agreed("refused") > rounds / 10, "the mutations are too mild to test anything");
  const differing = rounds - agreed("read") - agreed("refused");
  assert.ok(differing < rounds / 10, `${differing} requests are read otherwise`);
});

/** Compares the two readers. The result begins with "agree" when they agree. */
function differenceOf(bytes: Uint8Array): string {
  let batch: InvocationBatch;
  try {
    batch = decodeRequest(bytes);
  } catch (error) {
    assert.ok(error instanceof StatefunError, `${Buffer.from(bytes).toString("hex")}: ${error}`);
    assert.equal(error.code, "REQUEST_MALFORMED");
    const readable = generations.some((generation) => referenceReading(generation, bytes) !== undefined);
    return readable ? "only reflection reads it" : "agree: refused";
  }
  const reference = referenceReading(batch.generation, bytes);
  if (reference === undefined) return "only ours reads it";
  return isDeepStrictEqual(readingOf(batch), reference) ? "agree: read" : "both read it, otherwise";
}
