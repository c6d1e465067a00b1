// Where the tests of a file are: test/<room>/<file>.test.ts tests src/<room>/<file>.ts.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sourceFiles, sourceText, testFiles } from "../support/source.js";

/** Files up to this size need no test of their own. */
const smallLines = 40;

interface Room {
  /** Files without a test of their own, and why. */
  readonly untested: Readonly<Record<string, string>>;
  /** Tests of a behaviour over several files, by the name of the behaviour. */
  readonly behaviours: readonly string[];
}

const rooms: Readonly<Record<string, Room>> = {
  engine: {
    untested: {
      "address-list-api": "it holds declarations alone",
      "between-calls": "the tests of maintenance and of mailbox-maintenance run it",
      "dead-letter-api": "it holds declarations alone",
      "delayed-api": "it holds declarations alone",
      "egresses-api": "it holds declarations alone",
      "engine-api": "it holds declarations alone",
      "failures-api": "it holds declarations alone",
      "mailbox-api": "it holds declarations alone",
      "metrics-api": "it holds declarations alone",
      "engine-options": "it holds declarations alone",
      "engine-parts": "every test of the engine runs it",
      "parked-api": "it holds declarations alone",
      "states-api": "it holds declarations alone",
    },
    behaviours: [
      "addresses",
      "commit-end",
      "crash",
      "egress",
      "failure-model",
      "format",
      "format-requests",
      "generations",
      "hostile-answers",
      "mailbox",
      "many-delayed",
      "memory",
      "message-ends",
      "model",
      "settling",
      "states",
      "store-failure",
      "three-ends",
    ],
  },
  store: {
    untested: {
      "owned-folder": "every test that opens a folder runs it",
      store: "it holds declarations alone",
    },
    behaviours: ["backup-hold", "backup-targets", "crash", "damage", "forgetful-store", "full-disk"],
  },
  functions: {
    untested: {
      context: "it holds declarations alone; test/typings compiles against them",
      "call-limit": "the tests of the option callTimeout in test/hostile run it",
      "decorator-types": "it holds types alone; test/typings compiles against them",
      "describe-functions": "the test of describe in test/serve runs it",
      dialects: "test/dialects runs it under every compiler",
      "empty-default": "the tests of state-defaults run it",
      "answered-by": "it holds types alone; test/typings compiles against them",
      "continuation-types": "it holds types alone; test/typings compiles against them",
      "message-handler": "the tests of run-batch, request-reply and answers-to-calls run it",
      "handled-messages": "it holds types alone; test/typings compiles against them",
      interceptor: "it holds types alone; test/typings compiles against them",
      outgoing: "the tests of message-context run it",
      "published-messages": "the test of diagnostics in test/runtime runs it",
      "registered-methods": "the tests of workflows in test/workflows run it",
      "record-handler": "the tests of decorators run it",
      "workflow-context": "it holds declarations alone; test/workflows runs what implements them",
      "state-value": "the tests of state-protocol, state-cell and kept-value run it",
      thenable: "the tests of bind-class and run-batch run it",
    },
    behaviours: [
      "batch-equivalence",
      "context-closed",
      "failures",
      "answers-to-calls",
      "returned-values",
      "half-characters",
      "kept-messages",
      "message-ends",
      "messages-end-alone",
      "metadata",
      "read-only",
      "silent-faults",
      "state-defaults",
      "state-protocol",
    ],
  },
  workflows: {
    untested: {
      decorator: "the tests of turn run it",
      failures: "the tests of turn run it",
      flow: "the tests of turn run it",
      "journal-state": "the tests of turn run it",
      operations: "the tests of turn run it",
      receives: "the tests of turn run it",
      results: "the tests of turn run it",
      "step-states": "the tests of turn run it",
    },
    behaviours: [
      "batches",
      "calls-on-flink",
      "changes",
      "interceptors",
      "model",
      "registered",
      "restart-keeps",
      "step-limits",
    ],
  },
  wire: {
    untested: { failure: "the tests of batch-end and of a workflow's journal run it" },
    behaviours: ["fuzz", "generation", "lengths-and-texts", "malformed-requests", "metadata", "random-requests"],
  },
};

for (const [room, { untested, behaviours }] of Object.entries(rooms)) {
  const within = (file: string, folder: string) =>
    file.startsWith(`${folder}/${room}/`) && file.split("/").length === 3;
  const nameOf = (file: string) => (file.split("/")[2] ?? "").replace(/(\.test)?\.ts$/, "");
  const sources = sourceFiles()
    .map((file) => `src/${file}`)
    .filter((file) => within(file, "src"));
  const names = sources.map(nameOf);
  const tests = testFiles()
    .filter((file) => within(file, "test") && file.endsWith(".test.ts"))
    .map(nameOf);

  describe(`test/${room}`, () => {
    test("has a test for each file of the source room, or a reason why not", () => {
      const without = sources
        .filter((file) => sourceText(file).split("\n").length - 1 > smallLines)
        .map(nameOf)
        .filter((name) => !tests.includes(name) && !(name in untested));
      assert.deepEqual(without, []);
    });

    test("holds no other tests than those and the named behaviours", () => {
      const strangers = tests.filter((name) => !names.includes(name) && !behaviours.includes(name));
      assert.deepEqual(strangers, []);
    });

    test("is as its lists say: no entry of this file is out of date", () => {
      const tested = Object.keys(untested).filter((name) => tests.includes(name) || !names.includes(name));
      const gone = behaviours.filter((name) => !tests.includes(name) || names.includes(name));
      assert.deepEqual([...tested, ...gone], []);
    });
  });
}
