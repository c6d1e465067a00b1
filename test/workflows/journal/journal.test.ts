// A journal's bytes, the hidden messages, and what the .proto file says of both.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { Address } from "../../../src/model/address.js";
import { Metadata } from "../../../src/model/metadata.js";
import { TypedValue } from "../../../src/model/typed-value.js";
import { decodeJournal } from "../../../src/workflows/journal/decode-journal.js";
import { encodeJournal } from "../../../src/workflows/journal/encode-journal.js";
import {
  cancelMessage,
  readCancellation,
  readWake,
  wakeMessage,
} from "../../../src/workflows/journal/hidden-messages.js";
import {
  isPending,
  type Journal,
  newJournal,
  type Operation,
  type Run,
} from "../../../src/workflows/journal/journal.js";

const path = fileURLToPath(new URL("../../../proto/workflow-journal.proto", import.meta.url));
const proto = new protobuf.Root().loadSync(path, { keepCase: true });
const reflected = (name: string, bytes: Uint8Array) => {
  const type = proto.lookupType(name);
  return type.toObject(type.decode(bytes), { longs: Number, enums: String, bytes: String, defaults: false });
};

const text = (typename: string, value: string) => new TypedValue(typename, Buffer.from(value));
const nothing = { value: undefined, error: undefined, attempts: 0, dueAt: 0, callee: undefined, awaits: undefined };
const operation = (key: string, other: Partial<Operation>): Operation => ({
  key,
  kind: "step",
  requestedAt: 1_790_000_000_000,
  seq: 0,
  endedAt: 0,
  ...nothing,
  ...other,
});

const operations: Operation[] = [
  operation("step:charge", { seq: 2, endedAt: 1_790_000_000_009, value: text("test/x", "charged"), attempts: 1 }),
  operation("call:a/b/ü:test/y#2", { kind: "call", callee: Address.of("a/b", "ü"), dueAt: 1_790_000_000_500 }),
  operation("receive:test/z", { kind: "receive", awaits: "test/z" }),
  operation("step:mail", {
    seq: 1,
    endedAt: 1_790_000_000_003,
    error: { code: "NO_MAIL", message: "there is none", terminal: true, details: { tries: [1] }, status: 409 },
  }),
  operation("send:a/b/1:test/y", { kind: "send", callee: Address.of("a/b", "1") }),
  operation("sleep", { kind: "sleep", dueAt: 1_790_000_900_000 }),
];

const run: Run = {
  id: "0123456789abcdef0123456789abcdef",
  number: 7,
  workflow: "test/order",
  input: text("test/order", "tea").withMetadata(new Metadata({ trace: "1" })),
  caller: Address.of("a/b", "caller"),
  callToken: "token",
  receivedAt: 1_789_999_999_999,
  startedAt: 1_790_000_000_000,
  cancelledAt: 1_790_000_000_010,
  cancelSeq: 3,
  cancelReason: "too late",
  lastSeq: 3,
  operations,
};
const { id, number, workflow, caller, receivedAt, startedAt } = run;
const journal: Journal = {
  ...newJournal(),
  runCount: 9,
  callCount: 2,
  runs: [run],
  waiting: [
    { ...run, id: "w", number: 9, caller: undefined, callToken: undefined, startedAt: 0, cancelledAt: 0, cancelSeq: 0 },
  ],
  unreceived: [{ caller: undefined, argument: text("test/z", "early") }],
  calls: [
    {
      token: "call-2",
      callee: Address.of("a/b", "1"),
      then: "reserved",
      failed: "soldOut",
      requestedAt: 1_790_000_000_000,
      dueAt: 0,
    },
  ],
  lastEnded: {
    ...{ id, number, workflow, caller, receivedAt, startedAt },
    endedAt: 1_790_000_001_000,
    outcome: "failed",
    error: { code: "SOLD_OUT", message: "no tea", terminal: true },
    operationCount: 120,
    operations: [operation("step:a", { seq: 1, endedAt: 1_790_000_000_005 })],
  },
};

/** The journal as plain values that can be compared. */
const shown = (value: Journal) =>
  JSON.parse(
    JSON.stringify(value, (_key, part) => {
      if (part instanceof Address) return String(part);
      if (!(part instanceof TypedValue)) return part;
      return [part.typename, Buffer.from(part.value).toString(), [...part.metadata].map(([name]) => name)];
    }),
  );

test("a journal comes back as it was", () => {
  assert.deepEqual(shown(decodeJournal(encodeJournal(journal))), shown(journal));
  assert.deepEqual(shown(decodeJournal(encodeJournal(newJournal()))), shown(newJournal()));
});

test("a journal that was read is written with the same bytes", () => {
  const bytes = encodeJournal(journal);
  assert.deepEqual(Buffer.from(encodeJournal(decodeJournal(bytes))), Buffer.from(bytes));
});

test("the .proto file says what the bytes hold", () => {
  const read = reflected("Journal", encodeJournal(journal));
  assert.equal(read.version, 1);
  assert.deepEqual(
    read.runs[0].operations.map(({ key, kind = "STEP", seq = 0 }: any) => [key, kind, seq]),
    operations.map(({ key, kind, seq }) => [key, kind.replace(/[A-Z]/g, "_$&").toUpperCase(), seq]),
  );
  assert.equal(read.runs[0].input.metadata[0].name, "trace");
  assert.deepEqual(read.runs[0].operations[3].error, {
    ...{ code: "NO_MAIL", message: "there is none", details: '{"tries":[1]}', status: 409 },
  });
  assert.deepEqual(read.calls[0].callee, { namespace: "a", type: "b", id: "1" });
  assert.equal(read.last_ended.outcome, "FAILED");
  assert.equal(read.last_ended.operation_count, 120);
  const type = proto.lookupType("Journal");
  const again = type.encode(type.decode(encodeJournal(journal))).finish();
  assert.deepEqual(shown(decodeJournal(again)), shown(journal), "protobufjs drops nothing that we write");
});

test("a journal of a newer version, or with an unknown field, is refused", () => {
  const bytes = encodeJournal(journal);
  const newer = Buffer.from(bytes);
  newer[1] = 2;
  assert.throws(() => decodeJournal(newer), /version 2/);
  const unknown = (where: Uint8Array) => Buffer.concat([where, Buffer.from([15 << 3, 1])]);
  assert.throws(() => decodeJournal(unknown(bytes)), /field 15/);
  const inRun = Buffer.concat([bytes, Buffer.from([(4 << 3) | 2, 3, 0xf8, 0x01, 1])]);
  assert.throws(() => decodeJournal(inRun), /run has the field 31/);
  assert.throws(() => decodeJournal(bytes.subarray(2)), /no version/);
});

test("cut bytes are refused, and never half a journal", () => {
  const bytes = encodeJournal(journal);
  for (let length = 3; length < bytes.length; length++) {
    try {
      const half = decodeJournal(bytes.subarray(0, length));
      assert.ok(half.runs.length <= 1 && (half.runs[0] === undefined || half.runs[0].operations.length === 6));
    } catch (error) {
      assert.ok(error instanceof Error && !(error instanceof assert.AssertionError), String(error));
    }
  }
});

test("hidden messages come back as they were, and are as the .proto file says", () => {
  const wake = { run: id, operation: 0, attempts: 2, call: "" };
  assert.deepEqual(readWake(wakeMessage(wake)), wake);
  assert.deepEqual(readWake(wakeMessage({})), { run: "", operation: undefined, attempts: 0, call: "" });
  assert.deepEqual(reflected("Wake", wakeMessage(wake).value), { run: id, operation: 1, attempts: 2 });
  assert.deepEqual(readWake(wakeMessage({ call: "c" })).call, "c");
  const cancel = { run: id, reason: "too late" };
  assert.deepEqual(readCancellation(cancelMessage(cancel)), cancel);
  assert.deepEqual(reflected("Cancel", cancelMessage(cancel).value), cancel);
});

test("what is sent is never pending, and what has a result is not pending any more", () => {
  assert.deepEqual(
    operations.filter(isPending).map(({ key }) => key),
    ["call:a/b/ü:test/y#2", "receive:test/z", "sleep"],
  );
});
