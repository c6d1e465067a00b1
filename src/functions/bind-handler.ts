// A plain function and its declared messages and states → FunctionSpec: everything a class can do, without decorators.

import { StatefunError } from "../errors.js";
import type { Duration } from "../model/duration.js";
import { expirationOptions, parseExpiration } from "../model/expiration.js";
import { type FunctionOptions, functionOptions, policyOf } from "../model/function-policy.js";
import { checked, defineOptions, unchecked } from "../model/options.js";
import { isProtobufCodec, isStandardSchema } from "../model/protobuf-class.js";
import { expectAwaits } from "../model/running-handler.js";
import { parseTypeName } from "../model/type-name.js";
import { TypedValue, type ValueOf } from "../model/typed-value.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import type { Context } from "./context.js";
import type { MessageOf } from "./decorator-types.js";
import {
  assertStateName,
  type FunctionSpec,
  type HandledType,
  handledName,
  isAsync,
  isGenerator,
  makeFunctionSpec,
  type StateSpec,
} from "./function-spec.js";
import {
  continuationsOption,
  type MakeWorkflow,
  type RegisteredWorkflow,
  registeredMethods,
  workflowsOption,
} from "./registered-methods.js";
import { readSchedules, type ScheduleOptions } from "./schedule-options.js";
import { StateProperty } from "./state-property.js";

/** A state of a registered handler: its type, and options of the state. */
export interface StateOptions<L extends TypeLike = TypeLike> {
  /** The type of the state's values. */
  readonly type: L;
  /** The name under which the engine keeps the state. Defaults to the state's key in the declaration. */
  readonly name?: string;
  /** The value while nothing is stored: a primitive, or a function that makes the value. Defaults to undefined. */
  readonly default?: ValueOf<L> | (() => ValueOf<L>);
  /** The value is cleared this long after it was last written. Defaults to never. */
  readonly expireAfterWrite?: Duration;
  /** The value is cleared this long after the function was last called for its address. Defaults to never. */
  readonly expireAfterCall?: Duration;
}

/** The states of a registered handler: their types, by their keys on the `state` argument. */
export type StateShape = Readonly<Record<string, TypeLike | StateOptions<any>>>;

/** The `state` argument of a handler. A state that is not set is undefined; setting a state to undefined clears it. */
export type StateOf<S extends StateShape> = { -readonly [K in keyof S]: StateValue<S[K]> };

type StateValue<D> = D extends { readonly type: infer L extends TypeLike; readonly default: unknown }
  ? ValueOf<L>
  : D extends { readonly type: infer L extends TypeLike }
    ? ValueOf<L> | undefined
    : D extends TypeLike
      ? ValueOf<D> | undefined
      : never;

/**
 * A plain function as a handler. Its returned value answers a client that waits, and is ignored for any other caller.
 */
export type FunctionHandler<H extends readonly HandledType[], S extends StateShape> = (
  message: MessageOf<H>,
  context: Context,
  state: StateOf<S>,
) => unknown;

/** Options of `functions.register`. */
export interface RegisterOptions<H extends readonly HandledType[], S extends StateShape> extends FunctionOptions {
  /** The types that the handler takes. Defaults to every type, as a TypedValue. */
  readonly handles?: H;
  /**
   * The types of those messages for which the handler only reads the states and answers; see {@link HandlesOptions}. They must
   * be among `handles`. Defaults to none.
   */
  readonly readOnly?: readonly HandledType[];
  /** The states that the handler keeps. Defaults to none. */
  readonly state?: S & CheckedDefaults<S>;
  /** The schedules by which the handler gets messages, on the embedded runtime; see {@link Schedule}. Defaults to none. */
  readonly schedules?: readonly ScheduleOptions[];
  /**
   * Makes the workflows of the function, each with the function that it is given. A function with workflows may have no handler.
   * Defaults to none.
   */
  readonly workflows?: (workflow: MakeWorkflow<StateOf<S>>) => readonly RegisteredWorkflow[];
  /**
   * The functions that get the answers to calls of the handler, by the names that `context.call` names as `then` and as `failed`. An
   * answer is read as the type of this process that has its typename. Defaults to none.
   */
  readonly continuations?: Readonly<Record<string, ContinuationHandler<S>>>;
}

/** A plain function that gets the answers to calls, or their failures. */
export type ContinuationHandler<S extends StateShape> = (answer: any, context: Context, state: StateOf<S>) => unknown;

/** Checks each default against its state's type: a primitive, or a function that makes the value. */
type CheckedDefaults<S extends StateShape> = {
  readonly [K in keyof S]: S[K] extends { readonly type: infer L extends TypeLike; readonly default: unknown }
    ? { readonly default: DefaultOf<ValueOf<L>> }
    : unknown;
};

type DefaultOf<V> = (V extends object ? never : V) | (() => V);

type AnyOptions = RegisterOptions<readonly HandledType[], any>;

const registerOptions = defineOptions<AnyOptions>()({
  handles: checked("a list of types: handles: [User, Admin]", (input): input is readonly HandledType[] =>
    Array.isArray(input),
  ),
  readOnly: checked("a list of types: readOnly: [GetStatus]", (input): input is readonly HandledType[] =>
    Array.isArray(input),
  ),
  state: unchecked<StateShape>(),
  schedules: checked(
    "a list of schedules: schedules: [{ name, cron, … }]",
    (input): input is readonly ScheduleOptions[] => Array.isArray(input),
  ),
  workflows: workflowsOption,
  continuations: continuationsOption,
  ...functionOptions.described,
});

const stateOptions = defineOptions<StateOptions<any>>()({
  type: unchecked<TypeLike>(),
  name: unchecked<string>(),
  default: unchecked<unknown>(),
  ...expirationOptions.described,
});

/**
 * Makes a FunctionSpec of a plain function. Throws TYPE_NAME_INVALID, HANDLER_MISSING, HANDLER_DUPLICATE and
 * OPTION_INVALID.
 */
export function bindHandler(
  typeName: string,
  handler: FunctionHandler<any, any> | undefined,
  options: AnyOptions,
): FunctionSpec {
  parseTypeName(typeName);
  const where = `register("${typeName}")`;
  const {
    handles = [],
    readOnly = [],
    state = {},
    schedules,
    workflows,
    continuations,
    ...own
  } = registerOptions.read(where, options);
  const handlers = handler === undefined && workflows !== undefined ? [] : [assertHandler(typeName, handler)];
  const declared = Object.entries(state).map(([key, declaration]) => readState(typeName, key, declaration));
  const types = handles.length === 0 && handlers.length > 0 ? [TypedValue] : handles;
  const looking = readOnly.map(handledName);
  for (const name of looking) {
    if (types.some((type) => handledName(type) === name)) continue;
    throw new StatefunError(
      "OPTION_INVALID",
      `register("${typeName}"): readOnly names ${name}, which the function does not handle. Add the type to handles.`,
    );
  }
  const sources = handlers.flatMap((handle) =>
    types.map((type) => ({
      name: handle.name || "handler",
      types: [type],
      readOnly: looking.includes(handledName(type)),
      call: (instance: object, message: unknown, context: Context) =>
        handle(message as never, context, instance as never),
    })),
  );
  const create = () => {
    const instance: Record<string, unknown> = {};
    for (const { key, initial } of declared) instance[key] = initial();
    return instance;
  };
  return makeFunctionSpec(
    { typeName, policy: policyOf(own), schedules: readSchedules(where, schedules) },
    declared.map(({ spec }) => spec),
    sources,
    { create, makeDefaults: create },
    registeredMethods(workflows, continuations),
  );
}

/** Throws HANDLER_MISSING. */
function assertHandler(typeName: string, handler: unknown): FunctionHandler<any, any> {
  if (typeof handler !== "function") {
    throw new StatefunError("HANDLER_MISSING", `${typeName} was registered without a function to call.`);
  }
  if (/^class\b/.test(Function.prototype.toString.call(handler))) {
    throw new StatefunError(
      "HANDLER_MISSING",
      `${typeName} was registered with a class. bind(${handler.name}) adds a class.`,
    );
  }
  if (isGenerator(handler)) {
    throw new StatefunError(
      "HANDLER_MISSING",
      `${typeName} was registered with a generator, which does not run when it is called. Register a plain or async function.`,
    );
  }
  if (isAsync(handler)) expectAwaits();
  return handler as FunctionHandler<any, any>;
}

function readState(typeName: string, key: string, declaration: TypeLike | StateOptions<any>) {
  const where = `The state "${key}" of ${typeName}`;
  const options = stateOptions.read(where, isStateOptions(declaration) ? declaration : { type: declaration });
  const { name = key, default: initial } = options;
  assertStateName(where, name);
  if (key === "__proto__")
    throw new StatefunError(
      "STATE_NAME_INVALID",
      `${where} needs another key than __proto__; the option name may keep the name.`,
    );
  if (typeof initial === "object" && initial !== null) {
    throw new StatefunError(
      "OPTION_INVALID",
      `${where} has an object as its default, which all ids would share. Write a function that makes the object: default: () => ….`,
    );
  }
  const spec: StateSpec = Object.freeze({
    name,
    type: typeOf(options.type as TypeLike),
    expiration: parseExpiration(options, where),
    property: new StateProperty(key),
    get: (instance: object) => (instance as Record<string, unknown>)[key],
    set: (instance: object, value: unknown) => {
      (instance as Record<string, unknown>)[key] = value;
    },
  });
  return { key, spec, initial: typeof initial === "function" ? (initial as () => unknown) : () => initial };
}

function isStateOptions(declaration: TypeLike | StateOptions<any>): declaration is StateOptions<any> {
  return (
    typeof declaration === "object" &&
    declaration !== null &&
    !("serialize" in declaration) && // a Type, perhaps of another copy of this package
    !isStandardSchema(declaration) &&
    !isProtobufCodec(declaration)
  );
}
