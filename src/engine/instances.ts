// The addresses that are awake. One with nothing to do stays in memory for a while, so that its state need not be read
// again.

import type { Address } from "../model/address.js";
import type { QueueStore } from "./durable-queue.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import { Instance } from "./instance.js";
import { functionKey, idKey } from "./keys.js";

/** How many idle addresses, and how many bytes of their states, a generation of them holds. There are two. */
const generationSize = 2_000;
const generationBytes = 16 * 1024 * 1024;

export class Instances {
  readonly #shared: QueueStore;
  readonly #functions: FunctionTable;
  readonly #awake = new Map<string, Instance>();
  /**
   * Those that had nothing to do of late, and those before them, which are the next to be forgotten: a whole generation at
   * once, which is cheaper than to look for the oldest each time.
   */
  #young: Instance[] = [];
  #old: Instance[] = [];
  #youngBytes = 0;
  #generation = 1;

  constructor(functions: FunctionTable, shared: QueueStore) {
    this.#functions = functions;
    this.#shared = shared;
  }

  /** The instance of an address, for reading or for work; {@link rest} must follow when there is none. */
  wake(address: Address): Instance {
    const known = this.#functions.find(address.namespace, address.name);
    const key = this.#key(known, address);
    const awake = this.#awake.get(key);
    if (awake !== undefined) return awake;
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
    const { bytes } = instance.states;
    if (instance.rested === this.#generation) this.#youngBytes += bytes - instance.restedBytes;
    else {
      instance.rested = this.#generation;
      this.#young.push(instance);
      this.#youngBytes += bytes;
    }
    instance.restedBytes = bytes;
    if (this.#young.length >= generationSize || this.#youngBytes >= generationBytes) this.#turn();
  }

  /** Forgets the old ones, unless they were awake since. */
  #turn(): void {
    for (const instance of this.#old) {
      if (instance.rested < this.#generation && instance.idle) this.#awake.delete(instance.key);
    }
    this.#old = this.#young;
    this.#young = [];
    this.#youngBytes = 0;
    this.#generation += 1;
  }
}
