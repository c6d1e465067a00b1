// How many messages the calls of one function carry. A call that got no answer may have carried more than its function can
// handle within the time limit, so the next calls carry half of that; then they grow by one message at a time.

export class BatchSize {
  readonly #longest: number;
  #most: number;

  /** `longest` is the number of messages that a call carries while all calls are answered. */
  constructor(longest: number) {
    this.#longest = longest;
    this.#most = longest;
  }

  /** The most messages that the next call carries. */
  get most(): number {
    return this.#most;
  }

  /**
   * Says that a call with so many messages was answered. Calls of several addresses are in flight at once: those that began
   * with the same size let it grow once, and those that began before it was halved say nothing of it.
   */
  answered(size: number): void {
    if (size === this.#most && size < this.#longest) this.#most = size + 1;
  }

  /** Says that a call with so many messages got no answer. */
  unanswered(size: number): void {
    // If the call carried one message, the message is to blame and not the size.
    if (size > 1) this.#most = Math.min(this.#most, Math.floor(size / 2));
  }
}
