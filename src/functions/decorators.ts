// @StatefulFunction, @Handles and @State, in both decorator dialects. They only note down what they are told, on the
// class itself; a class is checked as a whole when it is bound.

import { StatefunError } from "../errors.js";
import { type ExpirationOptions, expirationOptionNames, parseExpiration } from "../model/expiration.js";
import { assertKnownOptions } from "../model/options.js";
import { isProtobufCodec } from "../model/protobuf-class.js";
import { parseTypeName } from "../model/type-name.js";
import { TypedValue, type ValueOf } from "../model/typed-value.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import { type ClassRecord, type MemberAccess, recordFor, setTypeName } from "./class-record.js";
import type {
  HandlesDecorator,
  InferredHandles,
  MessageOf,
  StateDecorator,
  StatefulFunctionDecorator,
} from "./decorator-types.js";
import { assertStateName, type HandledType, handledName, isGenerator } from "./function-spec.js";
import { typeOfClass } from "./infer-type.js";

/** What a standard decorator is told, as far as it is used here. */
interface StandardContext {
  readonly kind: string;
  readonly name: string | symbol;
  readonly static?: boolean;
  readonly private?: boolean;
  readonly access?: MemberAccess;
  readonly metadata?: object;
}

/**
 * Makes a class a stateful function of this type name. Throws TYPE_NAME_INVALID and DECORATOR_MISPLACED when the class
 * is evaluated.
 *
 * @example
 * ```ts
 * @StatefulFunction("example/hello")
 * class Hello {
 *   @Handles(Types.string)
 *   greet(name: string, context: Context) {
 *     context.sendEgress("example/greets", `Hello ${name}`);
 *   }
 * }
 * ```
 */
export function StatefulFunction(typeName: string): StatefulFunctionDecorator {
  parseTypeName(typeName);
  return (target: unknown, second?: unknown, third?: unknown) => {
    // On a constructor's parameter, a legacy decorator is called with the class and the parameter's position.
    const onLegacyClass = typeof target === "function" && second === undefined && third === undefined;
    const onClass = isStandard(second) ? second.kind === "class" : onLegacyClass;
    if (!onClass) throw misplaced("@StatefulFunction", "stands on a member; put it on a class");
    setTypeName(target as object, typeName);
  };
}

/**
 * Makes a method the handler of messages of these types. `@Handles()` takes every type that no other handler takes, as
 * a TypedValue; `@Handles` without parentheses takes the type of the method's first parameter, which needs
 * emitDecoratorMetadata. What the method returns answers a client that waits, and is ignored for any other caller.
 * Throws DECORATOR_MISPLACED, HANDLER_DUPLICATE and TYPE_UNKNOWN when the class is evaluated.
 *
 * @example
 * ```ts
 * @StatefulFunction("example/thermometer")
 * class Thermometer {
 *   @Handles(Types.int, Types.double)
 *   measured(degrees: number) {
 *     return degrees > 30 ? "hot" : "fine"; // the answer to a client
 *   }
 *
 *   @Handles() // whatever no other handler takes
 *   anything(message: TypedValue) {
 *     console.log(`${message.typename} is no temperature`);
 *   }
 * }
 * ```
 */
export function Handles<const L extends readonly HandledType[]>(...types: L): HandlesDecorator<MessageOf<L>>;
export function Handles(target: object, key: string | symbol, descriptor: PropertyDescriptor): void;
export function Handles(method: InferredHandles, context: ClassMethodDecoratorContext): void;
export function Handles(...args: readonly unknown[]): unknown {
  const bare = isStandard(args[1]) || typeof args[1] === "string" || typeof args[1] === "symbol";
  if (bare) return recordHandler(undefined, args[0], args[1], args[2]);
  const types = args as readonly HandledType[];
  for (const type of types) handledName(type); // throws when it is none
  return (target: unknown, second: unknown, third: unknown) => recordHandler(types, target, second, third);
}

/**
 * Makes a property a state, kept for each id under this name. The initialiser's value is its default. The type may be
 * left out when the initialiser or emitDecoratorMetadata tells it; a number is then a double. Throws STATE_NAME_INVALID,
 * STATE_DUPLICATE, EXPIRATION_INVALID, TYPE_UNKNOWN and DECORATOR_MISPLACED when the class is evaluated.
 *
 * @example
 * ```ts
 * @StatefulFunction("example/visits")
 * class Visits {
 *   @State("count", Types.int) count = 0;
 *   @State("last", Types.string, { expireAfterWrite: { days: 30 } }) last: string | undefined;
 *
 *   @Handles(Types.string)
 *   visit(page: string) {
 *     this.count += 1;
 *     this.last = page; // undefined would delete it
 *   }
 * }
 * ```
 */
export function State<L extends TypeLike>(
  name: string,
  type: L,
  options?: ExpirationOptions,
): StateDecorator<ValueOf<L>>;
export function State(name: string, options?: ExpirationOptions): StateDecorator<any>;
export function State(name: string, ...rest: readonly unknown[]): StateDecorator<any> {
  assertStateName("@State", name);
  // A type that an import cycle left undefined is an error, not an omitted type.
  const typeGiven = rest.length > 0 && !isOptions(rest);
  const type = typeGiven ? typeOf(rest[0] as TypeLike) : undefined;
  const options = ((typeGiven ? rest[1] : rest[0]) ?? {}) as ExpirationOptions;
  assertKnownOptions(`@State("${name}")`, options, expirationOptionNames);
  const expiration = parseExpiration(options, `The state "${name}"`);
  return (target: unknown, contextOrKey: unknown, descriptor?: unknown) => {
    const member = memberOf(`@State("${name}")`, target, contextOrKey);
    const onField = isStandard(contextOrKey)
      ? contextOrKey.kind === "field" || contextOrKey.kind === "accessor"
      : descriptor === undefined || descriptor === null || "initializer" in Object(descriptor);
    if (!onField)
      throw misplaced(`@State("${name}")`, `stands on ${String(member.key)}, which is not a property; put it on one`);
    const { states } = member.record;
    if (states.some((state) => state.name === name)) {
      throw new StatefunError("STATE_DUPLICATE", `Two properties of one class declare the state "${name}".`);
    }
    const other = states.find((state) => state.key === member.key);
    if (other !== undefined) {
      const both = `"${other.name}" and "${name}"`;
      throw new StatefunError("STATE_DUPLICATE", `The property ${String(member.key)} is both of the states ${both}.`);
    }
    states.push({
      key: member.key,
      name,
      type,
      designType: member.design("design:type"),
      expiration,
      access: member.access,
    });
  };
}

/** Whether what follows the name is options alone: one plain object that is no type. */
function isOptions([only, ...more]: readonly unknown[]): boolean {
  if (more.length > 0 || typeof only !== "object" || only === null) return false;
  return !("serialize" in only) && !isProtobufCodec(only);
}

function recordHandler(
  types: readonly HandledType[] | undefined,
  target: unknown,
  contextOrKey: unknown,
  descriptor: unknown,
): void {
  const member = memberOf("@Handles", target, contextOrKey);
  const onMethod = isStandard(contextOrKey)
    ? contextOrKey.kind === "method"
    : typeof (descriptor as PropertyDescriptor | undefined)?.value === "function";
  const name = String(member.key);
  if (!onMethod) throw misplaced("@Handles", `stands on ${name}, which is not a method; put it on one`);
  const method = isStandard(contextOrKey) ? target : (descriptor as PropertyDescriptor).value;
  if (isGenerator(method)) {
    throw misplaced(
      "@Handles",
      `stands on ${name}, a generator, which does not run when it is called; use a plain or async method`,
    );
  }
  const handled = types?.length ? types : [inferHandled(types === undefined, name, member.design("design:paramtypes"))];
  const { handlers } = member.record;
  for (const type of handled) {
    const what = handledName(type);
    const other = handlers.find((handler) => handler.types.some((taken) => handledName(taken) === what));
    if (other === undefined) continue;
    throw new StatefunError(
      "HANDLER_DUPLICATE",
      `${String(other.key)} and ${name} both take ${what}. A message goes to one handler.`,
    );
  }
  handlers.push({ key: member.key, types: handled, access: member.access });
}

/** `@Handles` and `@Handles()` take what the first parameter's type says; only `@Handles()` may be a catch-all. */
function inferHandled(mustInfer: boolean, name: string, paramTypes: unknown): HandledType {
  const first: unknown = Array.isArray(paramTypes) ? paramTypes[0] : undefined;
  const type = typeOfClass(first);
  if (type !== undefined) return type;
  if (first === TypedValue || !mustInfer) return TypedValue;
  const compiler =
    paramTypes === undefined ? "your compiler emits no decorator metadata" : "the metadata does not tell it";
  throw new StatefunError(
    "TYPE_UNKNOWN",
    `The type of ${name}'s message can't be known: ${compiler}. Write it: @Handles(User), or @Handles() for messages of any type.`,
  );
}

interface Member {
  readonly key: string | symbol;
  readonly record: ClassRecord;
  readonly access: MemberAccess;
  /** Reads what emitDecoratorMetadata says of the member; undefined when it says nothing. */
  design(metadataKey: string): unknown;
}

/** Finds the member that a decorator stands on, in either dialect. Throws DECORATOR_MISPLACED. */
function memberOf(decorator: string, target: unknown, contextOrKey: unknown): Member {
  if (isStandard(contextOrKey)) return standardMember(decorator, contextOrKey);
  if (typeof contextOrKey !== "string" && typeof contextOrKey !== "symbol") {
    throw misplaced(decorator, "stands on a class; put it on a member of one");
  }
  const key = contextOrKey;
  if (typeof target !== "object" || target === null) {
    throw misplaced(decorator, `stands on the static member ${String(key)}; put it on an instance member`);
  }
  return {
    key,
    record: recordFor(target.constructor),
    access: accessByKey(key),
    design: (metadataKey) => Reflect.getOwnMetadata(metadataKey, target, key),
  };
}

function standardMember(decorator: string, context: StandardContext): Member {
  const { kind, name, metadata, access } = context;
  if (kind === "class") throw misplaced(decorator, "stands on a class; put it on a member of one");
  if (context.static)
    throw misplaced(decorator, `stands on the static member ${String(name)}; put it on an instance member`);
  if (typeof metadata !== "object" || metadata === null) {
    throw new StatefunError(
      "DECORATOR_UNSUPPORTED",
      "The compiler's standard decorators carry no metadata. Use TypeScript 5.2, esbuild 0.24 or swc 1.4 or later, or experimentalDecorators.",
    );
  }
  // Two classes of one family may each have a #name; a symbol keeps them apart.
  const key = context.private ? Symbol(String(name)) : name;
  const usesAccess = context.private && access !== undefined;
  return { key, record: recordFor(metadata), access: usesAccess ? access : accessByKey(key), design: () => undefined };
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

function misplaced(decorator: string, why: string): StatefunError {
  return new StatefunError("DECORATOR_MISPLACED", `${decorator} ${why}.`);
}
