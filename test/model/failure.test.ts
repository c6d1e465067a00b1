// Failures as plain values.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StatefunError } from "../../src/errors.js";
import { failureOf, terminalErrorOf } from "../../src/model/failure.js";
import { TerminalError } from "../../src/model/terminal-error.js";

describe("a failure", () => {
  test("of a StatefunError has its code, and the stack of its cause", () => {
    const cause = new Error("first");
    const failure = failureOf(new StatefunError("VALUE_INVALID", "the value", { cause }));
    assert.deepEqual(failure, {
      code: "VALUE_INVALID",
      message: "the value",
      terminal: false,
      stack: cause.stack as string,
    });
  });

  test("of any other thrown thing is HANDLER_FAILED", () => {
    assert.deepEqual(failureOf("text"), { code: "HANDLER_FAILED", message: "text", terminal: false });
    assert.equal(failureOf(Object.assign(new Error("x"), { code: "TERMINAL" })).terminal, false);
  });

  test("of a TerminalError has what the caller may know", () => {
    const error = new TerminalError("no", { code: "CARD_REFUSED", details: { left: 3 }, status: 402 });
    const { stack, ...failure } = failureOf(error);
    assert.deepEqual(failure, {
      code: "CARD_REFUSED",
      message: "no",
      terminal: true,
      details: { left: 3 },
      status: 402,
    });
    assert.equal(stack, error.stack);
  });

  test("keeps no more of a long message and stack than people read, and all that a TerminalError tells its caller", () => {
    const long = "x".repeat(1_000_000);
    const failure = failureOf(new Error(long));
    assert.match(failure.message, /^x{16384}… \(1000000 characters\)$/);
    assert.ok((failure.stack as string).length < 17_000);
    assert.equal(failureOf(new TerminalError(long)).message, long);
  });

  test("can be written as UTF-8, whatever the message holds", () => {
    assert.equal(failureOf(new TerminalError("half \ud800")).message, "half \ufffd");
  });

  test("of a TerminalError that was changed has values that fit", () => {
    const error = Object.assign(new TerminalError("no"), { code: 5, status: 200, details: 5n });
    const { stack, ...failure } = failureOf(error);
    assert.deepEqual(failure, { code: "TERMINAL", message: "no", terminal: true, status: 422 });
  });

  test("of a TerminalError whose details were changed has none that a caller's error would refuse", () => {
    const error = new TerminalError("no", { code: "CARD_REFUSED", details: { list: [] } });
    let list = (error.details as { list: unknown[] }).list;
    for (let depth = 0; depth < 300; depth++) {
      const inner: unknown[] = [];
      list.push(inner);
      list = inner;
    }
    assert.equal(terminalErrorOf(failureOf(error)).details, undefined);
  });

  test("becomes the same error for a caller, without what is not for callers", () => {
    const error = new TerminalError("no", { code: "CARD_REFUSED", details: [1], status: 402, cause: "secret" });
    const { code, message, details, status, cause } = terminalErrorOf(failureOf(error));
    assert.deepEqual(
      { code, message, details, status, cause },
      { code: "CARD_REFUSED", message: "no", details: [1], status: 402, cause: undefined },
    );
  });
});
