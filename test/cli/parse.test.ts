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

/** Runs with variables in the environment, which are gone afterwards. */
function withVariables(variables: Readonly<Record<string, string>>, body: () => void): void {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    body();
  } finally {
    process.env = before;
  }
}

test("a variable of the environment stands for an option, and the option wins", () => {
  withVariables(
    { STATEFUN_DIR: "data", STATEFUN_EGRESS: " a/b=x.jsonl  c/d=- ", STATEFUN_ADMIN_READ_ONLY: "true" },
    () => {
      const input = parseInput("start", []);
      assert.equal(input.text("dir"), "data");
      assert.deepEqual(input.texts("egress"), ["a/b=x.jsonl", "c/d=-"]);
      assert.equal(input.flag("admin-read-only"), true);
      assert.equal(parseInput("start", ["--dir", "other"]).text("dir"), "other");
      assert.deepEqual(parseInput("start", ["--egress", "e/f=-"]).texts("egress"), ["e/f=-"]);
    },
  );
});

test("a variable that is empty or off counts as none, and a switch is on or off", () => {
  withVariables(
    { STATEFUN_DIR: " ", STATEFUN_EGRESS: "", STATEFUN_MEMORY: "0", STATEFUN_ADMIN_READ_ONLY: "yes" },
    () => {
      const input = parseInput("start", []);
      assert.equal(input.text("dir"), undefined);
      assert.deepEqual(input.texts("egress"), []);
      assert.equal(input.flag("memory"), false);
      throwsCode(() => input.flag("admin-read-only"), "OPTION_INVALID", "STATEFUN_ADMIN_READ_ONLY");
    },
  );
});

test("a port that Kubernetes names for a service is none of ours", () => {
  withVariables({ STATEFUN_PORT: "tcp://10.0.0.1:80", STATEFUN_ADMIN_PORT: "7072" }, () => {
    assert.equal(parseInput("start", []).text("port"), undefined);
    assert.equal(parseInput("start", []).text("admin-port"), "7072");
  });
});

test("an option that says what one command does has no variable", () => {
  withVariables({ STATEFUN_ALL: "1", STATEFUN_KEY: "order-17", STATEFUN_URL: "http://127.0.0.1:1" }, () => {
    assert.equal(parseInput("drop", []).flag("all"), false);
    assert.equal(parseInput("send", ["a/b", "c"]).text("key"), undefined);
    assert.equal(parseInput("send", ["a/b", "c"]).text("url"), "http://127.0.0.1:1");
    assert.equal(parseInput("module", ["functions.ts"]).text("url"), undefined);
  });
});
