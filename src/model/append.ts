// Lists that mostly hold one element, or none.

/** An empty list, shared: append leaves it as it is. */
export const none: readonly never[] = [];

/** Adds an element and returns the list: a new one for the first element, with room for one. A push makes room for 17. */
export function append<T>(list: readonly T[], element: T): readonly T[] {
  if (list.length === 0) return [element];
  (list as T[]).push(element);
  return list;
}
