// A bound function: what its class or its registration declares, checked once and frozen.

import { StatefunError, twoCopies } from "../errors.js";
import type { Address } from "../model/address.js";
import type { Expiration } from "../model/expiration.js";
import type { FunctionPolicy } from "../model/function-policy.js";
import type { Generation, Invocation } from "../model/invocation.js";
import { isProtobufCodec, type MessageClass, type ReflectedType } from "../model/protobuf-class.js";
import { isWellFormed } from "../model/text.js";
import type { Type } from "../model/type.js";
import { TypedValue } from "../model/typed-value.js";
import { anyTypename } from "../types/pack.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import type { Context } from "./context.js";
import type { InvocationKind } from "./interceptor.js";
import type { ScheduleSpec } from "./schedule-options.js";
import type { StateProperty } from "./state-property.js";

/** One state of a function, and its place in the object that a batch works on. */
export interface StateSpec {
  readonly name: string;
  readonly type: Type<any>;
  readonly expiration: Expiration;
  /** The property that holds the state; undefined when only get and set reach the property, because it is #private. */
  readonly property: StateProperty | undefined;
  /** Whether an extension keeps the state, so that no code of the user reaches it. Defaults to false. */
  readonly hidden?: boolean;
  get(instance: object): unknown;
  set(instance: object, value: unknown): void;
}

/** A type that a handler is declared to take. TypedValue stands for every type that no other handler takes. */
export type HandledType = TypeLike | typeof TypedValue;

/**
 * The name of a handled type: its typename, or "every other type" for a catch-all. Two handlers with the same name collide.
 * Throws TYPE_UNKNOWN.
 */
export function handledName(handled: HandledType): string {
  const typename = handled === TypedValue ? anyTypename : typeOf(handled as TypeLike).typename;
  return typename === anyTypename ? "every other type" : typename;
}

/**
 * Throws STATE_NAME_INVALID when a state's name is empty, belongs to this package, or holds half a surrogate pair, which UTF-8
 * can't carry.
 */
export function assertStateName(where: string, name: unknown): asserts name is string {
  if (typeof name === "string" && name.startsWith("statefun.")) {
    throw new StatefunError(
      "STATE_NAME_INVALID",
      `${where} needs another name: the states of the package itself begin with "statefun.".`,
    );
  }
  if (typeof name === "string" && name !== "" && isWellFormed(name)) return;
  throw new StatefunError(
    "STATE_NAME_INVALID",
    `${where} needs the name under which the value is kept: a string that is not empty, for example "count".`,
  );
}

/** Whether a method is a generator: a call of it runs nothing, it only makes an iterator. */
export function isGenerator(method: unknown): boolean {
  return typeof method === "function" && /^(Async)?GeneratorFunction$/.test(Reflect.get(method, Symbol.toStringTag));
}

/** Whether a method is an async function. A method that is none may return a promise as well. */
export function isAsync(method: unknown): boolean {
  return typeof method === "function" && Reflect.get(method, Symbol.toStringTag) === "AsyncFunction";
}

/** One handler of a function. */
export interface Handler {
  /** Whether the handler only reads the states and answers. */
  readonly readOnly: boolean;
  /** Whether the method's first argument may hold a view of the message's bytes, through which the method may change them. */
  readonly sharesBytes: boolean;
  /** Makes the method's first argument of the packed message. */
  decode(argument: TypedValue): unknown;
  call(instance: object, message: unknown, context: Context): unknown;
  /** Says what the message is to its function. Defaults to "message". */
  readonly kind?: ((instance: object, context: Context) => InvocationKind) | undefined;
}

/** A type that a function declares to take, and the name of its method. */
export interface HandledDeclaration {
  readonly type: Type<any>;
  readonly name: string;
}

/** A function that is bound or registered. */
export interface FunctionSpec {
  readonly typeName: string;
  /** What happens when a message fails, as far as the class or the registration says. */
  readonly policy: FunctionPolicy;
  readonly states: readonly StateSpec[];
  /** The index of each state in `states`, by its name. */
  readonly stateIndex: ReadonlyMap<string, number>;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly catchAll: Handler | undefined;
  /** The types that the function declares to take, in their order, without catch-alls. */
  readonly handled: readonly HandledDeclaration[];
  /** Those of them that begin a run of a workflow. */
  readonly begun: readonly HandledDeclaration[];
  /** When the function gets a message by itself, on the embedded runtime. */
  readonly schedules: readonly ScheduleSpec[];
  /** Finds the handlers of messages that belong to an extension; undefined when the function has none. */
  readonly claim: Claim | undefined;
  /** Notes the calls of handlers; undefined when the function has no extension. */
  readonly beginCall: BeginCall | undefined;
  /** Makes the object that one batch works on: an instance of the class, or an object that holds the states. */
  create(): object | Promise<object>;
  /** Makes an object that holds the defaults of the states; undefined when only the user's own code makes instances. */
  readonly makeDefaults: (() => object) | undefined;
}

/** A declared handler, before it is indexed by its types. */
export interface HandlerSource {
  readonly types: readonly HandledType[];
  /** The name that error messages use, for example "greet". */
  readonly name: string;
  readonly readOnly: boolean;
  readonly call: Handler["call"];
  readonly kind?: Handler["kind"];
}

/** A method that an extension takes care of. */
export interface ExtendedMethod {
  /** The types of the messages that come to the method; empty when no message comes to it by its type. */
  readonly types: readonly HandledType[];
  /** The name that error messages use. */
  readonly name: string;
  /** What the method's decorator was given, in the form of the extension. */
  readonly options: unknown;
  /** Calls the method with any arguments. */
  call(instance: object, ...args: readonly unknown[]): unknown;
}

/** Takes care of methods. */
export interface Extension {
  /** Binds the methods of one function. */
  bind(typeName: string, methods: readonly ExtendedMethod[]): BoundExtension;
}

/** What an extension gives one function. */
export interface BoundExtension {
  /** The states that the extension keeps. No property of the class holds them. */
  readonly states: readonly StateSpec[];
  /** The handlers of the methods' types. */
  readonly sources: readonly HandlerSource[];
  readonly claim: Claim;
  readonly beginCall: BeginCall;
}

/** What is declared of a method that takes answers. */
export interface AnswerOptions {
  /** The types of the answers; empty for the type of this process that has the answer's typename. */
  readonly answers: readonly HandledType[];
}

/** A call whose answer goes to another method. */
export interface ContinuedCall {
  readonly to: Address;
  /** The method that gets the answer. */
  readonly then: string;
  /** The method that gets the failure; undefined when none does. */
  readonly failed: string | undefined;
  readonly timeoutMs: number | undefined;
}

/** Notes a call of the handler with this context, and returns the token of its request. Throws CONTINUATION_UNKNOWN and CALLS_FULL. */
export type BeginCall = (context: Context, call: ContinuedCall) => string;

/** Finds the handler of a message before the handlers' types are looked at; undefined leaves the message to them. */
export type Claim = (spec: FunctionSpec, message: Invocation, batch: ClaimingBatch) => Handler | undefined;

/** The batch in which a message is claimed. */
export interface ClaimingBatch {
  readonly address: Address;
  readonly generation: Generation;
  /** The object that holds the states. */
  readonly instance: object;
}

/** The methods of a function that are more than handlers, and the extension that takes care of them. */
export interface ExtendedMethods {
  readonly extension: Extension;
  readonly methods: readonly ExtendedMethod[];
}

/**
 * Checks and freezes a function's declaration. Throws HANDLER_DUPLICATE, HANDLER_MISSING, STATE_DUPLICATE,
 * TYPE_UNKNOWN, and OPTION_INVALID for a schedule whose message no handler takes.
 */
export function makeFunctionSpec(
  { typeName, policy, schedules }: Pick<FunctionSpec, "typeName" | "policy" | "schedules">,
  ownStates: readonly StateSpec[],
  handlers: readonly HandlerSource[],
  { create, makeDefaults }: Pick<FunctionSpec, "create" | "makeDefaults">,
  extended?: ExtendedMethods,
): FunctionSpec {
  const bound = extended?.extension.bind(typeName, extended.methods);
  const sources = bound === undefined ? handlers : [...handlers, ...bound.sources];
  const states = bound === undefined ? ownStates : [...ownStates, ...bound.states];
  if (sources.length === 0) {
    throw new StatefunError(
      "HANDLER_MISSING",
      `${typeName} has no handler. Put @Handles(Type) on a public method. (If it has one already, ${twoCopies}.)`,
    );
  }
  const indexed = indexHandlers(typeName, sources);
  for (const { name, typename, where } of schedules) {
    if (typename === undefined || indexed.catchAll !== undefined || indexed.handlers.has(typename)) continue;
    throw new StatefunError(
      "OPTION_INVALID",
      `${where}: the schedule "${name}" sends a ${typename}, for which ${typeName} has no handler.`,
    );
  }
  return Object.freeze({
    typeName,
    policy,
    states,
    stateIndex: indexStates(typeName, states),
    ...indexed,
    begun: (bound?.sources ?? []).flatMap(({ types, name }) =>
      types.map((type) => ({ type: typeOf(type as TypeLike), name })),
    ),
    schedules,
    claim: bound?.claim,
    beginCall: bound?.beginCall,
    create,
    makeDefaults,
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
  for (const { types, name, readOnly, call, kind } of sources) {
    for (const handled of types) {
      claim(handledName(handled), name);
      const anyDecoder = untypedDecoder(handled);
      if (anyDecoder !== undefined) {
        catchAll = { readOnly, sharesBytes: true, decode: anyDecoder, call, kind };
        continue;
      }
      const type = typeOf(handled as TypeLike);
      const handler: Handler = {
        readOnly,
        sharesBytes: type.sharesBytes,
        decode: (argument) => type.unpack(argument),
        call,
        kind,
      };
      handlers.set(type.typename, handler);
      declared.push({ type, name });
      if (type.v2 !== undefined) v2Forms.push([type.v2.typename, handler]);
    }
  }
  // A v2 function sends an int as a google.protobuf wrapper. The handler of Types.int takes the wrapper too, unless
  // another handler names the wrapper.
  for (const [typename, handler] of v2Forms) {
    if (!handlers.has(typename)) handlers.set(typename, handler);
  }
  return { handlers, catchAll, handled: declared };
}

/** Decodes messages for a catch-all: TypedValue and google.protobuf.Any both stand for a message of any type. */
function untypedDecoder(handled: HandledType): Handler["decode"] | undefined {
  if (handled === TypedValue) return (argument) => argument;
  if (!isProtobufCodec(handled) || typeOf(handled).typename !== anyTypename) return undefined;
  const any: MessageClass | ReflectedType = handled;
  const make = (fields: object) => (typeof any === "function" ? new any(fields) : any.create(fields));
  // The field of a class that was made with pbjs --keep-case is called type_url, otherwise typeUrl.
  const urlField = "type_url" in make({}) ? "type_url" : "typeUrl";
  return ({ typename, value }) => make({ [urlField]: typename, value });
}
