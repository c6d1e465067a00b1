// Calls the functions of this process: an endpoint that hands the bytes to their handler.

import type { Endpoint } from "../../engine/endpoint.js";
import { isolated } from "../../engine/own-context.js";
import type { FunctionPolicy } from "../../model/function-policy.js";

/** The functions of this process: their type names, and the handler that takes and returns bytes. */
export interface InProcessFunctions {
  readonly typeNames: readonly string[];
  /** What a function says of itself on what happens when a message fails. */
  policy?(typeName: string): FunctionPolicy | undefined;
  handle(request: Uint8Array): Promise<Uint8Array>;
}

/** Passes bytes and failures through unchanged. Each batch has an asynchronous context of its own. */
export class InProcessEndpoint implements Endpoint {
  readonly #functions: InProcessFunctions;

  constructor(functions: InProcessFunctions) {
    this.#functions = functions;
  }

  call(request: Uint8Array): Promise<Uint8Array> {
    return isolated(() => this.#functions.handle(request));
  }

  /** Does nothing: the handler belongs to the user. */
  async close(): Promise<void> {}
}
