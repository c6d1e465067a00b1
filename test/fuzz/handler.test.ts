// Mutated requests through the whole handler: each is answered as its bytes say, or refused with a fitting code.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, RequestReplyHandler, StatefunError } from "../../src/index.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { type Answer, answerOf, type Generation, missingOf } from "../support/calls.js";
import { randomOf } from "../support/random.js";
import { type Reading, readingOf } from "./reference.js";
import { mutated } from "./requests.js";
import { functions, seeds } from "./seeds.js";

const rounds = 200_000;

/** The outcomes that are not a fault of the handler; HANDLER_FAILED is a fault. */
const fitting: readonly ErrorCode[] = [
  "REQUEST_MALFORMED",
  "FUNCTION_UNKNOWN",
  "STATE_UNDECLARED",
  "STATE_TYPE_MISMATCH",
  "MESSAGE_UNHANDLED",
  "VALUE_UNREADABLE",
];

test(`${rounds} mutated requests are answered with what they ask for, or refused with a code that fits`, async (t) => {
  const random = randomOf(t);
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => void unhandled.push(reason);
  process.on("unhandledRejection", onUnhandled);
  t.after(() => process.off("unhandledRejection", onUnhandled));
  let logged = 0;
  const logger = { error: () => void logged++, warn: () => void logged++ };
  const handler = new RequestReplyHandler(functions(), { logger });
  const outcomes = new Map<string, number>();
  let failures = 0;
  for (let round = 0; round < rounds; round++) {
    const bytes = mutated(random, seeds);
    const shown = () => `round ${round}: ${Buffer.from(bytes).toString("hex")}`;
    const before = Uint8Array.from(bytes);
    let outcome: string;
    try {
      const answer = await handler.handle(bytes);
      outcome = assertAnswer(bytes, answer, shown);
    } catch (error) {
      if (!(error instanceof StatefunError)) throw error;
      failures++;
      assert.ok(fitting.includes(error.code), `${error.code}: ${error.message}: ${shown()}`);
      outcome = error.code;
      const expected = expectedOf(bytes);
      if (expected !== undefined) assert.equal(error.code, expected, shown());
    }
    assert.ok(Buffer.compare(bytes, before) === 0, `the request's bytes were changed: ${shown()}`);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  await new Promise(setImmediate);
  for (const [outcome, times] of [...outcomes].sort()) t.diagnostic(`${times} × ${outcome}`);
  assert.deepEqual(unhandled, []);
  assert.equal(logged, failures, "every failure is logged once, and nothing else is");
  for (const outcome of ["answered", "asked for states", ...fitting]) {
    assert.ok((outcomes.get(outcome) ?? 0) > 0, `no request came to: ${outcome}`);
  }
});

const isEcho = ({ target }: Reading) => target[0] === "example" && target[1] === "echo";
const sentRaw = ({ state }: Reading) => state.findLast(([name]) => name === "raw");

/** The code that a request must be refused with, as far as its reading shows; "" when it must be answered. */
function expectedOf(bytes: Uint8Array): ErrorCode | "" | undefined {
  const read = readOf(bytes);
  if (read === undefined) return "REQUEST_MALFORMED";
  const { reading, generation } = read;
  const [namespace, name] = reading.target;
  if (namespace !== "example" || (name !== "echo" && name !== "greeter")) return "FUNCTION_UNKNOWN";
  if (!isEcho(reading)) return undefined;
  const sent = sentRaw(reading);
  if (sent === undefined) return generation === "v2" ? "STATE_UNDECLARED" : "";
  return sent[1] !== undefined && sent[1][0] !== "example/raw" ? "STATE_TYPE_MISMATCH" : "";
}

/** The reading of our decoder, which cross-check.test.ts compares with reflection. */
function readOf(bytes: Uint8Array): { reading: Reading; generation: Generation } | undefined {
  try {
    const batch = decodeRequest(bytes);
    return { reading: readingOf(batch), generation: batch.generation };
  } catch {
    return undefined;
  }
}

/** Reads an answer by reflection and compares it with the request. */
function assertAnswer(bytes: Uint8Array, answer: Uint8Array, shown: () => string): string {
  const read = readOf(bytes);
  assert.ok(read !== undefined, shown());
  const { reading, generation } = read;
  const expected = expectedOf(bytes);
  assert.ok(expected === "" || expected === undefined, `answered, not ${expected}: ${shown()}`);
  if (answer[0] === 0xaa) {
    assert.equal(generation, "v3", shown());
    const names = missingOf(answer).map(({ name }) => name);
    const sent = new Set(reading.state.map(([name]) => name));
    const declared = isEcho(reading) ? ["raw"] : ["count", "names", "user"];
    assert.deepEqual(
      names,
      declared.filter((name) => !sent.has(name)),
      shown(),
    );
    return "asked for states";
  }
  const answered = answerOf(generation, answer);
  if (isEcho(reading)) assert.deepEqual(answered, echoOf(reading), shown());
  return "answered";
}

/** The effects that `echo` has for a reading. */
function echoOf(reading: Reading): Answer {
  const raw = sentRaw(reading)?.[1];
  return {
    mutations: [],
    delayed: [],
    messages: reading.invocations.map(({ caller, argument: [typename = "", hex = ""] }) => ({
      to: `example/sink/${caller?.join("/") ?? "ingress"}`,
      // An answer does not show an empty typename.
      argument: { typename: typename || (undefined as never), hex },
    })),
    egresses:
      raw === undefined
        ? []
        : reading.invocations.map(() => ({
            egress: "example/state",
            argument: { typename: "example/raw", hex: raw[1] as string },
          })),
  };
}
