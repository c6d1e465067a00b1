// The instances of a function class that Nest's container makes: one for each batch of messages.

import { Scope } from "@nestjs/common";
import { type DiscoveryService, ModuleRef } from "@nestjs/core";
import { StatefunError } from "../errors.js";

/** A provider as Nest's container keeps it. */
export type Wrapper = ReturnType<DiscoveryService["getProviders"]>[number];

type Constructor = new (...args: any[]) => object;

/** Makes the instances of one class, with what its constructor takes injected. */
export class Instances {
  readonly #functionClass: Constructor;
  /** Under which the container has the class. */
  readonly #token: unknown;
  readonly #moduleRef: ModuleRef;
  /** What the constructor takes, when every instance gets the same. */
  #injected: readonly unknown[] | undefined;

  constructor(functionClass: Constructor, wrapper: Wrapper) {
    this.#functionClass = functionClass;
    this.#token = wrapper.token;
    // That of the module which holds the class: the class may take what only this module provides.
    this.#moduleRef = wrapper.host?.getProviderByKey(ModuleRef).instance as ModuleRef;
  }

  /**
   * Prepares for the first message, when all providers are there. Rejects with OPTION_INVALID for a class that is request-scoped or
   * takes a request-scoped provider, and as Nest does when a provider is missing.
   */
  async prepare(): Promise<void> {
    this.#assertNoRequest();
    const first = await this.#inject();
    const second = await this.#inject();
    // The container makes a transient provider anew for each instance, and sets properties itself. Without both, the constructor
    // alone makes an instance in a twentieth of the time.
    const same = first.every((argument, index) => Object.is(argument, second[index]));
    if (same && !takesProperties(this.#functionClass)) this.#injected = first;
  }

  /** Makes an instance. */
  make(): object | Promise<object> {
    const FunctionClass = this.#functionClass;
    return this.#injected === undefined ? this.#moduleRef.create(FunctionClass) : new FunctionClass(...this.#injected);
  }

  /** Lets the container make an instance, and returns what the constructor got. */
  async #inject(): Promise<readonly unknown[]> {
    let injected: readonly unknown[] = [];
    // A subclass inherits the metadata by which the container knows what to inject.
    class Recorder extends this.#functionClass {
      constructor(...args: any[]) {
        super(...args);
        injected = args;
      }
    }
    Object.defineProperty(Recorder, "name", { value: this.#functionClass.name }); // Nest's messages have the name
    await this.#moduleRef.create(Recorder);
    return injected;
  }

  #assertNoRequest(): void {
    const { name } = this.#functionClass;
    const culprit = requestScoped(this.#moduleRef, this.#functionClass);
    if (culprit === undefined && !isRequestScoped(this.#moduleRef, this.#token)) return;
    const why =
      culprit === undefined
        ? "is request-scoped. Leave its scope out, or make it transient: each batch of messages has an instance of its own in both"
        : `takes ${culprit}, which is request-scoped. Make ${culprit} a singleton or transient, and send what belongs to a request in the message or its metadata`;
    throw new StatefunError("OPTION_INVALID", `The function ${name} ${why}. A message is handled without a request.`);
  }
}

/** The names under which Nest's decorators, and the compiler, note what a class takes. */
const noted = { parameters: "design:paramtypes", injected: "self:paramtypes", properties: "self:properties_metadata" };

/** Whether a class takes what the container injects. */
export function takesProviders(functionClass: Constructor): boolean {
  const { length } = functionClass;
  return length > 0 || Object.values(noted).some((name) => notedOf(name, functionClass).length > 0);
}

const takesProperties = (functionClass: Constructor) => notedOf(noted.properties, functionClass).length > 0;

function notedOf<T>(name: string, functionClass: Constructor): readonly T[] {
  return (Reflect.getMetadata(name, functionClass) as readonly T[] | undefined) ?? [];
}

/** What a class takes, by the tokens of its providers. */
function tokensOf(functionClass: Constructor): unknown[] {
  const tokens = [...notedOf<unknown>(noted.parameters, functionClass)];
  for (const { index, param } of notedOf<{ index: number; param: unknown }>(noted.injected, functionClass)) {
    tokens[index] = param;
  }
  return [...tokens, ...notedOf<{ type: unknown }>(noted.properties, functionClass).map(({ type }) => type)].map(
    (token) => (token as { forwardRef?: () => unknown } | undefined)?.forwardRef?.() ?? token,
  );
}

/** The name of a provider that a class takes, itself or by other classes, and that needs a request. */
function requestScoped(moduleRef: ModuleRef, taker: Constructor, seen = new Set<unknown>()): string | undefined {
  for (const token of tokensOf(taker)) {
    if (seen.has(token) || !isRequestScoped(moduleRef, token)) continue;
    seen.add(token);
    if (typeof token !== "function") return String(token);
    const provider = token as Constructor;
    const isItself =
      (Reflect.getMetadata("scope:options", provider) as { scope?: Scope } | undefined)?.scope === Scope.REQUEST;
    return (isItself ? undefined : requestScoped(moduleRef, provider, seen)) ?? provider.name;
  }
  return undefined;
}

/** Whether a provider needs a request. An optional provider that is not there needs none. */
function isRequestScoped(moduleRef: ModuleRef, token: unknown): boolean {
  try {
    return moduleRef.introspect(token as Constructor).scope === Scope.REQUEST;
  } catch {
    return false;
  }
}
