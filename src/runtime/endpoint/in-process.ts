// Functions in this process, as an endpoint: a call of their handler.

import type { Endpoint } from "../../engine/endpoint.js";

/** The functions that run in this process: their type names, and their bytes → bytes handler. */
export interface InProcessFunctions {
  readonly typeNames: readonly string[];
  handle(request: Uint8Array): Promise<Uint8Array>;
}

/** Neither copies the bytes nor touches the handler's failures. */
export class InProcessEndpoint implements Endpoint {
  readonly #functions: InProcessFunctions;

  constructor(functions: InProcessFunctions) {
    this.#functions = functions;
  }

  call(request: Uint8Array): Promise<Uint8Array> {
    return this.#functions.handle(request);
  }

  /** Whoever made the handler closes it. */
  async close(): Promise<void> {}
}
