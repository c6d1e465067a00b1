// The two decorator dialects: finds the member that a decorator stands on from the arguments of either dialect. A
// standard decorator is called with the member's value and a context; a legacy decorator with the prototype, the key
// and the property's descriptor.

import { StatefunError } from "../errors.js";
import { type ClassRecord, type MemberAccess, recordFor } from "./class-record.js";

/** The context of a standard decorator, as far as it is used here. */
interface StandardContext {
  readonly kind: string;
  readonly name: string | symbol;
  readonly static?: boolean;
  readonly private?: boolean;
  readonly access?: MemberAccess;
  readonly metadata?: object;
}

/** A member of a class that a decorator stands on. */
export interface Member {
  readonly key: string | symbol;
  readonly kind: "method" | "property" | "other";
  /** The method, when the member is one. */
  readonly method: unknown;
  /** The record of the member's class. */
  readonly record: ClassRecord;
  readonly access: MemberAccess;
  /** Reads what emitDecoratorMetadata says of the member; undefined when it says nothing. */
  design(metadataKey: string): unknown;
}

/** Whether a decorator that was called with these arguments stands on a class. */
export function isOnClass([target, second, third]: readonly unknown[]): boolean {
  if (isStandard(second)) return second.kind === "class";
  // On a constructor's parameter, a legacy decorator is called with the class and the parameter's position.
  return typeof target === "function" && second === undefined && third === undefined;
}

/** Whether a decorator that was called with these arguments stands on a member, so that it was written without (). */
export function isOnMember([, second]: readonly unknown[]): boolean {
  return isStandard(second) || typeof second === "string" || typeof second === "symbol";
}

/** Finds the member that a decorator stands on. Throws DECORATOR_MISPLACED and DECORATOR_UNSUPPORTED. */
export function memberOf(decorator: string, [target, second, descriptor]: readonly unknown[]): Member {
  if (isStandard(second)) return standardMember(decorator, target, second);
  if (typeof second !== "string" && typeof second !== "symbol") {
    throw misplaced(decorator, "stands on a class; put it on a member of a class");
  }
  return legacyMember(decorator, target, second, descriptor);
}

function standardMember(decorator: string, value: unknown, context: StandardContext): Member {
  const { kind, name, metadata, access } = context;
  if (kind === "class") throw misplaced(decorator, "stands on a class; put it on a member of a class");
  if (context.static) throw onStatic(decorator, name);
  if (typeof metadata !== "object" || metadata === null) {
    throw new StatefunError(
      "DECORATOR_UNSUPPORTED",
      "The compiler's standard decorators carry no metadata. Use TypeScript 5.2, esbuild 0.24 or swc 1.4 or later, or experimentalDecorators.",
    );
  }
  // Two classes of one family may each have a #name; a symbol keeps the two apart.
  const key = context.private ? Symbol(String(name)) : name;
  return {
    key,
    kind: kind === "method" ? "method" : kind === "field" || kind === "accessor" ? "property" : "other",
    method: value,
    record: recordFor(metadata),
    access: context.private && access !== undefined ? access : accessByKey(key),
    design: () => undefined,
  };
}

function legacyMember(decorator: string, target: unknown, key: string | symbol, third: unknown): Member {
  if (typeof target !== "object" || target === null) throw onStatic(decorator, key);
  // The third argument of a decorator on a parameter is no descriptor but the parameter's position.
  const descriptor: Partial<PropertyDescriptor> = Object(third);
  const isMethod = typeof descriptor.value === "function";
  // Some compilers describe a property too; its descriptor then has an initializer.
  const isProperty = third === undefined || third === null || "initializer" in descriptor;
  return {
    key,
    kind: isMethod ? "method" : isProperty ? "property" : "other",
    method: descriptor.value,
    record: recordFor(target.constructor),
    access: accessByKey(key),
    design: (metadataKey) => Reflect.getOwnMetadata(metadataKey, target, key),
  };
}

function accessByKey(key: string | symbol): MemberAccess {
  return {
    key,
    get: (instance) => (instance as Record<string | symbol, unknown>)[key],
    set: (instance, value) => {
      (instance as Record<string | symbol, unknown>)[key] = value;
    },
  };
}

function isStandard(value: unknown): value is StandardContext {
  return typeof value === "object" && value !== null && typeof (value as StandardContext).kind === "string";
}

function onStatic(decorator: string, key: string | symbol): StatefunError {
  return misplaced(decorator, `stands on the static member ${String(key)}; put it on an instance member`);
}

/** The error for a decorator that stands where it does not belong. */
export function misplaced(decorator: string, why: string): StatefunError {
  return new StatefunError("DECORATOR_MISPLACED", `${decorator} ${why}.`);
}
