// The list of functions that one handler serves.

import { describeValue, otherCopy, StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { expectAwaits } from "../model/running-handler.js";
import { type Type, typeNamed } from "../model/type.js";
import { parseTypeName } from "../model/type-name.js";
import { type BindOptions, bindClass } from "./bind-class.js";
import { bindHandler, type FunctionHandler, type RegisterOptions, type StateShape } from "./bind-handler.js";
import { type FunctionSpec, type HandledType, isAsync } from "./function-spec.js";
import type { Interceptor } from "./interceptor.js";

/** Throws OPTION_INVALID when a value is no {@link StatefulFunctions}. */
export function assertFunctions(functions: unknown): asserts functions is StatefulFunctions {
  if (functions instanceof StatefulFunctions) return;
  throw new StatefunError(
    "OPTION_INVALID",
    `The functions are ${describeValue(functions)}; they must be a StatefulFunctions. ${otherCopy}`,
  );
}

/**
 * The functions that are served together: bound classes and registered handlers, by their type names.
 *
 * @example
 * ```ts
 * @StatefulFunction("example/count")
 * export class Count {
 *   @State("total", Types.int) total = 0;
 *
 *   @Handles(Types.int)
 *   add(amount: number) {
 *     this.total += amount;
 *     return this.total;
 *   }
 * }
 *
 * export const functions = new StatefulFunctions(Count);
 * ```
 */
export class StatefulFunctions {
  readonly #specs = new Map<string, FunctionSpec>();
  /** The types that the functions take and keep, by their typenames of both generations. */
  readonly #types = new Map<string, Type<any>>();
  readonly #interceptors: Interceptor[] = [];
  readonly #byName = new Map<string, Map<string, FunctionSpec>>();

  /** Binds each class, as {@link bind} does. */
  constructor(...functionClasses: (new () => object)[]) {
    for (const functionClass of functionClasses) this.bind(functionClass);
  }

  /**
   * Adds a class with @StatefulFunction. A class whose constructor has parameters needs the option `create`.
   * Throws FUNCTION_UNDECORATED, FUNCTION_DUPLICATE, HANDLER_MISSING, HANDLER_DUPLICATE, STATE_DUPLICATE, TYPE_UNKNOWN
   * and OPTION_INVALID.
   */
  bind(functionClass: new () => object, options?: BindOptions): this;
  /** Adds a class whose constructor has parameters: the option `create` makes its instances. */
  bind<I extends object>(functionClass: new (...args: any[]) => I, options: Required<BindOptions<NoInfer<I>>>): this;
  bind(functionClass: new (...args: any[]) => object, options: BindOptions = {}): this {
    return this.#add(bindClass(functionClass, options));
  }

  /**
   * Adds a plain function under a type name, with the types it handles and the states it keeps.
   * Throws TYPE_NAME_INVALID, FUNCTION_DUPLICATE, HANDLER_MISSING, HANDLER_DUPLICATE, STATE_DUPLICATE and
   * OPTION_INVALID.
   *
   * @example
   * ```ts
   * new StatefulFunctions().register(
   *   "example/count",
   *   (amount, context, state) => {
   *     state.total += amount;
   *     context.sendEgress("example/totals", Types.int.pack(state.total));
   *   },
   *   { handles: [Types.int], state: { total: { type: Types.int, default: 0 } } },
   * );
   * ```
   */
  register<const H extends readonly HandledType[] = [], S extends StateShape = {}>(
    typeName: string,
    handler: FunctionHandler<H, S>,
    options?: RegisterOptions<H, S>,
  ): this;
  /** Adds a function that has workflows and no handler. */
  register<S extends StateShape = {}>(
    typeName: string,
    handler: undefined,
    options: RegisterOptions<[], S> & Required<Pick<RegisterOptions<[], S>, "workflows">>,
  ): this;
  register(
    typeName: string,
    handler: FunctionHandler<any, any> | undefined,
    options: RegisterOptions<any, any> = {},
  ): this {
    return this.#add(bindHandler(typeName, handler, options));
  }

  /**
   * Adds an interceptor, which stands round every message of every function of this list, wherever the functions run. The first one
   * that was added is the outermost one. Throws OPTION_INVALID.
   */
  use(interceptor: Interceptor): this {
    if (typeof interceptor !== "function") {
      throw new StatefunError(
        "OPTION_INVALID",
        `use was called with ${describeValue(interceptor)}. An interceptor is a function: use((invocation, next) => next()).`,
      );
    }
    if (isAsync(interceptor)) expectAwaits();
    this.#interceptors.push(interceptor);
    return this;
  }

  /**
   * The interceptors, the outermost one first. The list grows when {@link use} is called.
   * @internal
   */
  get interceptors(): readonly Interceptor[] {
    return this.#interceptors;
  }

  /**
   * Finds the function of this type name; undefined when it is not in the list.
   * @internal
   */
  get(typeName: string): FunctionSpec | undefined {
    return this.#specs.get(typeName);
  }

  /**
   * Finds the function of an address; undefined when it is not in the list. It compares namespace and name one by one:
   * to join them for every request would cost more.
   * @internal
   */
  find({ namespace, name }: Address): FunctionSpec | undefined {
    return this.#byName.get(name)?.get(namespace);
  }

  /**
   * Finds a type by its typename, so that a value can be shown. The types that the functions take and keep come first,
   * then every type that was made in this process; a message that a function sent has its type there.
   * @internal
   */
  findType(typename: string): Type<any> | undefined {
    return this.#types.get(typename) ?? typeNamed(typename);
  }

  /** The type names of the functions, in the order in which they were added. */
  get typeNames(): string[] {
    return [...this.#specs.keys()];
  }

  #add(spec: FunctionSpec): this {
    if (this.#specs.has(spec.typeName)) {
      throw new StatefunError(
        "FUNCTION_DUPLICATE",
        `${spec.typeName} is bound twice. A type name belongs to one class or one handler.`,
      );
    }
    this.#specs.set(spec.typeName, spec);
    for (const { type } of [...spec.handled, ...spec.states]) {
      for (const typename of [type.typename, type.v2?.typename ?? type.typename]) {
        if (!this.#types.has(typename)) this.#types.set(typename, type);
      }
    }
    const { namespace, name } = parseTypeName(spec.typeName);
    const namespaces = this.#byName.get(name) ?? new Map<string, FunctionSpec>();
    this.#byName.set(name, namespaces.set(namespace, spec));
    return this;
  }
}
