// The part of a failure's reason that tells failures apart.

import assert from "node:assert/strict";
import { test } from "node:test";
import { causeOf } from "../../console/pages/failures/cause.js";

test("what stands before every failure of a handler is left out of its cause", () => {
  for (const before of [
    "<address>, message <n> of <n>",
    "shop/pay/a, message 2 of 17",
    "a/b/x, message 1, message 1 of 2",
  ]) {
    assert.deepEqual(causeOf(`${before} (shop.types/pay): Failed (twice): no card.`), {
      text: "Failed (twice): no card.",
      typename: "shop.types/pay",
    });
  }
});

test("any other reason is its own cause", () => {
  for (const reason of ["Only <n> pieces are left.", "", "message 1 of 2", "x, message 1 of 2 (t): "]) {
    assert.deepEqual(causeOf(reason), { text: reason, typename: undefined });
  }
});
