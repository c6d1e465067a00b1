// The request that calls a function of one key.

/** A call of one key: what stands before and after the key in the path, and the body. */
export interface CallShape {
  readonly before: string;
  readonly after: string;
  readonly body: string;
}
