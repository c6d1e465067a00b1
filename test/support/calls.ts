// Plays the engine: makes request bytes by reflection and reads answers by reflection, in both generations.

import { RequestReplyHandler, type StatefulFunctions } from "../../src/index.js";
import type { SideEffects } from "../../src/model/invocation.js";
import { RecordingLogger } from "./recording-logger.js";
import { anyType, fromFunction, primitiveType, reflected, toFunction, wrapperType } from "./reflection.js";

export type Generation = "v2" | "v3";
export const generations = ["v2", "v3"] as const;

/** Effects that a test fills in. */
export type Effects = { [K in keyof SideEffects]: SideEffects[K][number][] };

/** A value as it travels: its typename and its bytes. */
export interface Packed {
  readonly typename: string;
  readonly value: Uint8Array;
}

export interface CallMessage {
  /** "namespace/name/id". Left out for a message from an ingress. */
  readonly from?: string;
  readonly argument: Packed;
}

export interface Call {
  /** "namespace/name/id". */
  readonly to: string;
  /** Undefined is a state that is declared and not set. */
  readonly state?: ReadonlyMap<string, Packed | undefined> | Readonly<Record<string, Packed | undefined>>;
  readonly messages: readonly CallMessage[];
}

/** Splits "namespace/name/id" from its end. */
function addressOf(text: string): { namespace: string; type: string; id: string } {
  const parts = text.split("/");
  const id = parts.pop() as string;
  const type = parts.pop() as string;
  return { namespace: parts.join("/"), type, id };
}

/** The bytes of a ToFunction. */
export function requestBytes(generation: Generation, { to, state = {}, messages }: Call): Uint8Array {
  const states = state instanceof Map ? [...state] : Object.entries(state);
  return reflected(toFunction[generation], {
    invocation: {
      target: addressOf(to),
      state: states.map(([name, value]) => ({ state_name: name, state_value: stateValue(generation, value) })),
      invocations: messages.map(({ from, argument }) => ({
        ...(from === undefined ? {} : { caller: addressOf(from) }),
        argument: packedField(generation, argument),
      })),
    },
  });
}

function packedField(generation: Generation, { typename, value }: Packed) {
  return generation === "v2" ? { type_url: typename, value } : { typename, has_value: true, value };
}

function stateValue(generation: Generation, value: Packed | undefined) {
  if (generation === "v3") return value === undefined ? { has_value: false } : packedField("v3", value);
  return value === undefined ? new Uint8Array(0) : reflected(anyType, packedField("v2", value));
}

export interface AnswerValue {
  readonly typename: string;
  /** Hexadecimal, so that a failed comparison can be read. */
  readonly hex: string;
}

/** A function's answer in plain values. */
export interface Answer {
  readonly mutations: { name: string; value: AnswerValue | undefined }[];
  readonly messages: { to: string; argument: AnswerValue }[];
  readonly delayed: ({ to: string; argument: AnswerValue; delayMs: number; token?: string } | { cancel: string })[];
  readonly egresses: { egress: string; argument: AnswerValue }[];
}

export interface MissingState {
  readonly name: string;
  readonly typename: string;
  readonly mode: string;
  readonly afterMs: number;
}

/** Reads a FromFunction's invocation_result. */
export function answerOf(generation: Generation, bytes: Uint8Array): Answer {
  const { invocation_result: result } = fromFunction[generation].toObject(fromFunction[generation].decode(bytes), {
    longs: Number,
    enums: String,
  });
  if (result === undefined) throw new Error(`not an invocation_result: ${Buffer.from(bytes).toString("hex")}`);
  const list = (name: string): any[] => result[name] ?? [];
  return {
    mutations: list("state_mutations").map((mutation) => ({
      name: mutation.state_name ?? "",
      value: mutation.mutation_type === "MODIFY" ? mutationValue(generation, mutation.state_value) : undefined,
    })),
    messages: list("outgoing_messages").map(({ target, argument }) => ({
      to: addressText(target),
      argument: answerValue(generation, argument),
    })),
    delayed: list("delayed_invocations").map((entry) =>
      entry.is_cancellation_request
        ? { cancel: entry.cancellation_token }
        : {
            to: addressText(entry.target),
            argument: answerValue(generation, entry.argument),
            delayMs: entry.delay_in_ms ?? 0,
            ...(entry.cancellation_token === undefined ? {} : { token: entry.cancellation_token }),
          },
    ),
    egresses: list("outgoing_egresses").map((egress) => ({
      egress: `${egress.egress_namespace}/${egress.egress_type}`,
      argument: answerValue(generation, egress.argument),
    })),
  };
}

/** Reads a FromFunction's incomplete_invocation_context (v3). */
export function missingOf(bytes: Uint8Array): MissingState[] {
  const { incomplete_invocation_context: incomplete } = fromFunction.v3.toObject(fromFunction.v3.decode(bytes), {
    longs: Number,
    enums: String,
  });
  if (incomplete === undefined) throw new Error("not an incomplete_invocation_context");
  return (incomplete.missing_values ?? []).map((spec: any) => ({
    name: spec.state_name,
    typename: spec.type_typename,
    mode: spec.expiration_spec?.mode ?? "NONE",
    afterMs: spec.expiration_spec?.expire_after_millis ?? 0,
  }));
}

function addressText({ namespace = "", type = "", id = "" }: Record<string, string>): string {
  return `${namespace}/${type}/${id}`;
}

function answerValue(generation: Generation, argument: any): AnswerValue {
  if (generation === "v3" && argument.has_value !== true) throw new Error("a TypedValue without has_value was sent");
  const typename = generation === "v2" ? argument.type_url : argument.typename;
  return { typename, hex: Buffer.from(argument.value ?? []).toString("hex") };
}

function mutationValue(generation: Generation, value: any): AnswerValue {
  return answerValue(generation, generation === "v2" ? anyType.decode(value) : value);
}

const primitives = {
  bool: ["BooleanWrapper", "BoolValue"],
  int: ["IntWrapper", "Int32Value"],
  long: ["LongWrapper", "Int64Value"],
  float: ["FloatWrapper", "FloatValue"],
  double: ["DoubleWrapper", "DoubleValue"],
  string: ["StringWrapper", "StringValue"],
} as const;

/** A primitive as another SDK of this generation would write it. */
export function primitive(generation: Generation, kind: keyof typeof primitives, value: unknown) {
  const [own, wrapper] = primitives[kind];
  const field = typeof value === "bigint" ? value.toString() : value;
  return generation === "v3"
    ? packed(`io.statefun.types/${kind}`, reflected(primitiveType(own), { value: field }))
    : packed(`type.googleapis.com/google.protobuf.${wrapper}`, reflected(wrapperType(wrapper), { value: field }));
}

interface Encoder {
  readonly name: string;
  encode(message: any): { finish(): Uint8Array };
  getTypeUrl(): string;
}

/** A message of a generated class, as any SDK would write it. */
export function message(messageClass: Encoder, properties: Record<string, unknown>): Packed & AnswerValue {
  const bytes = Uint8Array.from(messageClass.encode(properties).finish());
  return { typename: messageClass.getTypeUrl(), value: bytes, hex: Buffer.from(bytes).toString("hex") };
}

/** The form in which an answer shows a packed value. */
export const shown = ({ typename, value }: Packed): AnswerValue => ({
  typename,
  hex: Buffer.from(value).toString("hex"),
});

/** A value of any bytes under any type name. */
export function packed(typename: string, text: Uint8Array | string): Packed & AnswerValue {
  const value = typeof text === "string" ? Buffer.from(text) : text;
  return { typename, value, hex: Buffer.from(value).toString("hex") };
}

/** An engine of one generation, which calls functions and records what they logged. */
export class Engine {
  readonly generation: Generation;
  readonly logger = new RecordingLogger();
  readonly handler: RequestReplyHandler;

  constructor(functions: StatefulFunctions, generation: Generation) {
    this.generation = generation;
    this.handler = new RequestReplyHandler(functions, { logger: this.logger });
  }

  /** Calls and reads the answer. */
  async call(call: Call): Promise<Answer> {
    return answerOf(this.generation, await this.bytes(call));
  }

  /** Calls and expects the answer to ask for states. */
  async missing(call: Call): Promise<MissingState[]> {
    return missingOf(await this.bytes(call));
  }

  bytes(call: Call): Promise<Uint8Array> {
    return this.handler.handle(requestBytes(this.generation, call));
  }
}

/** One address whose state is kept between calls, as an engine keeps it. */
export class Instance {
  readonly state: Map<string, Packed | undefined>;
  readonly #engine: Engine;
  readonly #to: string;

  constructor(engine: Engine, to: string, stateNames: readonly string[]) {
    this.#engine = engine;
    this.#to = to;
    this.state = new Map(stateNames.map((name) => [name, undefined]));
  }

  /** Sends a batch and applies the answer's mutations. */
  async send(...messages: readonly (CallMessage | Packed)[]): Promise<Answer> {
    const answer = await this.#engine.call({
      to: this.#to,
      state: this.state,
      messages: messages.map((entry) => ("argument" in entry ? entry : { argument: entry })),
    });
    for (const { name, value } of answer.mutations) {
      this.state.set(name, value && { typename: value.typename, value: Buffer.from(value.hex, "hex") });
    }
    return answer;
  }
}
