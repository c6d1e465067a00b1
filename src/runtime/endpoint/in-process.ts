// Calls the functions of this process: an endpoint that hands a batch to them as it is.

import type { LocalEndpoint } from "../../engine/endpoint.js";
import { isolated } from "../../engine/own-context.js";
import type { FunctionPolicy } from "../../model/function-policy.js";

/** The functions of this process: their type names, what happens when they fail, and how a batch of theirs is run. */
export interface InProcessFunctions {
  readonly typeNames: readonly string[];
  /** What happens when a message of the function fails, as far as the function says. */
  policy?(typeName: string): FunctionPolicy | undefined;
  run: LocalEndpoint["run"];
}

/** Passes batches, answers and failures through unchanged. Each batch has an asynchronous context of its own. */
export class InProcessEndpoint implements LocalEndpoint {
  readonly #functions: InProcessFunctions;

  constructor(functions: InProcessFunctions) {
    this.#functions = functions;
  }

  run: LocalEndpoint["run"] = (batch, taker) => isolated(() => this.#functions.run(batch, taker));

  /** Does nothing: the functions belong to the user. */
  async close(): Promise<void> {}
}
