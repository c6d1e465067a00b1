// Every SDK got the same requests and scripts as ours. Its answers have the same meaning, and mostly the same bytes.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RequestReplyHandler } from "statefun-ts";
import { actors } from "../interop/actor.ts";
import { RecordingLogger } from "../support/recording-logger.js";
import { fromFunction, type protocol } from "../support/reflection.js";
import * as differences from "./differences.ts";
import { readGolden } from "./files.ts";

const {
  answersNothingAtAll,
  hasFewerStates,
  losesMinusZero,
  otherOrderOfStates,
  recordHoldsAMessage,
  shufflesTheParcel,
  writesAnotherNaN,
  writesFieldsInAnotherOrder,
  writesJsonItsOwnWay,
  writesNoExpiration,
  writesWhatDoesNotChange,
} = differences;

interface Sdk {
  readonly name: string;
  readonly file: string;
  readonly requests: string;
  readonly generation: keyof typeof protocol;
  /** The requests that the SDK can't answer. */
  readonly unanswered?: readonly string[];
  /** The differences, for each request that the SDK answers with other bytes than ours. */
  readonly differences: Readonly<Record<string, readonly differences.Difference[]>>;
}

const v3 = { requests: "requests/statefun-3.3", generation: "v3" } as const;
const sdks: readonly Sdk[] = [
  {
    name: "the Java SDK 3.3",
    file: "answers/java-3.3",
    ...v3,
    differences: {
      "the first call of a function with states": [otherOrderOfStates],
      "the first call of a function with expirations": [otherOrderOfStates],
      "states set": [otherOrderOfStates],
      "states set to defaults": [otherOrderOfStates],
      "states deleted": [otherOrderOfStates],
      "states deleted that are not set": [writesWhatDoesNotChange],
      "states set to what they are": [writesWhatDoesNotChange],
      "minus zero": [losesMinusZero],
      "minus zero float": [losesMinusZero],
    },
  },
  {
    name: "the Python SDK 3.3",
    file: "answers/python-3.3",
    ...v3,
    differences: {
      "the first call of a function with states": [writesNoExpiration],
      "the first call of a function with expirations": [writesNoExpiration],
      "no effects": [answersNothingAtAll],
      "long and double states are sent": [answersNothingAtAll],
      "states deleted that are not set": [writesWhatDoesNotChange],
      "states set to what they are": [writesWhatDoesNotChange],
      "minus zero": [losesMinusZero],
      "minus zero float": [losesMinusZero],
      "a delayed message arrives": [writesJsonItsOwnWay],
    },
  },
  {
    name: "the Go SDK 3.3",
    file: "answers/go-3.3",
    ...v3,
    differences: {
      "the first call of a function with states": [writesNoExpiration, otherOrderOfStates],
      "the first call of a function with expirations": [writesNoExpiration, otherOrderOfStates],
      "messages of the kinds that every SDK has": [shufflesTheParcel],
      "egress messages": [shufflesTheParcel],
      "states set": [otherOrderOfStates, shufflesTheParcel],
      "long and double states set": [otherOrderOfStates],
      "states set to defaults": [otherOrderOfStates, shufflesTheParcel],
      "states deleted": [otherOrderOfStates],
      "states deleted that are not set": [otherOrderOfStates, writesWhatDoesNotChange],
      "states set to what they are": [otherOrderOfStates, writesWhatDoesNotChange],
      "a delayed message arrives": [writesJsonItsOwnWay],
    },
  },
  {
    name: "the JavaScript SDK 3.3",
    file: "answers/js-3.3",
    ...v3,
    unanswered: ["long and double messages", "minus zero", "long and double states set"],
    differences: {
      "the first call of a function with states": [hasFewerStates],
      "float NaN": [writesAnotherNaN],
      "minus zero float": [losesMinusZero],
      "delayed messages and cancellations": [writesFieldsInAnotherOrder],
      "states deleted that are not set": [writesWhatDoesNotChange],
      "states set to what they are": [writesWhatDoesNotChange],
    },
  },
  {
    name: "the Python SDK 2.2",
    file: "answers/python-2.2",
    requests: "requests/statefun-2.2",
    generation: "v2",
    differences: {
      "no effects": [answersNothingAtAll],
      "long and double states are sent": [answersNothingAtAll],
      "states set": [otherOrderOfStates],
      "states set to defaults": [otherOrderOfStates],
      "states deleted": [otherOrderOfStates],
      "states deleted that are not set": [writesWhatDoesNotChange],
      "states set to what they are": [writesWhatDoesNotChange],
      "minus zero": [losesMinusZero],
      "minus zero float": [losesMinusZero],
      "Kafka records": [recordHoldsAMessage],
      "Kinesis records": [recordHoldsAMessage],
      "a delayed message arrives": [writesJsonItsOwnWay],
    },
  },
];

const logger = new RecordingLogger();
const handler = new RequestReplyHandler(actors(), { logger });
/** Go ranges over maps, so the order that Go wrote may differ in each capture. */
const shuffled: readonly differences.Difference[] = [otherOrderOfStates, shufflesTheParcel];

for (const { name, file, requests, generation, unanswered = [], differences: different } of sdks) {
  describe(name, () => {
    const answers = readGolden(file);
    const asked = readGolden(requests);

    test("answered every request that it can", () => {
      const expected = [...asked.keys()].filter((request) => !unanswered.includes(request));
      assert.deepEqual([...answers.keys()], expected);
      for (const request of Object.keys(different)) assert.ok(answers.has(request), request);
    });

    for (const [request, theirs] of answers) {
      const levellers = different[request];
      if (levellers === undefined) {
        test(`${request}: ours are the same bytes`, async () => {
          assert.equal(hex(await handler.handle(asked.get(request) as Uint8Array)), hex(theirs));
        });
        continue;
      }
      test(`${request}: ours say the same, but ${levellers.map(nameOf).join(" and ")}`, async () => {
        const ours = await handler.handle(asked.get(request) as Uint8Array);
        if (!levellers.some((leveller) => shuffled.includes(leveller))) assert.notEqual(hex(ours), hex(theirs));
        const sides = { ours: decoded(generation, ours), theirs: decoded(generation, theirs) };
        for (const { level } of levellers) level(sides);
        assert.deepEqual(sides.theirs, sides.ours);
      });
    }
  });
}

test("none of our calls failed", () => {
  assert.deepEqual(logger.lines, []);
});

/** Decodes an answer by reflection of proto/, which is independent of the codec in src. */
function decoded(generation: Sdk["generation"], bytes: Uint8Array): any {
  const type = fromFunction[generation];
  return type.toObject(type.decode(Uint8Array.from(bytes)), { longs: String, enums: String });
}

/** "losesMinusZero" → "loses minus zero". */
function nameOf(difference: differences.Difference): string {
  const [name] = Object.entries(differences).find(([, value]) => value === difference) ?? [""];
  return `it ${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
