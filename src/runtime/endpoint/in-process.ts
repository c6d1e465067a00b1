// Calls the functions of this process: an endpoint that hands a batch to them as it is.

import type { LocalEndpoint } from "../../engine/endpoint.js";
import { isolated } from "../../engine/own-context.js";
import type { FunctionPolicy } from "../../model/function-policy.js";

/** The functions of this process: their type names, their own options, and how a batch of theirs is run. */
export interface InProcessFunctions {
  readonly typeNames: readonly string[];
  /** The options of the function, as far as the function says. */
  policy?(typeName: string): FunctionPolicy | undefined;
  /** Whether a message of a type only reads and answers; undefined when no message of the function does. */
  readOnly?(typeName: string): ((typename: string) => boolean) | undefined;
  /** Runs a batch. `callTimeoutMs` is the time limit of each message; undefined stands for that of all functions. */
  run(...batch: [...Parameters<LocalEndpoint["run"]>, callTimeoutMs?: number]): ReturnType<LocalEndpoint["run"]>;
}

/** Passes batches, answers and failures through unchanged. Each batch has an asynchronous context of its own. */
export class InProcessEndpoint implements LocalEndpoint {
  readonly #functions: InProcessFunctions;
  readonly #callTimeoutMs: number | undefined;

  constructor(functions: InProcessFunctions, callTimeoutMs?: number) {
    this.#functions = functions;
    this.#callTimeoutMs = callTimeoutMs;
  }

  run: LocalEndpoint["run"] = (batch, taker) => isolated(() => this.#functions.run(batch, taker, this.#callTimeoutMs));

  /** Does nothing: the functions belong to the user. */
  async close(): Promise<void> {}
}
