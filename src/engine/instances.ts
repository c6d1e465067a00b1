// The addresses that are awake. An address with nothing to do stays in memory for a while, so that its state need not be
// read again.

import type { Address } from "../model/address.js";
import type { Backlog } from "./backlog.js";
import type { QueueStore } from "./durable-queue.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import { Instance } from "./instance.js";
import { functionKey, idKey } from "./keys.js";

/** A generation of idle addresses is full at this many, or at this many bytes of their states. */
const generationSize = 2_000;
const generationBytes = 16 * 1024 * 1024;

export class Instances {
  readonly #functions: FunctionTable;
  readonly #shared: QueueStore;
  readonly #mailboxes: Backlog;
  readonly #awake = new Map<string, Instance>();
  /**
   * Two generations of addresses that came to rest. A full young generation becomes the old one, and the old one is
   * forgotten at once: that is cheaper than to look for the oldest address each time.
   */
  #young: Instance[] = [];
  #old: Instance[] = [];
  #youngBytes = 0;
  #generation = 1;

  constructor(functions: FunctionTable, shared: QueueStore, mailboxes: Backlog) {
    this.#functions = functions;
    this.#shared = shared;
    this.#mailboxes = mailboxes;
  }

  /** The instance of an address, which stays awake at least until {@link rest} is called for it. */
  wake(address: Address): Instance {
    const known = this.#functions.find(address.namespace, address.name);
    const key = this.#key(known, address);
    const awake = this.#awake.get(key);
    if (awake !== undefined) return awake;
    const instance = new Instance(address, key, known, this.#shared, this.#mailboxes);
    this.#awake.set(key, instance);
    return instance;
  }

  /** The instance of an address, if it is awake. */
  peek(address: Address): Instance | undefined {
    return this.#awake.get(this.#key(this.#functions.find(address.namespace, address.name), address));
  }

  all(): Iterable<Instance> {
    return this.#awake.values();
  }

  /** Lets an instance be forgotten later, if it has nothing to do. */
  rest(instance: Instance): void {
    if (!instance.idle) return;
    const { bytes } = instance.states;
    if (instance.restedGeneration === this.#generation) this.#youngBytes += bytes - instance.restedBytes;
    else {
      instance.restedGeneration = this.#generation;
      this.#young.push(instance);
      this.#youngBytes += bytes;
    }
    instance.restedBytes = bytes;
    if (this.#young.length >= generationSize || this.#youngBytes >= generationBytes) this.#turn();
  }

  /** Forgets the old generation, but not the instances in it that are busy or have rested since. */
  #turn(): void {
    for (const instance of this.#old) {
      if (instance.restedGeneration < this.#generation && instance.idle) this.#awake.delete(instance.key);
    }
    this.#old = this.#young;
    this.#young = [];
    this.#youngBytes = 0;
    this.#generation += 1;
  }

  #key(known: KnownFunction | undefined, { namespace, name, id }: Address): string {
    return (known?.key ?? functionKey(namespace, name)) + idKey(id);
  }
}
