// Requests that are made to be expensive. Their cost is bounded by their size.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type Context,
  json,
  RequestReplyHandler,
  StatefulFunctions,
  StatefunError,
  type TypedValue,
  Types,
} from "../../src/index.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { answerOf, type Generation, generations, packed, requestBytes } from "../support/calls.js";
import { throwsCode } from "../support/expect-code.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { request } from "./requests.js";
import { bytes, encode, type Field, flag, message, text, varint } from "./wire-tree.js";

const target = message(1, text(1, "a"), text(2, "b"), text(3, "c"));
const plain = { typename: "x/y", value: Buffer.from("1") };
const lengths = [2 ** 20, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** Every place of a request, with its content replaced. */
const places: Record<string, (field: Field) => Field[]> = {
  "the request": (field) => [{ ...field, number: 100 }],
  "the target": (field) => [message(100, { ...field, number: 1 })],
  "the target's id": (field) => [message(100, message(1, text(1, "a"), text(2, "b"), { ...field, number: 3 }))],
  "a state": (field) => [message(100, target, { ...field, number: 2 })],
  "a state's name": (field) => [message(100, target, message(2, { ...field, number: 1 }))],
  "a state's value": (field) => [message(100, target, message(2, text(1, "s"), { ...field, number: 2 }))],
  "a message": (field) => [message(100, target, { ...field, number: 3 })],
  "an argument": (field) => [message(100, target, message(3, { ...field, number: 2 }))],
  "an argument's typename": (field) => [message(100, target, message(3, message(2, { ...field, number: 1 })))],
  "a v2 argument's bytes": (field) => [
    message(100, target, message(3, message(2, text(1, "x/y"), { ...field, number: 2 }))),
  ],
  "a v3 argument's bytes": (field) => [
    message(100, target, message(3, message(2, text(1, "x/y"), flag(2, true), { ...field, number: 3 }))),
  ],
  "a field that nobody knows": (field) => [message(100, target, { ...field, number: 77 })],
};
for (const [place, around] of Object.entries(places)) {
  test(`a length that ${place} does not have is REQUEST_MALFORMED, and costs nothing`, () => {
    const before = process.memoryUsage().arrayBuffers;
    for (const length of lengths) {
      const claimed = encode(around({ ...bytes(0, Buffer.from("abc")), claimedLength: BigInt(length) }));
      throwsCode(() => decodeRequest(claimed), "REQUEST_MALFORMED");
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20);
  });
}

test("groups in groups are skipped to a depth of 100 and refused beyond it, without a stack overflow", () => {
  const nested = (depth: number) => {
    const groups = Buffer.concat([Buffer.alloc(depth, 0x7b), Buffer.alloc(depth, 0x7c)]); // field 15
    const whole = encode(request("v3", "echo", {}, [plain]));
    return Buffer.concat([groups, whole]);
  };
  assert.equal(decodeRequest(nested(90)).invocations.length, 1);
  for (const depth of [110, 10_000, 5_000_000]) throwsCode(() => decodeRequest(nested(depth)), "REQUEST_MALFORMED");
});

test("messages in messages are bytes that nobody reads, however deep", () => {
  let inner = Buffer.from([0x08, 1]);
  for (let depth = 0; depth < 10_000; depth++)
    inner = Buffer.concat([Buffer.from([0x7a, ...varint(BigInt(inner.length))]), inner]);
  const whole = Buffer.concat([inner, encode(request("v3", "echo", {}, [plain]))]);
  assert.equal(decodeRequest(whole).invocations.length, 1);
});

function count(_message: TypedValue, _context: Context, state: { count: number | undefined }): void {
  state.count = (state.count ?? 0) + 1;
}
const functions = new StatefulFunctions()
  .register("example/count", count, { state: { count: Types.int } })
  .register("example/json", (value, context) => context.sendEgress("example/out", typeof value), {
    handles: [json<unknown>("example/json")],
  })
  .register("example/kept", (_message, context) => context.state.set("kept", context.state.get("kept") ?? ""), {
    state: { kept: json<unknown>("example/json") },
  });
const handler = (logger = new RecordingLogger()) => new RequestReplyHandler(functions, { logger });

for (const generation of generations) {
  test(`${generation}: 50,000 messages in one request are handled, each once`, async () => {
    const messages = Array.from({ length: 50_000 }, () => ({ argument: packed("x/y", "1") }));
    const state = { count: undefined };
    const answer = await handler().handle(requestBytes(generation, { to: "example/count/1", state, messages }));
    const [mutation] = answerOf(generation, answer).mutations;
    assert.match(mutation?.value?.hex ?? "", generation === "v2" ? /^08d08603$/ : /^0d50c30000$/);
  });

  test(`${generation}: a state that is sent 100,000 times counts once, as it was last`, async () => {
    const value = (count: number) =>
      generation === "v2"
        ? { typename: "type.googleapis.com/google.protobuf.Int32Value", value: Buffer.from([0x08, count]) }
        : { typename: "io.statefun.types/int", value: Buffer.from([0x0d, count, 0, 0, 0]) };
    const stateField = (count: number) =>
      ((request(generation, "count", { count: value(count) }, [])[0] as Field).content as Field[])[1];
    const whole = (request(generation, "count", {}, [plain])[0] as Field).content as Field[];
    const many = Array.from({ length: 100_000 }, () => stateField(5) as Field);
    const answer = await handler().handle(encode([message(100, ...whole, ...many, stateField(7) as Field)]));
    const [mutation, ...more] = answerOf(generation, answer).mutations;
    assert.equal(mutation?.value?.hex, generation === "v2" ? "0808" : "0d08000000");
    assert.deepEqual(more, []);
  });

  test(`${generation}: JSON of arrays in arrays, two million deep, is read or refused, in a message and in a state`, async () => {
    const deep = packed("example/json", "[".repeat(2_000_000) + "]".repeat(2_000_000));
    for (const call of [
      { to: "example/json/1", messages: [{ argument: deep }] },
      { to: "example/kept/1", state: { kept: deep }, messages: [{ argument: plain }] },
    ]) {
      try {
        await handler().handle(requestBytes(generation, call));
      } catch (error) {
        assert.ok(error instanceof StatefunError);
        assert.ok(["VALUE_UNREADABLE", "VALUE_INVALID"].includes(error.code), error.code);
      }
    }
  });
}

/** Decodes a body of one repeated entry in a process of its own, and reports what that took. */
function cost(entry: readonly Field[], generation: Generation, heapMb: number, megabytes: number) {
  const unit = encode(entry);
  const script = fileURLToPath(new URL("bomb.ts", import.meta.url));
  const args = [
    "--import",
    "tsx",
    `--max-old-space-size=${heapMb}`,
    script,
    unit.toString("hex"),
    generation,
    String(megabytes),
  ];
  const child = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 60_000 });
  return { code: child.status, out: child.stdout, err: child.stderr };
}

const entries: Record<string, readonly Field[]> = {
  "messages without an argument": [message(3)],
  "messages of an empty argument": [message(3, message(2))],
  "states without a name": [message(2)],
  "states of an empty value": [message(2, message(2))],
};
for (const [what, entry] of Object.entries(entries)) {
  test(`32 MiB of ${what} fit a heap of 256 MiB`, () => {
    const { code, out, err } = cost(entry, "v3", 256, 32);
    assert.equal(code, 0, err.slice(0, 500));
    assert.match(out, /^(answered|REQUEST_MALFORMED|REQUEST_TOO_LARGE)$/m);
  });
}
