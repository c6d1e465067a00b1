// Listens to the end of an AbortSignal, however many calls share the signal.

import { type Listed, OpenList } from "./open-list.js";

/** A function that is called when a signal aborts. */
interface Listener extends Listed {
  readonly run: () => void;
}

const listeners = new WeakMap<AbortSignal, OpenList<Listener>>();

/**
 * Calls `run` when the signal aborts; the returned function ends that. A signal gets one listener for all calls: Node warns
 * of a leak when a signal has more than ten, and a service ends hundreds of calls by one signal.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  let ofSignal = listeners.get(signal);
  if (ofSignal === undefined) {
    const all = new OpenList<Listener>();
    ofSignal = all;
    listeners.set(signal, all);
    signal.addEventListener("abort", () => {
      for (const each of [...all]) each.run();
    });
  }
  const list = ofSignal;
  const listener: Listener = { run, place: -1 };
  list.add(listener);
  return () => list.remove(listener);
}
