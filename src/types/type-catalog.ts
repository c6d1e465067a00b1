// The types of the functions that run in this process, for the servers of a runtime.

import type { Expiration } from "../model/expiration.js";
import type { Type } from "../model/type.js";
import type { TypedValue } from "../model/typed-value.js";

/** A type that a function takes. */
export interface TakenType {
  readonly type: Type<any>;
  /** The method that takes it. */
  readonly method: string;
  /** Whether the method only reads the states and answers. */
  readonly readOnly: boolean;
  /** Whether a message of the type begins a run of a workflow. */
  readonly beginsRun: boolean;
}

/** A state that a function declares. */
export interface DeclaredState {
  readonly name: string;
  readonly type: Type<any>;
  readonly expiration: Expiration;
}

/** What the declaration of a function says of its types. */
export interface DeclaredTypes {
  /** The types that the function takes, in their order. */
  readonly taken: readonly TakenType[];
  /** The states that people see, in their order. */
  readonly states: readonly DeclaredState[];
  /** What the function sees in its states while they are not set, by their names. States without a default are missing. */
  defaults(): ReadonlyMap<string, TypedValue>;
}

/** Finds the types that functions take and keep, and types by their typenames. */
export interface TypeCatalog {
  /** The type names of the functions of this process. Defaults to none. */
  readonly typeNames?: readonly string[];
  /** The types that a function handles; empty for a function of another process, or with nothing but a catch-all. */
  handled(typeName: string): readonly Type<any>[];
  /**
   * Whether a function may take values of every type, by a catch-all or in a workflow; undefined for a function of another process.
   * Defaults to undefined for every function: no value is refused for its type then.
   */
  takesAll?(typeName: string): boolean | undefined;
  /** The one type that a method of a function's class handles; undefined when no method has this name. */
  handler(typeName: string, method: string): Type<any> | undefined;
  /** The type of a typename, when a function of this process uses it. */
  find(typename: string): Type<any> | undefined;
  /** What a function of this process declares; undefined for a function elsewhere. Defaults to undefined for every function. */
  declared?(typeName: string): DeclaredTypes | undefined;
  /** The names of a function's states; undefined for a function of another process. Defaults to undefined for every function. */
  states?(typeName: string): readonly string[] | undefined;
  /** The type of a function's state. */
  state(typeName: string, name: string): Type<any> | undefined;
}
