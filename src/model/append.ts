// Lists that mostly hold one element.

/** Adds an element and returns the list: a new one for the first element, with room for one. A push makes room for 17. */
export function append<T>(list: T[], element: T): T[] {
  if (list.length === 0) return [element];
  list.push(element);
  return list;
}
