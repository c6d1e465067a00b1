// Requests of an engine that reads how far a batch came, and such answers.

import { WireWriter } from "../../src/bytes/writer.js";
import type { RequestReplyHandler } from "../../src/index.js";
import { offerField } from "../../src/wire/batch-end.js";
import { decodeResponse } from "../../src/wire/decode-response.js";
import { decodePacked } from "../../src/wire/packed.js";
import { type Call, type Generation, requestBytes } from "./calls.js";

/** The bytes of the offer to read {@link BatchEnd}, at the end of a ToFunction. */
const offer = () => {
  const writer = new WireWriter();
  writer.uint32(offerField);
  writer.uint32(1);
  return writer.finish();
};

/** The bytes of a ToFunction that offers to read {@link BatchEnd}. */
export function offeringBytes(generation: Generation, call: Call): Uint8Array {
  return Buffer.concat([requestBytes(generation, call), offer()]);
}

/** The bytes of a ToFunction that ends with the offer, as an engine that is not this package's sends them: without it. */
export const withoutOffer = (request: Uint8Array) => request.subarray(0, request.length - offer().length);

/** Calls a handler as such an engine, and returns how its batch ended, and what was sent and written in short. */
export async function callOffering(handler: RequestReplyHandler, generation: Generation, call: Call) {
  const response = decodeResponse(await handler.handle(offeringBytes(generation, call)));
  if ("missing" in response || response.end === undefined)
    throw new Error("the answer does not say how its batch ended");
  const { effects, end } = response;
  const shown = (bytes: Uint8Array | undefined) =>
    bytes && Buffer.from(decodePacked(bytes, generation).value).toString();
  return {
    ...end,
    mutations: effects.mutations.map(({ name, value }) => [name, shown(value)]),
    messages: effects.messages.map(({ target, argument }) => [String(target), shown(argument)]),
    delayed: effects.delayed.map((entry) =>
      "cancel" in entry ? `cancel ${entry.cancel}` : (entry.cancellationToken ?? shown(entry.argument)),
    ),
    egresses: effects.egresses.map(({ namespace, name, argument }) => [`${namespace}/${name}`, shown(argument)]),
  };
}
