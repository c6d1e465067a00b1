// Makes a FunctionSpec of a decorated class.

import { describe, describeValue, StatefunError } from "../errors.js";
import { checked, defineOptions } from "../model/options.js";
import type { Type } from "../model/type.js";
import {
  type AnyClass,
  collectRecord,
  declarationOf,
  type HandlerRecord,
  type ScheduleRecord,
  type StateRecord,
} from "./class-record.js";
import { misplaced } from "./dialects.js";
import {
  type ExtendedMethods,
  type FunctionSpec,
  type HandlerSource,
  makeFunctionSpec,
  type StateSpec,
} from "./function-spec.js";
import { typeOfClass, typeOfValue } from "./infer-type.js";
import type { ScheduleSpec } from "./schedule-options.js";
import { StateProperty } from "./state-property.js";
import { isThenable } from "./thenable.js";

/** Options of `functions.bind`. */
export interface BindOptions<I extends object = object> {
  /**
   * Makes one new instance for one batch, for example with a container. Defaults to `new Class()`. An instance that was
   * returned before is INSTANCE_INVALID: its state would leak from one address to another.
   */
  readonly create?: (functionClass: new (...args: any[]) => I) => I | PromiseLike<I>;
}

type Create = NonNullable<BindOptions<any>["create"]>;

const bindOptions = defineOptions<BindOptions<any>>()({
  create: checked("a function: create: () => …", (input): input is Create => typeof input === "function"),
});

/**
 * Reads and checks a class. Throws FUNCTION_UNDECORATED, HANDLER_MISSING, HANDLER_DUPLICATE, STATE_DUPLICATE,
 * DECORATOR_MISPLACED, TYPE_UNKNOWN and OPTION_INVALID.
 */
export function bindClass<I extends object>(
  functionClass: new (...args: any[]) => I,
  options: BindOptions<I>,
): FunctionSpec {
  if (typeof functionClass !== "function") {
    throw new StatefunError(
      "FUNCTION_UNDECORATED",
      `${describe(functionClass)} is not a class. bind takes a class with @StatefulFunction.`,
    );
  }
  const { typeName, policy } = declarationOf(functionClass);
  const { create } = bindOptions.read(`bind(${functionClass.name})`, options);
  if (create === undefined && functionClass.length > 0) {
    throw new StatefunError(
      "OPTION_INVALID",
      `${functionClass.name}'s constructor takes ${functionClass.length} argument(s). Say how to make an instance: bind(${functionClass.name}, { create: () => … }).`,
    );
  }
  const record = collectRecord(functionClass as AnyClass);
  const types = stateTypes(functionClass, record.states, create !== undefined);
  const states = record.states.map(({ name, expiration, access }, index): StateSpec => {
    const { key, get, set } = access;
    const property = key === undefined ? undefined : new StateProperty(key);
    return Object.freeze({ name, type: types[index] as Type<any>, expiration, property, get, set });
  });
  for (const schedule of record.schedules) assertHandler(schedule, record.handlers, functionClass.name);
  const makeDefaults = create === undefined ? () => new functionClass() : undefined;
  const spec = makeFunctionSpec(
    { typeName, policy, schedules: record.schedules.map((schedule) => scheduleOf(schedule, functionClass.name)) },
    states,
    record.handlers.filter(({ extended }) => extended === undefined).map(handlerSource),
    { create: makeDefaults ?? newInstances(functionClass, create as Create), makeDefaults },
    extendedMethods(record.handlers),
  );
  for (const schedule of record.schedules) assertOwnMessage(schedule, spec);
  return spec;
}

const scheduleOf = ({ key, spec }: ScheduleRecord, className: string): ScheduleSpec => ({
  ...spec,
  where: `@Schedule on ${className}.${keyText(key)}`,
});

/** Throws DECORATOR_MISPLACED when the method with @Schedule takes no message. */
function assertHandler({ key, spec: { name } }: ScheduleRecord, handlers: readonly HandlerRecord[], className: string) {
  if (handlers.some((handler) => handler.key === key)) return;
  throw misplaced(
    `@Schedule("${name}")`,
    `stands on ${className}.${keyText(key)}, which takes no message; put @Handles(Type) or @Workflow(Type) beside it`,
  );
}

/** Throws OPTION_INVALID when another method than the one with @Schedule would get the message. */
function assertOwnMessage(
  { key, spec: { name, typename } }: ScheduleRecord,
  { typeName, handled }: FunctionSpec,
): void {
  const taker = handled.find(({ type }) => typename !== undefined && type.reads(typename));
  if (taker === undefined || taker.name === keyText(key)) return;
  throw new StatefunError(
    "OPTION_INVALID",
    `@Schedule("${name}") stands on ${keyText(key)}, but ${taker.name} of ${typeName} takes its message, a ${typename}. Put the schedule on ${taker.name}, or send another message.`,
  );
}

function stateTypes(functionClass: new () => object, states: readonly StateRecord[], hasFactory: boolean): Type<any>[] {
  const known = states.map(({ type, designType }) => (type as Type<any> | undefined) ?? typeOfClass(designType));
  if (!known.includes(undefined)) return known as Type<any>[];
  // Only an initialiser can show the other types, and only an instance has its values. A class with a create function
  // is not constructed here: nothing may call the user's create before a message arrives.
  let probe: object | undefined;
  let why = "it has no initialiser that shows it";
  if (hasFactory) why = "its class is made by a create function";
  else {
    try {
      probe = new functionClass();
    } catch (error) {
      why = `its class can't be constructed to look at the initialiser: ${describe(error)}`;
    }
  }
  return known.map((type, index) => {
    const { name, key, access } = states[index] as StateRecord;
    const found = type ?? (probe && typeOfValue(access.get(probe)));
    if (found !== undefined) return found;
    throw new StatefunError(
      "TYPE_UNKNOWN",
      `The type of the state "${name}" (${functionClass.name}.${keyText(key)}) can't be known: ${why}. Write it: @State("${name}", Types.int), a message class, json(…) or custom(…).`,
    );
  });
}

const keyText = (key: string | symbol) => (typeof key === "symbol" ? (key.description ?? "symbol") : key);

/**
 * The methods that are more than handlers. All of them have the same extension, because another copy of this package keeps other
 * records.
 */
function extendedMethods(records: readonly HandlerRecord[]): ExtendedMethods | undefined {
  const extension = records.find(({ extended }) => extended !== undefined)?.extended?.extension;
  if (extension === undefined) return undefined;
  const methods = records.flatMap(({ key, types, access, extended }) => {
    if (extended === undefined) return [];
    const call = (instance: object, ...args: readonly unknown[]) =>
      (access.get(instance) as (...args: unknown[]) => unknown).call(instance, ...args);
    return [{ types, name: keyText(key), options: extended.options, call }];
  });
  return { extension, methods };
}

function handlerSource({ key, types, readOnly, access }: HandlerRecord): HandlerSource {
  return {
    types,
    readOnly,
    name: keyText(key),
    call: (instance, message, context) =>
      (access.get(instance) as (message: unknown, context: unknown) => unknown).call(instance, message, context),
  };
}

function newInstances<I extends object>(
  functionClass: new (...args: any[]) => I,
  create: NonNullable<BindOptions<I>["create"]>,
): FunctionSpec["create"] {
  const seen = new WeakSet<object>();
  const check = (instance: unknown): object => {
    const name = functionClass.name;
    if (!(instance instanceof functionClass)) {
      throw new StatefunError(
        "INSTANCE_INVALID",
        `create of ${name} returned ${describeValue(instance)}, which is no instance of ${name}.`,
      );
    }
    if (seen.has(instance)) {
      throw new StatefunError(
        "INSTANCE_INVALID",
        `create of ${name} returned the same instance twice; it must make a new instance each time.`,
      );
    }
    seen.add(instance);
    return instance;
  };
  return () => {
    const made: unknown = create(functionClass);
    // A class may have a method called "then".
    if (made instanceof functionClass || !isThenable(made)) return check(made);
    return Promise.resolve(made).then(check);
  };
}
