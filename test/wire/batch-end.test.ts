// How the messages of a batch ended, against the .proto files; other engines and SDKs ignore it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Address } from "../../src/model/address.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { decodeResponse } from "../../src/wire/decode-response.js";
import { encodeRequest } from "../../src/wire/encode-request.js";
import { encodeResponse } from "../../src/wire/encode-response.js";
import { generations, requestBytes } from "../support/calls.js";
import { throwsCode } from "../support/expect-code.js";
import { offeringBytes } from "../support/offer.js";
import { fromFunction, reflected, toFunction } from "../support/reflection.js";

const nothing = { mutations: [], messages: [], delayed: [], egresses: [] };
const failure = { code: "REFUSED", message: "no", terminal: true, details: { left: [1, null] }, status: 409 };
const end = {
  consumed: 300,
  ends: [
    { index: 0, failure },
    { index: 7, failure: { code: "B", message: "", terminal: true } },
    { index: 9, deferred: true },
    { index: 10, settles: true },
  ],
  stopped: { code: "HANDLER_FAILED", message: "why", lasting: true },
};

for (const generation of generations) {
  test(`${generation}: it is written as the .proto file says, and read back`, () => {
    const bytes = encodeResponse(nothing, generation, end);
    const { batch_end } = fromFunction[generation].toObject(fromFunction[generation].decode(bytes), {
      defaults: false,
    });
    assert.deepEqual(JSON.parse(JSON.stringify(batch_end)), {
      consumed: 300,
      ends: [
        { failure: { code: "REFUSED", message: "no", details: '{"left":[1,null]}', status: 409 } },
        { index: 7, failure: { code: "B" } },
        { index: 9, deferred: true },
        { index: 10, settles: true },
      ],
      stopped: { code: "HANDLER_FAILED", message: "why" },
      lasting: true,
    });
    const response = decodeResponse(bytes);
    assert.ok("end" in response);
    assert.deepEqual(response.end, end);
  });

  test(`${generation}: a request offers to read it, and one of another engine does not`, () => {
    const call = { to: "a/b/1", messages: [] };
    assert.equal(decodeRequest(offeringBytes(generation, call), generation).partsOffered, true);
    assert.equal(decodeRequest(requestBytes(generation, call), generation).partsOffered, false);
    const request = encodeRequest(Address.of("a/b", "1"), [], [], 0, 0);
    assert.equal(
      (toFunction[generation].decode(request) as unknown as { batch_end_offered: boolean }).batch_end_offered,
      true,
    );
  });

  const malformed: [string, object][] = [
    ["a place that no message of the part has", { consumed: 1, ends: [{ index: 1, deferred: true }] }],
    ["one place twice", { consumed: 2, ends: [{ deferred: true }, { deferred: true }] }],
    ["a failure without a code", { consumed: 1, ends: [{ failure: { message: "no" } }] }],
    ["details that are not JSON", { consumed: 1, ends: [{ failure: { code: "A", details: "{" } }] }],
    [
      "details that a caller's error would refuse",
      { consumed: 1, ends: [{ failure: { code: "A", details: `${"[".repeat(300)}${"]".repeat(300)}` } }] },
    ],
    ["details that are nested too deep", { stopped: { code: "A", details: "[".repeat(100_000) } }],
    ["a status that is no client's fault", { consumed: 1, ends: [{ failure: { code: "A", status: 200 } }] }],
  ];
  for (const [what, batch_end] of malformed) {
    test(`${generation}: ${what} is RESPONSE_MALFORMED`, () => {
      throwsCode(() => decodeResponse(reflected(fromFunction[generation], { batch_end })), "RESPONSE_MALFORMED");
    });
  }
}
