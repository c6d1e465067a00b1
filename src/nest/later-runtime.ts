// A runtime that providers can take before it is open.

import { StatefunError } from "../errors.js";
import { methods } from "../refs/methods.js";
import type { RuntimeHandler } from "../runtime/http/mounted.js";
import { StatefunRuntime } from "../runtime/statefun-runtime.js";

type AnyMethod = (...args: readonly unknown[]) => unknown;

/** What returns an object with every method of a function. */
const refs: readonly (string | symbol)[] = ["ref", "sender"] satisfies (keyof StatefunRuntime)[];

/**
 * Stands for a runtime until it is open, and then for that runtime. Before, a ref, a sender and a handler are made at
 * once, and what they do waits as all calls do.
 */
export class LaterRuntime {
  /** What providers take. */
  readonly runtime: StatefunRuntime;
  #opened: StatefunRuntime | undefined;
  readonly #opening: Promise<StatefunRuntime>;
  #resolve: (runtime: StatefunRuntime) => void = () => {};

  constructor() {
    this.#opening = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.runtime = new Proxy(Object.create(StatefunRuntime.prototype) as StatefunRuntime, {
      get: (target, key) => (this.#opened === undefined ? this.#early(target, key) : member(this.#opened, key)),
    });
  }

  /** Says which runtime it is. */
  open(runtime: StatefunRuntime): void {
    this.#opened = runtime;
    this.#resolve(runtime);
  }

  /** Closes the runtime, if it was opened. */
  async close(grace: Parameters<StatefunRuntime["close"]>[0]): Promise<void> {
    await this.#opened?.close(grace);
  }

  #early(target: StatefunRuntime, key: string | symbol): unknown {
    if (refs.includes(key)) {
      return (...args: readonly unknown[]) =>
        methods(async (method, message, options) => {
          const ref = (member(await this.#opening, key) as AnyMethod)(...args) as Record<string, AnyMethod>;
          return ref[method]?.(message, options);
        });
    }
    if (key === "handler") {
      return (...args: Parameters<StatefunRuntime["handler"]>): RuntimeHandler => {
        let handler: RuntimeHandler | undefined;
        return async (request, response, next) => {
          const runtime = this.#opened ?? (await this.#opening);
          handler ??= runtime.handler(...args);
          handler(request, response, next);
        };
      };
    }
    if (
      typeof Reflect.get(StatefunRuntime.prototype, key) === "function" &&
      key !== "egress" &&
      key !== "constructor"
    ) {
      return async (...args: readonly unknown[]) => (member(await this.#opening, key) as AnyMethod)(...args);
    }
    // Nest looks for hooks at every provider.
    if (key === "egress" || ["engine", "schedules", "ingress", "admin", "dir"].includes(String(key))) {
      throw new StatefunError(
        "OPTION_INVALID",
        `The runtime is not open yet, so it has no ${String(key)}. Use it in onModuleInit, onApplicationBootstrap or later.`,
      );
    }
    return Reflect.get(target, key);
  }
}

/** A member of a runtime. Its methods need the runtime itself, whose fields are private. */
function member(runtime: StatefunRuntime, key: string | symbol): unknown {
  const value: unknown = Reflect.get(runtime, key);
  return typeof value === "function" && key !== "constructor" ? value.bind(runtime) : value;
}
