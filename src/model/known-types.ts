// The types of this process by their typenames. Code that shows a value to people often knows nothing but its typename.

/** Weak, so that the map keeps no type alive. */
const known = new Map<string, WeakRef<{ readonly typename: string }>>();
/** A program has few types. The limit keeps typenames that are made of data from filling the memory. */
const mostKnown = 10_000;

/** How many types were noted. */
let made = 0;
let isNoting = true;

/** Notes a type when it is made. A later type takes the place of an earlier one of the same typename. */
export function noteType(type: { readonly typename: string }): void {
  if (!isNoting) return;
  made += 1;
  if (known.size < mostKnown || known.has(type.typename)) known.set(type.typename, new WeakRef(type));
}

/** The typenames of the types that were made in this process, also of those that are gone. */
export const notedTypenames = (): string[] => [...known.keys()];

/** Finds the type that was made last under this typename. */
export function notedType(typename: string): { readonly typename: string } | undefined {
  return known.get(typename)?.deref();
}

/** How many types were made in this process. The number grows when there may be something new to tell of them. */
export const madeTypes = (): number => made;

/** Makes types that are not those of this process: they stand for types of another one, and take no place here. */
export function withoutNoting<R>(make: () => R): R {
  isNoting = false;
  try {
    return make();
  } finally {
    isNoting = true;
  }
}
