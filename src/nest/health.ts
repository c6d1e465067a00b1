// The health of a runtime, for @nestjs/terminus.

import { Inject } from "@nestjs/common";
import { publicMessage } from "../runtime/http/error-answer.js";
import { StatefunRuntime } from "../runtime/statefun-runtime.js";

/** The health of a runtime, under a key, as a health check of @nestjs/terminus shows it. */
export type StatefunHealth = Record<
  string,
  { readonly status: "up" } | { readonly status: "down"; readonly code: string; readonly message: string }
>;

/**
 * Tells whether the runtime takes messages: not while it closes, not while its folder can't be written, and not when too much
 * waits. A parked address is no reason: it concerns its own messages alone.
 */
export class StatefunHealthIndicator {
  readonly #runtime: StatefunRuntime;

  /** @internal */
  constructor(runtime: StatefunRuntime) {
    this.#runtime = runtime;
  }

  /** Checks the runtime: `health.check([() => statefun.isHealthy()])`. */
  async isHealthy(key = "statefun"): Promise<StatefunHealth> {
    const { trouble } = this.#runtime.engine;
    return {
      [key]:
        trouble === undefined
          ? { status: "up" }
          : { status: "down", code: trouble.code, message: publicMessage(trouble) },
    };
  }
}

Inject(StatefunRuntime)(StatefunHealthIndicator, undefined, 0);
