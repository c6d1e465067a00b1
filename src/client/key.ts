// The idempotency keys of requests. Each try has the same key, so that the runtime carries the request out once.

/** An idempotency key. */
export interface Key {
  readonly text: string;
  /** For how long the runtime must remember the key; undefined for as long as it remembers other keys. */
  readonly lifetimeMs: number | undefined;
}

/** The last try leaves before the timeout. A proxy may hold it back, but not for so many milliseconds. */
const heldBackMs = 5 * 60_000;

/** Makes the keys of one client. */
export class Keys {
  /** Nobody else knows it. It is drawn once, since each call would otherwise wait for the host's random numbers. */
  readonly #secret = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  #count = 0;

  /**
   * The key of a request: its user's own, or a new one. Nobody else knows a key that the client makes, so the runtime may
   * forget it when no try can come any more.
   */
  of(own: string | undefined, timeoutMs: number): Key {
    if (own !== undefined) return { text: own, lifetimeMs: undefined };
    this.#count += 1;
    return { text: `${this.#secret}-${this.#count}`, lifetimeMs: timeoutMs + heldBackMs };
  }
}

/** The headers of a request that stands alone. */
export function keyHeaders({ text, lifetimeMs }: Key): Record<string, string> {
  return {
    "Idempotency-Key": text,
    ...(lifetimeMs === undefined ? {} : { "Idempotency-Key-Lifetime": String(lifetimeMs) }),
  };
}
