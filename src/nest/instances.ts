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
  readonly #wrapper: Wrapper;
  readonly #moduleRef: ModuleRef;
  /** What the constructor takes, when every instance gets the same. */
  #injected: readonly unknown[] | undefined;

  constructor(functionClass: Constructor, wrapper: Wrapper) {
    this.#functionClass = functionClass;
    this.#wrapper = wrapper;
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
    if (this.#moduleRef.introspect(this.#wrapper.token as Constructor).scope !== Scope.REQUEST) return;
    const { name } = this.#functionClass;
    const culprit = requestScoped(this.#wrapper);
    const why =
      culprit === undefined || culprit === this.#wrapper
        ? "is request-scoped. Leave its scope out, or make it transient: each batch of messages has an instance of its own in both"
        : `takes ${nameOf(culprit)}, which is request-scoped. Make ${nameOf(culprit)} a singleton or transient, and send what belongs to a request in the message or its metadata`;
    throw new StatefunError("OPTION_INVALID", `The function ${name} ${why}. A message is handled without a request.`);
  }
}

/** Whether a class takes what the container injects. */
export function takesProviders(functionClass: Constructor): boolean {
  const { length } = functionClass;
  return (
    length > 0 ||
    has("design:paramtypes", functionClass) ||
    has("self:paramtypes", functionClass) ||
    takesProperties(functionClass)
  );
}

const takesProperties = (functionClass: Constructor) => has("self:properties_metadata", functionClass);

/** Whether Nest's decorators, or the compiler, have noted a list of this name for a class. */
function has(key: string, functionClass: Constructor): boolean {
  const noted: unknown = Reflect.getMetadata(key, functionClass);
  return Array.isArray(noted) && noted.length > 0;
}

/** Finds the request-scoped provider that a provider takes, itself included. */
function requestScoped(wrapper: Wrapper, seen = new Set<Wrapper>()): Wrapper | undefined {
  if (seen.has(wrapper)) return undefined;
  seen.add(wrapper);
  if (wrapper.scope === Scope.REQUEST) return wrapper;
  const properties = wrapper.getPropertiesMetadata()?.map((property) => property.wrapper) ?? [];
  for (const taken of [...(wrapper.getCtorMetadata() ?? []), ...properties]) {
    const found = taken === undefined ? undefined : requestScoped(taken, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

const nameOf = ({ name, token }: Wrapper): string => String(name ?? token);
