// Listens to the end of an AbortSignal, however many calls share the signal.

/** What is called when a signal aborts. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` when the signal aborts; the returned function ends that. A signal gets one listener for all calls: Node
 * warns of a leak when a signal has more than ten, and a service ends hundreds of calls by one signal.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let ofSignal = listeners.get(signal);
  if (ofSignal === undefined) {
    const all = new Set<() => void>();
    ofSignal = all;
    listeners.set(signal, all);
    signal.addEventListener("abort", () => {
      for (const each of all) each();
    });
  }
  ofSignal.add(listener);
  return () => ofSignal.delete(listener);
}
