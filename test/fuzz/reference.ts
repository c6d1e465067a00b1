// The meaning of a request according to reflection of proto/*.proto, and where our decoder differs on purpose.

import type { InvocationBatch } from "../../src/model/invocation.js";
import type { Generation } from "../support/calls.js";
import { anyType, toFunction } from "../support/reflection.js";

/** A batch in plain values, bytes as hexadecimal. */
export interface Reading {
  readonly target: readonly string[];
  readonly state: readonly (readonly [string, readonly string[] | undefined])[];
  readonly invocations: readonly {
    readonly caller: readonly string[] | undefined;
    readonly argument: readonly string[];
    readonly metadata: readonly (readonly [string, string | null])[];
  }[];
}

const hex = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString("hex");
const address = ({ namespace = "", type = "", id = "" }: any) => [namespace, type, id];

/** Reads by reflection. Undefined when the bytes are no such message, or lack a part that every request has. */
export function referenceReading(generation: Generation, bytes: Uint8Array): Reading | undefined {
  let invocation: any;
  try {
    invocation = (toFunction[generation].decode(bytes) as any).invocation;
    if (!invocation?.target?.namespace || !invocation.target.type) return undefined;
    if (invocation.invocations.some(({ argument }: any) => !argument)) return undefined;
    return {
      target: address(invocation.target),
      state: invocation.state.map((state: any) => [state.state_name, stateValue(generation, state.state_value)]),
      invocations: invocation.invocations.map(({ caller, argument }: any) => ({
        caller: caller?.type ? address(caller) : undefined,
        argument: [generation === "v2" ? argument.type_url : argument.typename, hex(argument.value)],
        metadata: (argument.metadata ?? []).map(({ key, value, has_value }: any) => [
          key,
          has_value ? hex(value) : null,
        ]),
      })),
    };
  } catch {
    return undefined;
  }
}

function stateValue(generation: Generation, value: any): string[] | undefined {
  if (generation === "v3") return value?.has_value ? [value.typename, hex(value.value)] : undefined;
  const any = anyType.decode(value ?? new Uint8Array(0)) as any;
  return any.type_url === "" ? undefined : [any.type_url, hex(any.value)];
}

/** The reading of our decoder. */
export function readingOf({ target, state, invocations }: InvocationBatch): Reading {
  return {
    target: [target.namespace, target.name, target.id],
    state: state.map(({ name, value }) => [name, value && [value.typename, hex(value.value)]]),
    invocations: invocations.map(({ caller, argument }) => ({
      caller: caller && [caller.namespace, caller.name, caller.id],
      argument: [argument.typename, hex(argument.value)],
      metadata: [...argument.metadata].map(([name, value]) => [name, value && hex(value)] as const),
    })),
  };
}
