import assert from "node:assert/strict";
import { test } from "node:test";
import { findCommand, parseInput } from "../../src/cli/parse.js";
import { throwsCode } from "../support/expect-code.js";

test("arguments and options stand in any order", () => {
  const input = parseInput("send", [
    "--delay",
    "5m",
    "shop/cart",
    "bob",
    "--json",
    '{"a":1}',
    "--cancellation-token=t-1",
  ]);
  assert.deepEqual(input.args, ["shop/cart", "bob", '{"a":1}']);
  assert.equal(input.text("delay"), "5m");
  assert.equal(input.text("cancellation-token"), "t-1");
  assert.equal(input.text("key"), undefined);
  assert.equal(input.flag("json"), true);
});

test("an option may be given more than once where that means something", () => {
  const input = parseInput("start", ["--egress", "a/b=x.jsonl", "--egress", "c/d=-"]);
  assert.deepEqual(input.texts("egress"), ["a/b=x.jsonl", "c/d=-"]);
  assert.deepEqual(input.texts("dir"), []);
  throwsCode(() => parseInput("start", ["--port", "1", "--port", "2"]), "OPTION_INVALID", "--port", "twice");
});

test("an argument that begins with a dash stands behind two dashes", () => {
  assert.deepEqual(parseInput("send", ["shop/cart", "bob", "--", "-5"]).args, ["shop/cart", "bob", "-5"]);
  throwsCode(() => parseInput("send", ["shop/cart", "bob", "-5"]), "OPTION_INVALID", "--");
});

test("a dash alone is a value", () => {
  assert.equal(parseInput("send", ["shop/cart", "bob", "--bytes", "-"]).text("bytes"), "-");
});

test("the error for an unknown command names the nearest command", () => {
  throwsCode(() => findCommand("sennd"), "OPTION_INVALID", '"send"');
  throwsCode(() => findCommand("Parked"), "OPTION_INVALID", '"parked"');
  throwsCode(() => findCommand("constructor"), "OPTION_INVALID", "constructor");
  throwsCode(() => findCommand("--json"), "OPTION_INVALID", "--json");
});

test("the error for an unknown option names the nearest option", () => {
  throwsCode(() => parseInput("send", ["a/b", "c", "--dealy", "5m"]), "OPTION_INVALID", "--dealy", '"--delay"');
  throwsCode(() => parseInput("ps", ["--delay", "5m"]), "OPTION_INVALID", "statefun ps");
  throwsCode(() => parseInput("ps", ["-x"]), "OPTION_INVALID", "-x");
  throwsCode(() => parseInput("ps", ["--toString"]), "OPTION_INVALID", "--toString");
});

test("a value that is missing or too much is refused", () => {
  throwsCode(() => parseInput("send", ["a/b", "c", "--delay"]), "OPTION_INVALID", "--delay");
  throwsCode(() => parseInput("send", ["a/b", "c", "--delay", "--json"]), "OPTION_INVALID", "--delay");
  throwsCode(() => parseInput("send", ["a/b", "c", "--json=yes"]), "OPTION_INVALID", "--json");
  assert.equal(parseInput("start", ["--dir=--odd"]).text("dir"), "--odd");
});

test("an argument that is missing or too much is refused", () => {
  throwsCode(() => parseInput("send", ["a/b"]), "OPTION_INVALID", "<id>");
  throwsCode(() => parseInput("ps", ["a/b"]), "OPTION_INVALID", "a/b");
  throwsCode(() => parseInput("show", ["a/b", "c", "d"]), "OPTION_INVALID", '"d"');
});
