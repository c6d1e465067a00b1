// The sizes of what an engine holds at this moment, read from the parts that keep it.

import type { Backlog } from "./backlog.js";
import type { DeadLetters } from "./dead-letters.js";
import type { DelayedMessages } from "./delayed.js";
import type { Dispatcher } from "./dispatcher.js";
import type { Gauges } from "./metrics.js";
import type { ParkedAddresses } from "./parked-addresses.js";
import { type EgressParts, egressMetrics, type FunctionParts, functionQueues } from "./queue-metrics.js";
import type { WaitingCalls } from "./waiting-calls.js";

interface GaugeParts {
  readonly mailboxes: Pick<Backlog, "entries" | "bytes">;
  readonly records: Pick<Backlog, "entries" | "bytes">;
  readonly dispatcher: Pick<Dispatcher, "inFlight">;
  readonly parked: Pick<ParkedAddresses, "count">;
  readonly delayed: Pick<DelayedMessages, "pending">;
  readonly calls: Pick<WaitingCalls, "count">;
  readonly letters: Pick<DeadLetters, "count">;
  readonly queues: Omit<FunctionParts, "mailboxes"> & EgressParts;
}

/** An object of getters. */
export function gaugesOf(parts: GaugeParts): Gauges {
  const { mailboxes, records, dispatcher, parked, delayed, calls, letters, queues } = parts;
  return {
    get mailboxMessages() {
      return mailboxes.entries;
    },
    get mailboxBytes() {
      return mailboxes.bytes;
    },
    get inFlight() {
      return dispatcher.inFlight;
    },
    get parked() {
      return parked.count;
    },
    get delayedPending() {
      return delayed.pending;
    },
    get outboxRecords() {
      return records.entries;
    },
    get outboxBytes() {
      return records.bytes;
    },
    get callsWaiting() {
      return calls.count;
    },
    get deadLettersKept() {
      return letters.count;
    },
    get functionQueues() {
      return functionQueues({ ...queues, mailboxes });
    },
    get egresses() {
      return egressMetrics(queues);
    },
  };
}
