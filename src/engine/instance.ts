// One address that is awake: its mailbox, its state, and whether a call for it is in flight.

import type { Address } from "../model/address.js";
import type { Timer } from "./clock.js";
import { DurableQueue, type QueueStore } from "./durable-queue.js";
import type { KnownFunction } from "./function-table.js";
import { kinds } from "./keys.js";
import { decodeMessage, type Message } from "./message.js";
import { StateValues } from "./state-values.js";

/** Why an address is parked, as the store keeps it. */
export interface Parking {
  readonly since: number;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
}

export class Instance {
  readonly address: Address;
  /** See keys.ts. */
  readonly key: string;
  readonly mailbox: DurableQueue<Message>;
  readonly states: StateValues;
  /** Undefined when nothing serves the function any more; its messages wait. */
  readonly function: KnownFunction | undefined;
  /** How many messages the call in flight holds; 0 when there is none. */
  inFlight = 0;
  /** Whether it stands in its lane's line. */
  queued = false;
  /** Whether its mailbox is being read back from the store. */
  loading = false;
  /** How often the first message has failed since it last went well. */
  attempts = 0;
  /** Runs until the next try after a failure. */
  retry: Timer | undefined;
  parking: Parking | undefined;
  /** How many changes by people wait for their turn or are being made: no call begins meanwhile. */
  held = 0;
  /** The generation of idle instances that it was last one of, and the bytes of its states then; see instances.ts. */
  rested = 0;
  restedBytes = 0;
  /** Those changes, as long as a call is in flight. */
  readonly afterCall: (() => void)[] = [];

  constructor(address: Address, key: string, known: KnownFunction | undefined, shared: QueueStore) {
    this.address = address;
    this.key = key;
    this.function = known;
    this.mailbox = new DurableQueue(kinds.message + key, shared, known?.decodeMessage ?? decodeMessage);
    this.states = new StateValues(key, shared.commit, known?.route.generation ?? "v3");
  }

  /** Whether nothing but its state would be lost if it were forgotten; and that is in the store. */
  get idle(): boolean {
    return (
      this.mailbox.length === 0 &&
      this.inFlight === 0 &&
      this.parking === undefined &&
      this.retry === undefined &&
      this.held === 0
    );
  }
}
