// An address: names a function and one of its instances.

import { parseTypeName } from "./type-name.js";

/**
 * The address of one function instance: its type name and its id (proto message Address).
 *
 * @example
 * ```ts
 * const bob = Address.of("example/count", "bob");
 *
 * console.log(bob.typeName, bob.id); // example/count bob
 * ```
 */
export class Address {
  /** The part of the type name before the last slash (proto field `namespace`). */
  readonly namespace: string;
  /** The part of the type name after the last slash (proto field `type`). */
  readonly name: string;
  /** The id of the instance (proto field `id`). */
  readonly id: string;

  constructor(namespace: string, name: string, id: string) {
    this.namespace = namespace;
    this.name = name;
    this.id = id;
  }

  /** The function's type name, "namespace/name". */
  get typeName(): string {
    return `${this.namespace}/${this.name}`;
  }

  /** Makes an address from a type name and an id. Throws TYPE_NAME_INVALID. */
  static of(typeName: string, id: string): Address {
    const { namespace, name } = parseTypeName(typeName);
    return new Address(namespace, name, id);
  }

  /** Whether another address names the same instance. */
  equals(other: Address | undefined): boolean {
    return other !== undefined && this.id === other.id && this.typeName === other.typeName;
  }

  /**
   * The token under which the function at this address waits for an answer; undefined for every other address.
   * @internal
   */
  get callToken(): string | undefined {
    return undefined;
  }

  /**
   * The same address without the token of a call: where a message goes. An engine in this process keeps the object.
   * @internal
   */
  get plain(): Address {
    return this;
  }

  /** The address as text, "namespace/name/id". */
  toString(): string {
    return `${this.typeName}/${this.id}`;
  }
}

/** The address of a function that has called and is answered later: it remembers the token of the call. */
export class WaitingAddress extends Address {
  readonly #callToken: string;

  constructor({ namespace, name, id }: Address, callToken: string) {
    super(namespace, name, id);
    this.#callToken = callToken;
  }

  override get callToken(): string {
    return this.#callToken;
  }

  override get plain(): Address {
    return new Address(this.namespace, this.name, this.id);
  }
}
