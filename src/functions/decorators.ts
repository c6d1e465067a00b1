// @StatefulFunction, @Handles and @State. A decorator only writes its arguments into the record of its class; the class
// is checked as a whole when it is bound. dialects.ts knows the two decorator dialects.

import { StatefunError } from "../errors.js";
import { type ExpirationOptions, expirationOptions, parseExpiration } from "../model/expiration.js";
import { type FunctionOptions, functionOptions, policyOf } from "../model/function-policy.js";
import { defineOptions, trueOrFalse, withDefault } from "../model/options.js";
import { isProtobufCodec, isStandardSchema } from "../model/protobuf-class.js";
import { parseTypeName } from "../model/type-name.js";
import { type ValueOf } from "../model/typed-value.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import { declareFunction } from "./class-record.js";
import type {
  HandlesDecorator,
  InferredHandles,
  MessageOf,
  StateDecorator,
  StatefulFunctionDecorator,
} from "./decorator-types.js";
import { isOnClass, isOnMember, memberOf, misplaced } from "./dialects.js";
import { assertStateName, type HandledType, handledName } from "./function-spec.js";
import { placed } from "./located.js";
import { recordHandler } from "./record-handler.js";

/** Options of `@Handles`. */
export interface HandlesOptions {
  /**
   * Whether the method only reads the states and answers. On the embedded runtime a call of it from outside is then answered
   * at once, beside a call in flight and whatever waits. A change of a state, and a message that is sent, fail the message with
   * HANDLER_READ_ONLY. Defaults to false.
   */
  readonly readOnly?: boolean;
}

const handlesOptions = defineOptions<HandlesOptions>()({
  readOnly: withDefault(trueOrFalse, false),
});

/**
 * Makes a class a stateful function of this type name; the options say how it is called, and what happens when
 * a message fails. Throws
 * TYPE_NAME_INVALID, OPTION_INVALID, DURATION_INVALID and DECORATOR_MISPLACED when the class is evaluated.
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
export function StatefulFunction(typeName: string, options?: FunctionOptions): StatefulFunctionDecorator {
  parseTypeName(typeName);
  const policy = policyOf(functionOptions.read(`@StatefulFunction("${typeName}")`, options));
  return (...args: readonly unknown[]) => {
    if (!isOnClass(args)) throw misplaced("@StatefulFunction", "stands on a member; put it on a class");
    const [functionClass, context] = args as [object, { metadata?: object }?];
    declareFunction(functionClass, { typeName, policy }, context?.metadata);
  };
}

/**
 * Makes a method the handler of messages of these types. `@Handles()` takes every type that no other handler takes, as
 * a TypedValue; `@Handles` without parentheses takes the type of the method's first parameter, which needs
 * emitDecoratorMetadata. The returned value answers a client that waits, and is ignored for any other caller.
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
 *   @Handles() // every type that no other handler takes
 *   anything(message: TypedValue) {
 *     console.log(`${message.typename} is no temperature`);
 *   }
 * }
 * ```
 */
export function Handles<const L extends readonly HandledType[]>(...types: L): HandlesDecorator<MessageOf<L>>;
/**
 * Makes a method the handler of messages of these types, with options.
 *
 * @example
 * ```ts
 * @StatefulFunction("example/tank")
 * class Tank {
 *   @State("litres", Types.int) litres = 0;
 *
 *   @Handles(Types.int)
 *   async fill(litres: number) {
 *     await new Promise((resolve) => setTimeout(resolve, 1_000));
 *     this.litres += litres;
 *   }
 *
 *   @Handles(Types.string, { readOnly: true }) // answered while the tank is filled
 *   look(_question: string) {
 *     return this.litres;
 *   }
 * }
 * ```
 */
export function Handles<const L extends readonly HandledType[]>(
  ...typesAndOptions: [...types: L, options: HandlesOptions]
): HandlesDecorator<MessageOf<L>>;
/** Makes a method the handler of its first parameter's type, with legacy decorators and emitDecoratorMetadata. */
export function Handles(target: object, key: string | symbol, descriptor: PropertyDescriptor): void;
/** Throws TYPE_UNKNOWN: standard decorators have no metadata that shows the type. Write `@Handles(Type)`. */
export function Handles(method: InferredHandles, context: ClassMethodDecoratorContext): void;
export function Handles(...args: readonly unknown[]): unknown {
  if (isOnMember(args)) return recordHandler(undefined, memberOf("@Handles", args));
  const hasOptions = isOptions(args.slice(-1));
  const types = (hasOptions ? args.slice(0, -1) : args) as readonly HandledType[];
  const options = hasOptions ? (args.at(-1) as HandlesOptions) : undefined;
  const { readOnly } = handlesOptions.read("@Handles", options);
  return (...decorated: readonly unknown[]) => {
    const member = memberOf("@Handles", decorated);
    for (const type of types) naming(`@Handles on ${String(member.key)}`, () => handledName(type));
    return recordHandler(types, member, { readOnly });
  };
}

/**
 * Makes a property a state, kept for each id under this name. The initialiser's value is its default. The type may be
 * left out when the initialiser or emitDecoratorMetadata shows it; a number is then a double. Throws
 * STATE_NAME_INVALID, STATE_DUPLICATE, EXPIRATION_INVALID, TYPE_UNKNOWN and DECORATOR_MISPLACED when the class is
 * evaluated.
 *
 * A default that no handler changes is not stored. A value that is set back to an empty default (0, false, "", an empty list, …)
 * is deleted. An id without a stored value sees the default of a later version of the class too; `context.state.set` stores
 * every value.
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
/** Makes a property a state whose type the initialiser or emitDecoratorMetadata shows. */
export function State(name: string, options?: ExpirationOptions): StateDecorator<any>;
export function State(name: string, ...rest: readonly unknown[]): StateDecorator<any> {
  assertStateName("@State", name);
  const decorator = `@State("${name}")`;
  // A type that an import cycle left undefined is an error. It must not pass for a type that was left out.
  const hasType = rest.length > 0 && !isOptions(rest);
  const type = hasType ? naming(decorator, () => typeOf(rest[0] as TypeLike)) : undefined;
  const options = ((hasType ? rest[1] : rest[0]) ?? undefined) as ExpirationOptions | undefined;
  const expiration = parseExpiration(expirationOptions.read(decorator, options), `The state "${name}"`);
  return (...args: readonly unknown[]) => {
    const member = memberOf(decorator, args);
    if (member.kind !== "property") {
      throw misplaced(decorator, `stands on ${String(member.key)}, which is not a property; put it on a property`);
    }
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

/** Whether these arguments are options alone: one plain object that is no type. */
function isOptions([only, ...more]: readonly unknown[]): boolean {
  if (more.length > 0 || typeof only !== "object" || only === null) return false;
  return !("serialize" in only) && !isStandardSchema(only) && !isProtobufCodec(only);
}

/** Finds a type. The error about what is no type names the decorator, since the command prints no stack of this error. */
function naming<T>(decorator: string, find: () => T): T {
  try {
    return find();
  } catch (error) {
    throw placed(decorator, error);
  }
}
