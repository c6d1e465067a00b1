// Where an SDK's answer is not ours byte for byte: what is different, and a change that makes the two equal.

import { types } from "../interop/catalogue.ts";

/** A decoded FromFunction, as protobufjs's toObject makes it: bytes as Uint8Array, longs and enums as text. */
type Answer = any;

export interface Difference {
  /** Changes one side or both, so that only this difference goes away. */
  readonly level: (sides: { ours: Answer; theirs: Answer }) => void;
}

const difference = (level: Difference["level"]): Difference => ({ level });
const mutations = (answer: Answer): any[] => answer.invocation_result?.state_mutations ?? [];
const missing = (answer: Answer): any[] => answer.incomplete_invocation_context?.missing_values ?? [];
const packedMessages = (answer: Answer): any[] =>
  (answer.invocation_result?.outgoing_messages ?? []).map((message: any) => message.argument);
const packedEgresses = (answer: Answer): any[] =>
  (answer.invocation_result?.outgoing_egresses ?? []).map((egress: any) => egress.argument);
const packedStates = (answer: Answer): any[] => mutations(answer).map((mutation) => mutation.state_value);
const byName = (a: any, b: any) => (a.state_name < b.state_name ? -1 : 1);

/** Engines keep states by name, so their order means nothing. Ours is the order of declaration. */
export const otherOrderOfStates = difference(({ ours, theirs }) => {
  for (const side of [ours, theirs]) {
    mutations(side).sort(byName);
    missing(side).sort(byName);
  }
});

/** Mode NONE is the default of the enum. Ours and Java's leave the whole message out, others write an empty message. */
export const writesNoExpiration = difference(({ theirs }) => {
  for (const spec of missing(theirs)) {
    if (spec.expiration_spec !== undefined && Object.keys(spec.expiration_spec).length === 0) {
      delete spec.expiration_spec;
    }
  }
});

/** proto3 leaves out a value with the default's bits. -0 has other bits, but an older library compares by value. */
export const losesMinusZero = difference(({ ours }) => {
  for (const argument of packedMessages(ours)) delete argument.value; // 0 is written as no bytes at all
});

/** NaN has many bit patterns; google-protobuf writes 0x7fffffff. */
export const writesAnotherNaN = difference(({ ours, theirs }) => {
  for (const side of [ours, theirs]) {
    for (const argument of packedMessages(side)) {
      if (Number.isNaN(Buffer.from(argument.value).readFloatLE(1))) argument.value = "NaN";
    }
  }
});

/** Ours compares the state with the stored state, and writes nothing when nothing has changed. */
export const writesWhatDoesNotChange = difference(({ ours, theirs }) => {
  const kept = new Set(mutations(ours).map(({ state_name }) => state_name));
  theirs.invocation_result.state_mutations = mutations(theirs).filter(({ state_name }) => kept.has(state_name));
  if (mutations(theirs).length === 0) delete theirs.invocation_result.state_mutations;
});

/** A FromFunction without a response has no effects either. */
export const answersNothingAtAll = difference(({ ours, theirs }) => {
  if (Object.keys(theirs).length === 0 && Object.keys(ours.invocation_result).length === 0)
    theirs.invocation_result = {};
});

/** The JavaScript SDK has no long and no double, so its function lacks those states. */
export const hasFewerStates = difference(({ ours }) => {
  ours.incomplete_invocation_context.missing_values = missing(ours).filter(
    ({ state_name }) => state_name !== "long_value" && state_name !== "double_value",
  );
});

/** Fields are read in any order; google-protobuf writes them in the order of the .proto file. */
export const writesFieldsInAnotherOrder = difference(() => {});

/** Go's dynamic messages write their fields in random order. */
export const shufflesTheParcel = difference(({ ours, theirs }) => {
  for (const side of [ours, theirs]) {
    for (const packed of [...packedMessages(side), ...packedEgresses(side), ...packedStates(side)]) {
      if (packed?.typename?.endsWith("interop.types.Parcel") && packed.value !== undefined) {
        packed.value = JSON.stringify(types.parcel.deserialize(packed.value));
      }
    }
  }
});

/** Languages write JSON with other white space, and with keys in another order. */
export const writesJsonItsOwnWay = difference(({ ours, theirs }) => {
  for (const side of [ours, theirs]) {
    for (const packed of packedEgresses(side)) packed.value = JSON.parse(Buffer.from(packed.value).toString());
  }
});

/** The Python SDK 2.2 takes no text for a record, only a protobuf message. Here it was given a StringValue. */
export const recordHoldsAMessage = difference(({ ours, theirs }) => {
  const records = packedEgresses(theirs);
  packedEgresses(ours).forEach((packed, index) => {
    // Field 2 is the text in ours, and a StringValue with the text in theirs.
    const text = fieldsOf(packed.value);
    const wrapped = fieldsOf(records[index].value);
    wrapped.set(2, fieldsOf(wrapped.get(2) ?? new Uint8Array(0)).get(1));
    packed.value = [1, 2, 3, 4].map((field) => text.get(field));
    records[index].value = [1, 2, 3, 4].map((field) => wrapped.get(field));
  });
});

/** The length-delimited fields of a small message. */
function fieldsOf(bytes: Uint8Array): Map<number, Uint8Array | undefined> {
  const fields = new Map<number, Uint8Array | undefined>();
  for (let at = 0; at < bytes.length; ) {
    const end = at + 2 + (bytes[at + 1] as number);
    fields.set((bytes[at] as number) >> 3, bytes.subarray(at + 2, end));
    at = end;
  }
  return fields;
}
