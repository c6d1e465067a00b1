// Waits until code that only waits for settled promises has gone as far as it can.

type Later = (run: () => void) => void;

interface Host {
  readonly process?: { readonly versions?: { readonly node?: string }; nextTick?: Later };
  readonly WebSocketPair?: unknown;
}

/** Taken when this file is loaded, since the timers of a test may take its place later. */
const later: Later = latest(globalThis as Host);

/**
 * What runs a function after all microtasks. Node's nextTick does when it is called from a microtask. That of Cloudflare, which
 * has the global WebSocketPair, is a microtask itself.
 */
function latest({ process, WebSocketPair }: Host): Later {
  const nextTick = process?.nextTick;
  const isNode = process?.versions?.node !== undefined && WebSocketPair === undefined;
  return isNode && nextTick !== undefined ? (run) => nextTick(run) : (run) => void setTimeout(run, 0);
}

/** Resolves when every microtask has run, and those that they have started. Call it from a microtask. */
export function drained(): Promise<void> {
  return new Promise(later);
}
