// Lists that mostly hold one element or none.

/** The empty list that all empty lists share; append never changes it. */
export const none: readonly never[] = [];

/**
 * Adds an element and returns the list. The first element makes a new list with room for one element; a push onto an
 * empty list would make room for 17.
 */
export function append<T>(list: readonly T[], element: T): readonly T[] {
  if (list.length === 0) return [element];
  (list as T[]).push(element);
  return list;
}
