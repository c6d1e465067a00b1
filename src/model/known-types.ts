// The types of this process by their typenames. Code that shows a value to people often knows nothing but its typename.

/** Weak, so that the map keeps no type alive. */
const known = new Map<string, WeakRef<{ readonly typename: string }>>();
/** A program has few types. The limit keeps typenames that are made of data from filling the memory. */
const mostKnown = 10_000;

/** Notes a type when it is made. A later type takes the place of an earlier one of the same typename. */
export function noteType(type: { readonly typename: string }): void {
  if (known.size < mostKnown || known.has(type.typename)) known.set(type.typename, new WeakRef(type));
}

/** The typenames of the types that were made in this process, also of those that are gone. */
export const notedTypenames = (): string[] => [...known.keys()];

/** Finds the type that was made last under this typename. */
export function notedType(typename: string): { readonly typename: string } | undefined {
  return known.get(typename)?.deref();
}
