// The asynchronous context (AsyncLocalStorage) in which the engine works. Without one of its own, the loop would go on in
// the context of whoever sent the first message, and every later handler would see that caller's stores.

import { AsyncResource } from "node:async_hooks";

/** The context of whoever opened the engine. */
export class OwnContext {
  readonly #resource = new AsyncResource("statefun:engine");

  /** Runs work of the engine that somebody else's code has begun. */
  run<T>(work: () => T): T {
    return this.#resource.runInAsyncScope(work);
  }
}

/** Runs code of a user. A store that it sets with `enterWith` is seen by what it begins, and by nobody else. */
export function isolated<T>(work: () => T): T {
  return new AsyncResource("statefun:user").runInAsyncScope(work);
}
