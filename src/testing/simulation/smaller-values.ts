// JSON values that are a little smaller than another one, of the same form: numbers nearer to 0, shorter lists.

/** Every value in which one number, text or list is smaller. */
export function* smallerValues(value: unknown): Iterable<unknown> {
  if (typeof value === "number") {
    for (const number of new Set([0, 1, Math.trunc(value / 2), Math.trunc(value)])) {
      if (Math.abs(number) < Math.abs(value)) yield number;
    }
  } else if (Array.isArray(value)) {
    for (const index of value.keys()) yield value.toSpliced(index, 1);
    for (const [index, item] of value.entries()) {
      for (const smaller of smallerValues(item)) yield value.with(index, smaller);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      for (const smaller of smallerValues(inner)) yield { ...value, [name]: smaller };
    }
  }
}

/** How large a value is: of two with the same form, the one with the smaller numbers is smaller. */
export function weightOf(value: unknown): number {
  if (typeof value === "number") return 1 + Math.abs(value);
  if (typeof value === "string") return 1 + value.length;
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + weightOf(inner), 1);
}
