// The error that refuses a message for good.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { tsImport } from "tsx/esm/api";
import { isTerminalError, TerminalError } from "../../src/model/terminal-error.js";

const code = (expected: string) => (error: unknown) => (error as { code?: string }).code === expected;

describe("a TerminalError", () => {
  test("has a code and a status without being told", () => {
    const { name, code, status, details, message, cause } = new TerminalError("no");
    assert.deepEqual(
      { name, code, status, details, message, cause },
      { name: "TerminalError", code: "TERMINAL", status: 422, details: undefined, message: "no", cause: undefined },
    );
  });

  test("keeps what it was told", () => {
    const cause = new Error("first");
    const error = new TerminalError("no", { code: "CARD_REFUSED", details: { card: [1, null] }, status: 402, cause });
    assert.equal(error.code, "CARD_REFUSED");
    assert.deepEqual(error.details, { card: [1, null] });
    assert.equal(error.status, 402);
    assert.equal(error.cause, cause);
  });

  test("keeps its details when the object that it was made of changes", () => {
    const details = { left: 3 };
    const error = new TerminalError("no", { details });
    details.left = 2;
    assert.deepEqual(error.details, { left: 3 });
  });

  test("takes null as details", () => {
    assert.equal(new TerminalError("no", { details: null }).details, null);
  });

  for (const status of [399, 500, 422.5, Number.NaN, "422"]) {
    test(`refuses the status ${JSON.stringify(status)}`, () => {
      assert.throws(() => new TerminalError("no", { status: status as number }), code("OPTION_INVALID"));
    });
  }

  for (const wrong of ["", "\ud800", 5, null]) {
    test(`refuses the code ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => new TerminalError("no", { code: wrong as string }), code("OPTION_INVALID"));
    });
  }

  test("refuses an option that it does not know", () => {
    assert.throws(() => new TerminalError("no", { detail: 1 } as object), code("OPTION_INVALID"));
  });

  const circle: { self?: unknown } = {};
  circle.self = circle;
  for (const details of [new Date(), 5n, Number.NaN, () => {}, new Map(), circle]) {
    test(`refuses details that are not JSON: ${Object.prototype.toString.call(details)}`, () => {
      assert.throws(() => new TerminalError("no", { details }), code("VALUE_INVALID"));
    });
  }
});

describe("isTerminalError", () => {
  test("knows the error, a subclass of it, and one of another copy of the package", async () => {
    class CardRefused extends TerminalError {}
    const other: typeof import("../../src/model/terminal-error.js") = await tsImport(
      "../../src/model/terminal-error.ts",
      import.meta.url,
    );
    assert.notEqual(other.TerminalError, TerminalError);
    assert.equal(isTerminalError(new TerminalError("no")), true);
    assert.equal(isTerminalError(new CardRefused("no")), true);
    assert.equal(isTerminalError(new other.TerminalError("no")), true);
  });

  test("knows nothing else, whatever it says of itself", () => {
    const hostile = new Proxy(new Error("no"), {
      get() {
        throw new Error("get");
      },
    });
    for (const thrown of [undefined, null, "TERMINAL", new Error("no"), { name: "TerminalError" }, hostile]) {
      assert.equal(isTerminalError(thrown), false);
    }
  });
});
