// The types of functions, for the servers of a runtime: of those that run in this process, and of those whose servers tell them.

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
  /** The type names of the functions that are known. Defaults to none. */
  readonly typeNames?: readonly string[];
  /** The types that a function handles; empty for a function whose types are not known, or with nothing but a catch-all. */
  handled(typeName: string): readonly Type<any>[];
  /**
   * Whether a function may take values of every type, by a catch-all or in a workflow; undefined for a function whose types are not known.
   * Defaults to undefined for every function: no value is refused for its type then.
   */
  takesAll?(typeName: string): boolean | undefined;
  /** The one type that a method of a function's class handles; undefined when no method has this name. */
  handler(typeName: string, method: string): Type<any> | undefined;
  /** The type of a typename, when a function that is known uses it. */
  find(typename: string): Type<any> | undefined;
  /** What a function declares; undefined for a function whose types are not known. Defaults to undefined for every function. */
  declared?(typeName: string): DeclaredTypes | undefined;
  /** The names of a function's states; undefined for a function whose types are not known. Defaults to undefined for every function. */
  states?(typeName: string): readonly string[] | undefined;
  /** The type of a function's state. */
  state(typeName: string, name: string): Type<any> | undefined;
  /**
   * Learns the types of a function in another process, or of all such functions. Returns undefined when nothing has to be waited
   * for. Defaults to nothing to learn. The promise never rejects.
   */
  learn?(typeName?: string): Promise<void> | undefined;
  /** Learns a type that is not known yet, in the same way. */
  learnType?(typename: string): Promise<void> | undefined;
  /** Why the types of a function in another process are not known. Defaults to no reason. */
  whyUnknown?(typeName: string): string | undefined;
}
