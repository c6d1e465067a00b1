// The types of this process by their typenames: for those who show values to people, and meet them with a name alone.

/** What is noted is not kept alive by it. */
const known = new Map<string, WeakRef<{ readonly typename: string }>>();
/** A program has few types. Names beyond these are not noted, so that names made of data can't fill the memory. */
const mostKnown = 10_000;

/** Notes a type when it is made; of two with one name, the later. */
export function noteType(type: { readonly typename: string }): void {
  if (known.size < mostKnown || known.has(type.typename)) known.set(type.typename, new WeakRef(type));
}

/** The type that was made last under this name. */
export function notedType(typename: string): { readonly typename: string } | undefined {
  return known.get(typename)?.deref();
}
