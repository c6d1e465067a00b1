// The addresses that are awake. One with nothing to do stays in memory for a while, so that its state need not be read
// again.

import type { Address } from "../model/address.js";
import type { QueueStore } from "./durable-queue.js";
import type { FunctionTable } from "./function-table.js";
import { Instance } from "./instance.js";
import { addressKey } from "./keys.js";

/** How many idle addresses, and how many bytes of their states, stay in memory. */
const mostIdle = 10_000;
const mostIdleBytes = 32 * 1024 * 1024;

export class Instances {
  readonly #shared: QueueStore;
  readonly #functions: FunctionTable;
  readonly #awake = new Map<string, Instance>();
  /** In the order in which they became idle, with the bytes of their states at that time. */
  readonly #idle = new Map<Instance, number>();
  #idleBytes = 0;

  constructor(functions: FunctionTable, shared: QueueStore) {
    this.#functions = functions;
    this.#shared = shared;
  }

  /** The instance of an address, for reading or for work; {@link rest} must follow when there is none. */
  wake(address: Address): Instance {
    const key = addressKey(address.namespace, address.name, address.id);
    const awake = this.#awake.get(key);
    if (awake !== undefined) {
      const bytes = this.#idle.get(awake);
      if (bytes !== undefined) {
        this.#idle.delete(awake);
        this.#idleBytes -= bytes;
      }
      return awake;
    }
    const known = this.#functions.find(address.namespace, address.name);
    const instance = new Instance(address, key, known, this.#shared);
    this.#awake.set(key, instance);
    return instance;
  }

  /** The instance, if it is awake. */
  peek({ namespace, name, id }: Address): Instance | undefined {
    return this.#awake.get(addressKey(namespace, name, id));
  }

  all(): Iterable<Instance> {
    return this.#awake.values();
  }

  /** Lets an instance go that has nothing to do. */
  rest(instance: Instance): void {
    if (!instance.idle || this.#idle.has(instance)) return;
    this.#idle.set(instance, instance.states.bytes);
    this.#idleBytes += instance.states.bytes;
    for (const [oldest, bytes] of this.#idle) {
      if (this.#idle.size <= mostIdle && this.#idleBytes <= mostIdleBytes) break;
      this.#idle.delete(oldest);
      this.#idleBytes -= bytes;
      this.#awake.delete(oldest.key);
    }
  }
}
