// The addresses that are awake. An address with nothing to do stays in memory for a while, so that its state need not be
// read again.

import type { Address } from "../model/address.js";
import type { Backlog, Memory } from "./backlog.js";
import { type QueueStore, queueBytes } from "./durable-queue.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import { IdleSize } from "./idle-size.js";
import { Instance } from "./instance.js";
import { functionKey, idKey, kinds, ordered } from "./keys.js";
import type { Message } from "./message.js";

/** A generation of idle addresses is full at this many bytes, or when it has enough addresses; see idle-size.ts. */
const generationBytes = 16 * 1024 * 1024;
/** The part of the memory that a generation may fill. */
const shareOfGeneration = 1 / 4;
/** The part of the memory that idle addresses keep when the rest is taken by others. */
const shareOfIdle = 1 / 16;

export class Instances {
  readonly #functions: FunctionTable;
  readonly #shared: QueueStore;
  readonly #mailboxes: Backlog;
  readonly #memory: Memory;
  readonly #generationBytes: number;
  readonly #awake = new Map<string, Instance>();
  readonly #idleSize = new IdleSize();
  /** The function and the id whose key was made last, and that key. */
  #lastKnown: KnownFunction | undefined;
  #lastId = "";
  #lastKey = "";
  /**
   * Two generations of addresses that came to rest. A full young generation becomes the old one, and the old one is
   * forgotten at once: that is cheaper than to look for the oldest address each time.
   */
  #young: Instance[] = [];
  #old: Instance[] = [];
  #youngBytes = 0;
  #oldBytes = 0;
  #generation = 1;
  /** Whether the address of this key may be parked. Set by the addresses that are parked; see parked-addresses.ts. */
  mayBeParked: (key: string) => boolean = () => false;
  /** Called when a message was put for an address that is not awake; see sleeping-addresses.ts. */
  onMissed: (known: KnownFunction, key: string) => void = () => {};
  /** Called when an address is forgotten whose function has addresses that are not awake; see sleeping-addresses.ts. */
  onForgotten: (known: KnownFunction, key: string) => void = () => {};

  constructor(functions: FunctionTable, shared: QueueStore, mailboxes: Backlog, memory: Memory) {
    this.#functions = functions;
    this.#shared = shared;
    this.#mailboxes = mailboxes;
    this.#memory = memory;
    this.#generationBytes = Math.min(generationBytes, memory.limit * shareOfGeneration);
  }

  /** Whether the address of this key is awake. */
  isAwake(key: string): boolean {
    return this.#awake.has(key);
  }

  /** The instance of an address, which stays awake at least until {@link rest} is called for it. */
  wake(address: Address): Instance {
    const known = this.#functions.find(address.namespace, address.name);
    const key = this.#key(known, address);
    return this.#awake.get(key) ?? this.#wake(address, key, known);
  }

  /** The instance of an address, if it is awake. */
  peek(address: Address): Instance | undefined {
    return this.#awake.get(this.#key(this.#functions.peek(address.namespace, address.name), address));
  }

  /**
   * Puts a message into the mailbox of its target, as part of the open transaction. Returns the target, if it is awake or
   * there is room to wake it; else the message waits in the store until the address is woken for it.
   */
  deliver(address: Address, message: Message): Instance | undefined {
    if (this.#tooMuchRests) this.#turn();
    const known = this.#functions.find(address.namespace, address.name);
    const key = this.#key(known, address);
    const own = known === undefined ? message : message.as(known.route.generation);
    let instance = this.#awake.get(key);
    if (instance === undefined) {
      const { size } = own;
      if (known === undefined || !known.backlog.hasRoomBeside(queueBytes + size)) {
        const { commit, sequence } = this.#shared;
        (known?.backlog ?? this.#mailboxes).add(size);
        commit.put(kinds.message + key + ordered(sequence.next()), own);
        if (known !== undefined) this.onMissed(known, key);
        return undefined;
      }
      instance = this.#wake(address, key, known);
    }
    if (instance.watched && instance.mailbox.isEmpty && !instance.busy) this.#idleSize.called(key);
    instance.mailbox.push(own);
    return instance;
  }

  /** A key that is not higher than that of any message that waits for an address; undefined when none waits. */
  firstKey(address: Address): string | undefined {
    const known = this.#functions.peek(address.namespace, address.name);
    const key = this.#key(known, address);
    const awake = this.#awake.get(key);
    if (awake !== undefined) return awake.mailbox.firstKey;
    return known === undefined || known.sleeping || this.mayBeParked(key) ? kinds.message + key : undefined;
  }

  /** A key that is not lower than that of any message that waits for an address; undefined when none waits. */
  lastKey(address: Address): string | undefined {
    const known = this.#functions.peek(address.namespace, address.name);
    const key = this.#key(known, address);
    const awake = this.#awake.get(key);
    if (awake !== undefined) return awake.mailbox.lastKey;
    const { last } = this.#shared.sequence;
    return known === undefined || known.sleeping || this.mayBeParked(key)
      ? kinds.message + key + ordered(last)
      : undefined;
  }

  all(): Iterable<Instance> {
    return this.#awake.values();
  }

  /** Lets an instance be forgotten later, if it has nothing to do. */
  rest(instance: Instance): void {
    if (!instance.idle) return;
    const bytes = instance.states.bytes + queueBytes;
    if (instance.restedGeneration === this.#generation) this.#youngBytes += bytes - instance.restedBytes;
    else {
      instance.restedGeneration = this.#generation;
      this.#young.push(instance);
      this.#youngBytes += bytes;
    }
    instance.restedBytes = bytes;
    this.#idleSize.rests(instance.key, instance.watched);
    const full = this.#young.length >= this.#idleSize.size || this.#youngBytes >= this.#generationBytes;
    if (full || this.#tooMuchRests) this.#turn();
  }

  /**
   * Lets an address fall asleep at once although it has messages, unless it does something. Its messages are found again when the
   * caller says so to the addresses that sleep; see sleeping-addresses.ts.
   */
  sleep(instance: Instance): boolean {
    if (instance.queued || instance.busy) return false;
    this.#forget(instance);
    return true;
  }

  /** Whether idle addresses take memory that others need. */
  get #tooMuchRests(): boolean {
    const { limit, used, states } = this.#memory;
    // The states of idle addresses are among the states. What an address takes beside them is only counted here.
    return used + states > limit && this.#youngBytes + this.#oldBytes > limit * shareOfIdle;
  }

  /** Forgets the old generation, but not the instances in it that are busy or have rested since. */
  #turn(): void {
    for (const instance of this.#old) {
      if (instance.restedGeneration === this.#generation || !instance.idle) continue;
      if (this.#awake.get(instance.key) !== instance) continue; // it fell asleep meanwhile
      this.#forget(instance);
      const known = instance.function;
      if (known === undefined) continue;
      if (known.sleeping) this.onForgotten(known, instance.key);
      if (known.awake === 0) this.#functions.rest(known);
    }
    this.#old = this.#young;
    this.#oldBytes = this.#youngBytes;
    this.#young = [];
    this.#youngBytes = 0;
    this.#generation += 1;
  }

  #forget(instance: Instance): void {
    instance.mailbox.unload({ forget: true });
    instance.states.forget();
    this.#awake.delete(instance.key);
    if (instance.function !== undefined) instance.function.awake -= 1;
  }

  #wake(address: Address, key: string, known: KnownFunction | undefined): Instance {
    const instance = new Instance(address, key, known, this.#shared, this.#mailboxes, this.#memory);
    instance.watched = this.#idleSize.watches(address.id);
    this.#awake.set(key, instance);
    if (known !== undefined) known.awake += 1;
    instance.parkingUnread = this.mayBeParked(key);
    if (instance.parkingUnread || known === undefined || known.sleeping) instance.mailbox.findRest();
    return instance;
  }

  /** What comes from outside names its address several times in a row, and a key that is made anew has to be hashed anew. */
  #key(known: KnownFunction | undefined, { namespace, name, id }: Address): string {
    if (known === undefined) return functionKey(namespace, name) + idKey(id);
    if (known !== this.#lastKnown || id !== this.#lastId) {
      this.#lastKnown = known;
      this.#lastId = id;
      this.#lastKey = known.key + idKey(id);
    }
    return this.#lastKey;
  }
}
