// Which stacks were logged: the same failure, tried again and again, fills a log with its one stack otherwise.

const mostSeen = 100;

/** Remembers the stacks that were seen last, at most 100. */
export class SeenStacks {
  readonly #seen = new Set<string>();

  /** Whether a stack is from another place in the code than those that were seen last. From now on it is seen. */
  isNew(stack: string): boolean {
    const place = placeOf(stack);
    const seen = this.#seen;
    const isNew = !seen.delete(place);
    seen.add(place);
    if (seen.size > mostSeen) for (const oldest of seen) return seen.delete(oldest) && isNew;
    return isNew;
  }
}

/** So many lines name the place that has failed. The lines after them may name the way to a handler, which varies. */
const linesOfPlace = 3;

/** The first lines of the stack that name code. Its message does not count, since that may hold an id and so differ each time. */
function placeOf(stack: string): string {
  const lines = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return lines.length === 0 ? stack : lines.slice(0, linesOfPlace).join("\n");
}
