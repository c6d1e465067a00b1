// A bound function: what its class or its registration came to, checked once and frozen.

import { StatefunError } from "../errors.js";
import type { Expiration } from "../model/expiration.js";
import { isProtobufCodec, type MessageClass, type ReflectedType } from "../model/protobuf-class.js";
import { isWellFormed } from "../model/text.js";
import type { Type } from "../model/type.js";
import { TypedValue } from "../model/typed-value.js";
import { anyTypename } from "../types/pack.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import type { Context } from "./context.js";
import type { StateProperty } from "./state-property.js";

/** One state of a function, and where it lives on the object that a batch works on. */
export interface StateSpec {
  readonly name: string;
  readonly type: Type<any>;
  readonly expiration: Expiration;
  /** The property it lives in; undefined when only get and set reach it, as a #private one. */
  readonly property: StateProperty | undefined;
  get(instance: object): unknown;
  set(instance: object, value: unknown): void;
}

/** What a handler can be declared to take: a type, or TypedValue for every type that no other handler takes. */
export type HandledType = TypeLike | typeof TypedValue;

/** What a declared type is told apart by: its typename, or the words for a catch-all. Throws TYPE_UNKNOWN. */
export function handledName(handled: HandledType): string {
  const typename = handled === TypedValue ? anyTypename : typeOf(handled as TypeLike).typename;
  return typename === anyTypename ? "every other type" : typename;
}

/** Throws STATE_NAME_INVALID when a state has no name, or one that would change on its way to the engine. */
export function assertStateName(where: string, name: unknown): asserts name is string {
  if (typeof name === "string" && name !== "" && isWellFormed(name)) return;
  throw new StatefunError(
    "STATE_NAME_INVALID",
    `${where} needs the name to keep the value under: a string that is not empty, for example "count".`,
  );
}

/** Whether a function only makes an iterator when it is called. */
export function isGenerator(method: unknown): boolean {
  return typeof method === "function" && /^(Async)?GeneratorFunction$/.test(Reflect.get(method, Symbol.toStringTag));
}

/** One handler of a function. */
export interface Handler {
  /** What the method is called with. */
  decode(argument: TypedValue): unknown;
  call(instance: object, message: unknown, context: Context): unknown;
}

/** A type that a function declares to take, and the name of its method. */
export interface HandledDeclaration {
  readonly type: Type<any>;
  readonly name: string;
}

/** A bound function. */
export interface FunctionSpec {
  readonly typeName: string;
  readonly states: readonly StateSpec[];
  /** Where each state name stands in `states`. */
  readonly stateIndex: ReadonlyMap<string, number>;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly catchAll: Handler | undefined;
  /** What it declares to take, in order, catch-alls left out. */
  readonly handled: readonly HandledDeclaration[];
  /** Makes the object that one batch works on: an instance of the class, or a record of states. */
  create(): object | Promise<object>;
}

/** What a declared handler takes, before it is indexed. */
export interface HandlerSource {
  readonly types: readonly HandledType[];
  /** How error messages call it, for example "greet". */
  readonly name: string;
  readonly call: Handler["call"];
}

/** Checks and freezes a function. Throws HANDLER_DUPLICATE, HANDLER_MISSING, STATE_DUPLICATE, TYPE_UNKNOWN. */
export function makeFunctionSpec(
  typeName: string,
  states: readonly StateSpec[],
  sources: readonly HandlerSource[],
  create: FunctionSpec["create"],
): FunctionSpec {
  if (sources.length === 0) {
    throw new StatefunError("HANDLER_MISSING", `${typeName} has no handler. Put @Handles(Type) on a public method.`);
  }
  return Object.freeze({
    typeName,
    states,
    stateIndex: indexStates(typeName, states),
    ...indexHandlers(typeName, sources),
    create,
  });
}

function indexStates(typeName: string, states: readonly StateSpec[]): Map<string, number> {
  const index = new Map<string, number>();
  states.forEach(({ name }, position) => {
    if (index.has(name)) throw new StatefunError("STATE_DUPLICATE", `${typeName} declares the state "${name}" twice.`);
    index.set(name, position);
  });
  return index;
}

function indexHandlers(
  typeName: string,
  sources: readonly HandlerSource[],
): Pick<FunctionSpec, "handlers" | "catchAll" | "handled"> {
  const handlers = new Map<string, Handler>();
  const declared: HandledDeclaration[] = [];
  const names = new Map<string, string>();
  const v2Forms: [string, Handler][] = [];
  let catchAll: Handler | undefined;
  const claim = (taken: string, name: string) => {
    const other = names.get(taken);
    if (other !== undefined) {
      const both = other === name ? `${name} takes ${taken} twice` : `${other} and ${name} both take ${taken}`;
      throw new StatefunError("HANDLER_DUPLICATE", `In ${typeName}, ${both}. A message goes to one handler.`);
    }
    names.set(taken, name);
  };
  for (const { types, name, call } of sources) {
    for (const handled of types) {
      claim(handledName(handled), name);
      const anyDecoder = untypedDecoder(handled);
      if (anyDecoder !== undefined) {
        catchAll = { decode: anyDecoder, call };
        continue;
      }
      const type = typeOf(handled as TypeLike);
      const handler: Handler = { decode: (argument) => type.unpack(argument), call };
      handlers.set(type.typename, handler);
      declared.push({ type, name });
      if (type.v2 !== undefined) v2Forms.push([type.v2.typename, handler]);
    }
  }
  // A handler of Types.int also takes the wrapper that a v2 function sends for one, unless a handler names the wrapper.
  for (const [typename, handler] of v2Forms) {
    if (!handlers.has(typename)) handlers.set(typename, handler);
  }
  return { handlers, catchAll, handled: declared };
}

/** TypedValue and protobuf's own google.protobuf.Any both stand for a message of any type. */
function untypedDecoder(handled: HandledType): Handler["decode"] | undefined {
  if (handled === TypedValue) return (argument) => argument;
  if (!isProtobufCodec(handled) || typeOf(handled).typename !== anyTypename) return undefined;
  const any: MessageClass | ReflectedType = handled;
  const make = (fields: object) => (typeof any === "function" ? new any(fields) : any.create(fields));
  // keep-case decides between the two.
  const urlField = "type_url" in make({}) ? "type_url" : "typeUrl";
  return ({ typename, value }) => make({ [urlField]: typename, value });
}
