// The types of the functions that run in this process, for the servers of a runtime.

import type { Type } from "../model/type.js";

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
  /** The names of a function's states; undefined for a function of another process. Defaults to undefined for every function. */
  states?(typeName: string): readonly string[] | undefined;
  /** The type of a function's state. */
  state(typeName: string, name: string): Type<any> | undefined;
}
