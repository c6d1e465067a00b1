// What the servers of a runtime know of the types of the functions that run in this process.

import type { Type } from "../model/type.js";

/** Finds types: of what functions take and keep, and by their typenames. */
export interface TypeCatalog {
  /** The type names of the functions of this process. Defaults to none. */
  readonly typeNames?: readonly string[];
  /** The types that a function handles; none when it is not of this process, or only has a catch-all. */
  handled(typeName: string): readonly Type<any>[];
  /**
   * Whether a function takes values of every type, by a catch-all; undefined when it is not of this process. Defaults to
   * undefined for all: nothing is refused for its type then.
   */
  takesAll?(typeName: string): boolean | undefined;
  /** The one type that a method of a function's class handles; undefined when there is no such method. */
  handler(typeName: string, method: string): Type<any> | undefined;
  /** The type of a typename, when a function of this process uses it. */
  find(typename: string): Type<any> | undefined;
  /** The type of a function's state. */
  state(typeName: string, name: string): Type<any> | undefined;
}

/** Knows no function and no type: values are bytes under a typename. */
export const emptyCatalog: TypeCatalog = {
  handled: () => [],
  handler: () => undefined,
  find: () => undefined,
  state: () => undefined,
};
