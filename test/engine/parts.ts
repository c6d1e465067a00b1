// The parts of an engine, put together without the engine: for tests of one part.

import assert from "node:assert/strict";
import { Backlog, Memory } from "../../src/engine/backlog.js";
import { DeadLetters, showBytes } from "../../src/engine/dead-letters.js";
import { DelayedMessages } from "../../src/engine/delayed.js";
import { Delivery } from "../../src/engine/delivery.js";
import { FinalFailures } from "../../src/engine/final-failures.js";
import { FunctionTable } from "../../src/engine/function-table.js";
import { GroupCommit } from "../../src/engine/group-commit.js";
import { defaultKeyLifetimeMs, IdempotencyKeys } from "../../src/engine/idempotency-keys.js";
import type { Instance } from "../../src/engine/instance.js";
import { Instances } from "../../src/engine/instances.js";
import { defaultLimits, type EngineLimits } from "../../src/engine/limits.js";
import { LoggingStore } from "../../src/engine/logging-store.js";
import { type DelayedMessage, Message } from "../../src/engine/message.js";
import { newCounters } from "../../src/engine/metrics.js";
import { Outboxes } from "../../src/engine/outboxes.js";
import { OwnContext } from "../../src/engine/own-context.js";
import { Packed } from "../../src/engine/packed.js";
import { ParkedAddresses } from "../../src/engine/parked-addresses.js";
import { Sequence } from "../../src/engine/sequence.js";
import { WaitingCalls } from "../../src/engine/waiting-calls.js";
import type { Address } from "../../src/model/address.js";
import { failureOfValue } from "../../src/model/correlation.js";
import { defaultPolicy, type FunctionPolicy, policyOver } from "../../src/model/function-policy.js";
import type { Generation } from "../../src/model/invocation.js";
import { Metadata } from "../../src/model/metadata.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Store } from "../../src/store/store.js";
import { ManualClock } from "../support/manual-clock.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { at, endpointOf, type Functions, text, textOf } from "./functions.js";

export class Parts {
  readonly store: Store;
  readonly clock = new ManualClock();
  readonly context = new OwnContext();
  readonly counters = newCounters();
  readonly logger = new RecordingLogger();
  readonly limits: EngineLimits;
  readonly memory: Memory;
  readonly mailboxes: Backlog;
  readonly records: Backlog;
  readonly commit: GroupCommit;
  readonly sequence: Sequence;
  readonly shared;
  readonly functions: FunctionTable;
  readonly instances: Instances;
  readonly keys: IdempotencyKeys;
  readonly calls: WaitingCalls;
  readonly parked: ParkedAddresses;
  readonly outboxes: Outboxes;
  readonly delivery: Delivery;
  readonly letters: DeadLetters;
  readonly finalFailures: FinalFailures;
  readonly delayed: DelayedMessages;
  /** The targets of the messages that went into a mailbox. */
  readonly received: Instance[] = [];
  /** The delayed messages that became due. */
  readonly due: DelayedMessage[] = [];

  constructor({
    store = new MemoryStore(),
    functions = {},
    limits = {},
    policy = {},
  }: { store?: Store; functions?: Functions; limits?: Partial<EngineLimits>; policy?: FunctionPolicy } = {}) {
    const { clock, counters, logger } = this;
    this.store = store;
    this.limits = { ...defaultLimits, ...limits };
    const memory = new Memory(this.limits.memoryBytes);
    this.memory = memory;
    this.mailboxes = new Backlog(memory);
    this.records = new Backlog(memory);
    const commit = new GroupCommit(new LoggingStore(store, clock, logger), clock, counters);
    this.commit = commit;
    this.sequence = new Sequence(commit, clock.now());
    this.shared = { store, commit, sequence: this.sequence };
    this.functions = new FunctionTable(
      endpointOf(functions),
      commit,
      memory,
      this.mailboxes,
      policyOver(policy, defaultPolicy),
      this.counters.functions,
    );
    this.instances = new Instances(this.functions, this.shared, this.mailboxes, memory);
    this.keys = new IdempotencyKeys(this.shared, clock, defaultKeyLifetimeMs);
    this.calls = new WaitingCalls(this.keys, commit, counters);
    this.parked = new ParkedAddresses({ store, commit, instances: this.instances, calls: this.calls });
    this.outboxes = new Outboxes({ ...this, clock, counters, logger });
    this.letters = new DeadLetters({ ...this, showMessage: showBytes });
    this.delivery = new Delivery(this.instances, this.calls, (instance) => this.received.push(instance));
    this.finalFailures = new FinalFailures(this);
    this.delayed = new DelayedMessages(this.shared, new Backlog(memory), clock, counters, (message) =>
      this.due.push(message),
    );
  }

  /** Lets everything come to rest that the event loop brings to its end by itself. */
  settle(): Promise<void> {
    return this.clock.settle();
  }

  /** Delivers a message to "fn/id". */
  deliver(to: string, value: string, caller?: Address): void {
    this.delivery.deliver(at(to), message(value, caller));
  }

  /** The entries of the store, by their keys; none that is still in a group. */
  async stored(prefix = ""): Promise<string[]> {
    const keys = await this.store.keys({ from: "", to: "\u{10ffff}", limit: 1_000_000 });
    return keys.filter((key) => key.startsWith(prefix));
  }
}

/** A message of generation v3 that holds a text. */
export const message = (value: string, caller?: Address) => new Message(caller, packed(value));

/** A packed text. */
export const packed = (value: string, generation: Generation = "v3") => Packed.pack(text(value), generation);

/** A message under whose token "t1" its sender waits for the answer. */
export const request = (value: string, caller: Address, generation: Generation = "v3") =>
  new Message(caller, Packed.pack(text(value).withMetadata(new Metadata({ "statefun-call": "t1" })), generation));

/** The failure that a message carries to a function which waits, and the token under which it waits. */
export function failureIn({ value }: Message) {
  const answer = value.unpack();
  assert.equal(answer.typename, "statefun.types/failure");
  return { ...failureOfValue(answer), token: answer.metadata.getText("statefun-answer") };
}

/** The text of a message's argument. */
export const textIn = ({ value }: Message) => textOf(value.unpack());
