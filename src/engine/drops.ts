// Drops waiting messages of an address. A drop of all goes in bounded steps, each a transaction. A mark in the store says
// that the drop has begun, so that the next start finishes what a crash has cut off.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { isClient } from "../model/client-address.js";
import { failureOf } from "../model/failure.js";
import type { Store } from "../store/store.js";
import type { Admission } from "./admission.js";
import type { Clock } from "./clock.js";
import type { Delivery } from "./delivery.js";
import type { Dispatcher } from "./dispatcher.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance } from "./instance.js";
import type { Instances } from "./instances.js";
import { keysOf } from "./key-scans.js";
import { kinds, parseAddressKey } from "./keys.js";
import type { Message } from "./message.js";
import type { ParkedAddresses } from "./parked-addresses.js";
import { readsOf, type WaitingCalls } from "./waiting-calls.js";

/** How long a drop that has begun waits before it reads the store again. */
const rereadMs = 100;

const noBytes = new Uint8Array(0);

interface DropsParts {
  readonly store: Store;
  readonly admission: Admission;
  readonly instances: Instances;
  readonly parked: ParkedAddresses;
  readonly calls: WaitingCalls;
  readonly delivery: Delivery;
  readonly dispatcher: Dispatcher;
  readonly commit: GroupCommit;
  readonly clock: Clock;
}

export class Drops {
  readonly #parts: DropsParts;

  constructor(parts: DropsParts) {
    this.#parts = parts;
  }

  /**
   * Goes on with the drops that an earlier run has begun and not finished. Nothing may be delivered before; their addresses
   * are held until their drops are done.
   */
  async open(): Promise<void> {
    for await (const marks of keysOf(this.#parts.store, kinds.drop)) for (const mark of marks) this.#goOn(mark);
  }

  /**
   * Drops the first message, unless its key is higher than `last`, and lets the address be called again. Returns how many
   * messages were dropped. The caller holds the address.
   */
  async first(instance: Instance, last: string | undefined): Promise<number> {
    const { parked, commit } = this.#parts;
    parked.recall(instance); // before a transaction, which must read nothing
    if (last !== undefined && (await this.#isNext(instance, last))) {
      this.#drop(instance, () => parked.unpark(instance));
      return 1;
    }
    commit.transact(() => parked.unpark(instance));
    return 0;
  }

  /**
   * Drops all messages up to the key `last`, and lets the address be called again. Returns how many messages were dropped.
   * The caller holds the address. Once the drop has begun, it goes on until it is done: half of a drop must not pass for a
   * drop that failed.
   */
  async all(instance: Instance, last: string | undefined): Promise<number> {
    const { parked, commit } = this.#parts;
    parked.recall(instance);
    if (last === undefined || !(await this.#isNext(instance, last))) {
      commit.transact(() => parked.unpark(instance));
      return 0;
    }
    const mark = markOf(last);
    this.#drop(instance, () => {
      commit.put(mark, noBytes);
      // At the beginning, so that a start that finishes the drop does not undo what people have parked since.
      parked.unpark(instance);
    });
    return 1 + (await this.#finish(instance, mark));
  }

  #goOn(mark: string): void {
    const { instances, dispatcher } = this.#parts;
    const instance = instances.wake(parseAddressKey(mark).address);
    instance.held += 1;
    this.#finish(instance, mark)
      .catch(() => {}) // the engine has ended, and the next start goes on
      .finally(() => {
        instance.held -= 1;
        dispatcher.ready(instance);
        instances.rest(instance);
      });
  }

  /** Drops what is left up to the key of a mark, and then the mark. Returns how many messages were dropped. */
  async #finish(instance: Instance, mark: string): Promise<number> {
    const { admission, commit, clock } = this.#parts;
    const last = lastOf(mark);
    for (let dropped = 0; ; ) {
      try {
        while (await this.#isNext(instance, last)) {
          this.#drop(instance);
          dropped += 1;
        }
        commit.transact(() => commit.delete(mark));
        return dropped;
      } catch (thrown) {
        if (commit.ended !== undefined) throw thrown;
        await new Promise<void>((resolve) => clock.after(rereadMs, resolve));
        admission.assertNotClosed();
      }
    }
  }

  /** Whether the first message has a key up to `last`. Rejects when the store can't be read. */
  async #isNext({ mailbox }: Instance, last: string): Promise<boolean> {
    if (mailbox.loaded === 0) await mailbox.load();
    return mailbox.loaded > 0 && mailbox.at(0).key <= last;
  }

  /** Drops the first message, which is loaded, together with another change. Throws when the store can't be read. */
  #drop({ address, mailbox }: Instance, change = () => {}): void {
    this.one(address, mailbox.at(0), () => {
      mailbox.consume();
      change();
    });
  }

  /** Drops a message, which `take` takes out of its mailbox, as a transaction. Throws STORE_FULL and STORE_FAILED. */
  one(address: Address, message: Message, take: () => void): void {
    const { calls, commit, delivery } = this.#parts;
    const { caller } = message;
    const ahead = commit.readAhead(readsOf(caller));
    commit.using(ahead, () =>
      commit.transact(() => {
        take();
        const dropped = new StatefunError("ADDRESS_PARKED", `The message to ${address} was dropped.`);
        if (caller !== undefined && isClient(caller)) calls.forget(caller, dropped);
        else delivery.fail(address, message, failureOf(dropped));
      }),
    );
  }
}

/** The key of the mark of a drop of all messages up to the one with this key. */
const markOf = (last: string) => kinds.drop + last.slice(kinds.message.length);

const lastOf = (mark: string) => kinds.message + mark.slice(kinds.drop.length);
