// Records of what a class's decorators declare, until the class is bound. No list of classes exists: a record belongs
// to its class (legacy decorators) or to the class's metadata object (standard decorators).

import "reflect-metadata";
import { otherCopy, StatefunError } from "../errors.js";
import type { Expiration } from "../model/expiration.js";
import type { FunctionPolicy } from "../model/function-policy.js";
import type { TypeLike } from "../types/protobuf.js";
import { type Extension, type HandledType, handledName } from "./function-spec.js";
import type { ScheduleSpec } from "./schedule-options.js";

// Compilers look for this symbol when a class is evaluated, and no Node has it yet. A class that uses the decorators
// imports this module first, so the symbol is there in time.
(Symbol as { metadata?: symbol }).metadata ??= Symbol.for("Symbol.metadata");

/** Any class, also an abstract one. */
export type AnyClass = abstract new (...args: any[]) => object;

/**
 * How a member is read and written: by its key, or by the access object of a standard decorator, which also reaches a
 * #private member.
 */
export interface MemberAccess {
  /** The member's key; undefined when only an access object reaches the member. */
  readonly key?: string | symbol;
  get(instance: object): unknown;
  set(instance: object, value: unknown): void;
}

/** A property with @State. */
export interface StateRecord {
  readonly key: string | symbol;
  readonly name: string;
  readonly type: TypeLike | undefined;
  /** The property's type as emitDecoratorMetadata wrote it; undefined without metadata. */
  readonly designType: unknown;
  readonly expiration: Expiration;
  readonly access: MemberAccess;
}

/** A method with @Handles, or with the decorator of an extension. */
export interface HandlerRecord {
  readonly key: string | symbol;
  readonly types: readonly HandledType[];
  /** Whether the method only reads the states and answers. */
  readonly readOnly: boolean;
  readonly access: Pick<MemberAccess, "get">;
  /** What takes care of the method, and what its decorator was given; undefined for a plain handler. */
  readonly extended?: { readonly extension: Extension; readonly options: unknown } | undefined;
}

/** A method with @Schedule. */
export interface ScheduleRecord {
  readonly key: string | symbol;
  readonly spec: ScheduleSpec;
}

/** The states, handlers and schedules that the decorators of one class declare. */
export interface ClassRecord {
  readonly states: StateRecord[];
  readonly handlers: HandlerRecord[];
  readonly schedules: ScheduleRecord[];
}

/** What @StatefulFunction declares of a class. */
export interface FunctionDeclaration {
  readonly typeName: string;
  readonly policy: FunctionPolicy;
}

const records = new WeakMap<object, ClassRecord>();
const declarations = new WeakMap<object, FunctionDeclaration>();

/** Finds or makes the record to write to. `owner` is the class, or its metadata object. */
export function recordFor(owner: object): ClassRecord {
  let record = records.get(owner);
  if (record === undefined) {
    record = { states: [], handlers: [], schedules: [] };
    records.set(owner, record);
  }
  return record;
}

/** Declares a class a stateful function. `metadata` is the metadata object that a standard decorator gets. */
export function declareFunction(functionClass: object, declaration: FunctionDeclaration, metadata?: object): void {
  declarations.set(functionClass, declaration);
  if (metadata !== undefined) declarations.set(metadata, declaration);
}

/** The type name of a function that was named by its class or by its type name. Throws FUNCTION_UNDECORATED. */
export function typeNameOf(target: string | AnyClass): string {
  return typeof target === "string" ? target : declarationOf(target).typeName;
}

/** Whether this is a class with a @StatefulFunction of its own. */
export function isFunctionClass(value: unknown): value is new (...args: any[]) => object {
  return typeof value === "function" && foundDeclaration(value as AnyClass) !== undefined;
}

/** Finds what @StatefulFunction declares of a class. Throws FUNCTION_UNDECORATED. */
export function declarationOf(functionClass: AnyClass): FunctionDeclaration {
  const declaration = foundDeclaration(functionClass);
  if (declaration !== undefined) return declaration;
  const name = functionClass.name || "This class";
  const parent = parentsOf(functionClass).find((other) => declarations.has(other)) as AnyClass | undefined;
  const why =
    parent === undefined
      ? `put @StatefulFunction("namespace/name") on it. ${otherCopy}`
      : `its parent ${parent.name} is one. A subclass needs a @StatefulFunction of its own. If a class decorator made ${name}, put @StatefulFunction above that decorator: decorators run from the bottom to the top.`;
  throw new StatefunError("FUNCTION_UNDECORATED", `${name} is not a stateful function: ${why}`);
}

function foundDeclaration(functionClass: AnyClass): FunctionDeclaration | undefined {
  return declarations.get(functionClass) ?? declarationOfWrapped(functionClass);
}

/**
 * The declaration of a class that another class decorator has put in the place of the class with @StatefulFunction.
 * Standard decorators give it the metadata of that class; a Proxy, and a function that takes the class's place, have the
 * same prototype.
 */
function declarationOfWrapped(functionClass: AnyClass): FunctionDeclaration | undefined {
  const original: unknown = functionClass.prototype?.constructor;
  for (const owner of [...metadataOf(functionClass), original]) {
    const declaration =
      typeof owner === "object" || typeof owner === "function" ? declarations.get(owner as object) : undefined;
    if (declaration !== undefined) return declaration;
  }
  return undefined;
}

/**
 * The objects under a class's own symbols, one of which is its metadata. The symbol itself is not compared: a polyfill that
 * is loaded later may replace Symbol.metadata.
 */
function metadataOf(functionClass: object): object[] {
  return Object.getOwnPropertySymbols(functionClass)
    .map((symbol): unknown => Object.getOwnPropertyDescriptor(functionClass, symbol)?.value)
    .filter((value): value is object => typeof value === "object" && value !== null);
}

/** The parents of a class, the nearest first. */
function parentsOf(functionClass: object): object[] {
  const parents: object[] = [];
  let parent: object | null = Object.getPrototypeOf(functionClass);
  for (; parent !== null; parent = Object.getPrototypeOf(parent)) parents.push(parent);
  return parents;
}

/** Collects what a class and its parents declare. A member of a subclass replaces its parent's. */
export function collectRecord(functionClass: AnyClass): ClassRecord {
  let states: StateRecord[] = [];
  let handlers: HandlerRecord[] = [];
  let schedules: ScheduleRecord[] = [];
  for (const { states: ownStates, handlers: ownHandlers, schedules: ownSchedules } of inheritedRecords(functionClass)) {
    states = states.filter((old) => !ownStates.some((own) => own.name === old.name || own.key === old.key));
    states.push(...ownStates);
    const retaken = new Set(ownHandlers.flatMap((own) => own.types.map(handledName)));
    handlers = handlers
      .filter((old) => !ownHandlers.some((own) => own.key === old.key))
      .map((old) => ({ ...old, types: old.types.filter((type) => !retaken.has(handledName(type))), had: old.types }))
      .filter(({ types, had }) => types.length > 0 || had.length === 0);
    handlers.push(...ownHandlers);
    // A method that a subclass declares anew has only the schedules that the subclass gives it.
    const redeclared = new Set([...ownHandlers, ...ownSchedules].map(({ key }) => key));
    schedules = schedules.filter(({ key }) => !redeclared.has(key));
    schedules.push(...ownSchedules);
  }
  return { states, handlers, schedules };
}

/** Finds the records of a class and its parents, the oldest first. */
function inheritedRecords(functionClass: AnyClass): ClassRecord[] {
  const owners = [functionClass, ...parentsOf(functionClass)].flatMap((current) => {
    const original: unknown = (current as { prototype?: object }).prototype?.constructor;
    return [current, ...metadataOf(current), ...(typeof original === "function" ? [original] : [])];
  });
  const found = owners.flatMap((owner) => records.get(owner) ?? []);
  return [...new Set(found)].reverse();
}
