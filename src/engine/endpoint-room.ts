// How many calls may be in flight to one endpoint, for all its functions together: as many as it has connections, so that no
// call waits for a connection while its time limit runs.

export class EndpointRoom {
  readonly #most: number;
  #inFlight = 0;
  /** The `wake` functions of the lanes that found no room. They are called when there may be room again. */
  readonly #blocked = new Set<() => void>();
  #last: (() => void) | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether a call may begin. When not, `wake` is called once there may be room. */
  has(wake: () => void): boolean {
    if (this.#inFlight < this.#most) return true;
    this.#blocked.add(wake);
    return false;
  }

  /** Says that a call has begun. `wake` belongs to the lane of the call. */
  take(wake: () => void): void {
    this.#inFlight += 1;
    this.#last = wake;
  }

  /** Says that a call has ended. */
  free(): void {
    this.#inFlight -= 1;
    if (this.#blocked.size === 0) return;
    const blocked = [...this.#blocked];
    this.#blocked.clear();
    // The lane that took the last place comes last. Otherwise a busy lane would take every place that becomes free.
    const last = blocked.indexOf(this.#last as () => void);
    if (last !== -1) blocked.push(...blocked.splice(0, last + 1));
    for (const wake of blocked) wake();
  }
}
