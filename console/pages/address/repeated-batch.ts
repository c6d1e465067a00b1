// A recorded batch as a test repeats it.

import type { HeldState } from "../../../src/runtime/admin/api/addresses.js";
import type { RecordedBatch } from "../../../src/runtime/admin/api/batches.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import type { ShownValue } from "../../../src/runtime/admin/api/values.js";
import type { OutgoingMessage } from "../../copy/message.js";
import type { NamedState, RepeatedBatch } from "../../copy/test-code.js";

/**
 * Makes what a test repeats. Undefined when a value or a message was not recorded as a whole. States that the batch did not change
 * are not recorded: the test begins with what the address has of them now.
 */
export function repeatedBatchOf(
  batch: RecordedBatch,
  known: OneFunction | undefined,
  held: readonly HeldState[],
): RepeatedBatch | undefined {
  const { function: functionName, id, messages, moreMessages, states } = batch;
  if (moreMessages > 0 || messages.length === 0) return undefined;
  const contents = messages.map(({ typename, ...message }) => {
    const content = contentOf({ typename, ...message });
    return content && { typename, kind: kindOf(known, typename), content };
  });
  const changed = new Set(states.map(({ name }) => name));
  const others = held.filter(({ name }) => !changed.has(name)).map((state) => namedState(state.name, state));
  const before = [...states.map(({ name, before }) => namedState(name, before)), ...others];
  const after = states.map(({ name, after }) => namedState(name, after));
  if (!isWhole(contents) || !isWhole(before) || !isWhole(after)) return undefined;
  const isSet = (state: NamedState | null): state is NamedState => state !== null;
  return { functionName, id, messages: contents, before: before.filter(isSet), after: after.filter(isSet) };
}

/** The content of a value that is there as a whole; undefined otherwise. */
function contentOf(shown: ShownValue): OutgoingMessage["content"] | undefined {
  if ("value" in shown) return { value: shown.value };
  return "base64" in shown ? { base64: shown.base64 } : undefined;
}

/** How the type of a message turns into JSON. A type that the function does not name is taken for JSON. */
function kindOf(known: OneFunction | undefined, typename: string): OutgoingMessage["kind"] {
  return known?.handlers.find((handler) => handler.typename === typename)?.kind ?? "json";
}

/** The states that a test can begin with. Those of which only the bytes or the head are known are left out. */
export function namedStates(held: readonly HeldState[]): NamedState[] {
  return held.flatMap((state) => namedState(state.name, state) ?? []);
}

/** A state that is not set is null. A state of which only the bytes or the head are known is undefined. */
function namedState(name: string, value: ShownValue | null): NamedState | null | undefined {
  if (value === null) return null;
  return "value" in value ? { name, typename: value.typename, value: value.value } : undefined;
}

const isWhole = <T>(parts: readonly (T | undefined)[]): parts is readonly T[] => !parts.includes(undefined);
