// The request that calls a function of one key.

/** A call of one key: what stands before and after the key in the path, and the body. */
export interface CallShape {
  readonly before: string;
  /** Undefined when the path is `before`, without a key. */
  readonly after: string | undefined;
  readonly body: string;
}

export function pathOf({ before, after }: CallShape, key: number): string {
  return after === undefined ? before : `${before}${key}${after}`;
}
