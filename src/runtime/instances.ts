// The addresses that are awake. One with nothing to do stays in memory for a while, so that its state need not be read
// again.

import type { Address } from "../model/address.js";
import type { QueueStore } from "./durable-queue.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import { Instance } from "./instance.js";
import { functionKey, idKey } from "./keys.js";

/** How many idle addresses, and how many bytes of their states, a generation of them holds. There are two. */
const generationSize = 5_000;
const generationBytes = 16 * 1024 * 1024;

export class Instances {
  readonly #shared: QueueStore;
  readonly #functions: FunctionTable;
  readonly #awake = new Map<string, Instance>();
  /**
   * The idle ones: those of late, and those before them, which are the next to be forgotten. To forget a whole generation
   * at once is cheaper than to look for the oldest each time.
   */
  #young = new Set<Instance>();
  #old = new Set<Instance>();
  #youngBytes = 0;

  constructor(functions: FunctionTable, shared: QueueStore) {
    this.#functions = functions;
    this.#shared = shared;
  }

  /** The instance of an address, for reading or for work; {@link rest} must follow when there is none. */
  wake(address: Address): Instance {
    const known = this.#functions.find(address.namespace, address.name);
    const key = this.#key(known, address);
    const awake = this.#awake.get(key);
    if (awake !== undefined) {
      if (!this.#young.delete(awake)) this.#old.delete(awake);
      return awake;
    }
    const instance = new Instance(address, key, known, this.#shared);
    this.#awake.set(key, instance);
    return instance;
  }

  /** The instance, if it is awake. */
  peek(address: Address): Instance | undefined {
    return this.#awake.get(this.#key(this.#functions.find(address.namespace, address.name), address));
  }

  #key(known: KnownFunction | undefined, { namespace, name, id }: Address): string {
    return (known?.key ?? functionKey(namespace, name)) + idKey(id);
  }

  all(): Iterable<Instance> {
    return this.#awake.values();
  }

  /** Lets an instance go that has nothing to do. */
  rest(instance: Instance): void {
    if (!instance.idle) return;
    this.#old.delete(instance);
    this.#young.add(instance);
    this.#youngBytes += instance.states.bytes;
    if (this.#young.size < generationSize && this.#youngBytes < generationBytes) return;
    for (const { key } of this.#old) this.#awake.delete(key);
    this.#old = this.#young;
    this.#young = new Set();
    this.#youngBytes = 0;
  }
}
