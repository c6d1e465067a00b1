// Changes of one part of a JSON value. The value itself stays as it is, so that a page can compare the two.

/** Names of properties and places in lists, from the outside to the inside. */
export type JsonPath = readonly (string | number)[];

/** Returns the part of a value at a path; undefined when there is none. */
export function partAt(value: unknown, path: JsonPath): unknown {
  let part: any = value;
  for (const key of path) part = isHolder(part) && Object.hasOwn(part, key) ? Reflect.get(part, key) : undefined;
  return part;
}

/** Returns a value whose part at a path is another one. What is missing on the way is made. */
export function withPart(value: unknown, path: JsonPath, part: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return part;
  const inner = withPart(partAt(value, [key]), rest, part);
  if (typeof key === "number") {
    const list = Array.isArray(value) ? [...value] : [];
    list[key] = inner;
    return list;
  }
  // Not by assignment: the name could be __proto__.
  const others = Object.entries(isHolder(value) && !Array.isArray(value) ? value : {});
  const place = others.findIndex(([name]) => name === key);
  if (place < 0) others.push([key, inner]);
  else others[place] = [key, inner];
  return Object.fromEntries(others);
}

/** Returns a value without its part at a path. What stands behind it in a list moves up. */
export function withoutPart(value: unknown, path: JsonPath): unknown {
  const outer = path.slice(0, -1);
  const key = path.at(-1);
  const holder = partAt(value, outer);
  if (key === undefined || !isHolder(holder)) return value;
  const left = Array.isArray(holder)
    ? holder.filter((_, place) => place !== key)
    : Object.fromEntries(Object.entries(holder).filter(([name]) => name !== key));
  return withPart(value, outer, left);
}

const isHolder = (value: unknown): value is object => typeof value === "object" && value !== null;
