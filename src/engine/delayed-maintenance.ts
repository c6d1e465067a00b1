// What people do with delayed messages: they list them, deliver them at once, postpone them and cancel them. Each change is one
// transaction, and looks in the same turn whether the message still waits: so the clock and a person never both take it.

import { StatefunError } from "../errors.js";
import { defineOptions, nonEmptyText, positiveInteger, unchecked, withDefault } from "../model/options.js";
import type { Admission } from "./admission.js";
import type { Clock } from "./clock.js";
import type { DelayedMessages } from "./delayed.js";
import type {
  DelayedApi,
  DelayedFilter,
  DelayedFound,
  DelayedInfo,
  DelayedPage,
  DelayedSweep,
  DelayedSwept,
} from "./delayed-api.js";
import { type DelayedPages, delayedInfo, shownKey, storeKey } from "./delayed-pages.js";
import { typeNameOption } from "./failure-filter.js";
import { readAtOnce, sweepOptions } from "./failure-sweep.js";
import type { GroupCommit } from "./group-commit.js";
import { ordered } from "./keys.js";
import type { DelayedMessage } from "./message.js";
import type { OwnContext } from "./own-context.js";
import { assertNotOwn, isOwn } from "./own-messages.js";
import type { Sequence } from "./sequence.js";
import { assertInstant } from "./validation.js";

/** How many pages a sweep with a limit reads at most. */
const mostPages = 10;

const filterOptions = defineOptions<DelayedFilter>()({
  typeName: typeNameOption,
  // An id may be empty: a function of another SDK may have sent to an empty id.
  id: unchecked<string>(),
});

const pageOptions = defineOptions<DelayedPage>()({
  after: nonEmptyText,
  limit: withDefault(positiveInteger, 100),
});

const delayedSweepOptions = defineOptions<DelayedSweep>()({
  ...sweepOptions,
  after: nonEmptyText,
  through: nonEmptyText,
});

interface DelayedMaintenanceParts {
  readonly pages: DelayedPages;
  readonly delayed: DelayedMessages;
  readonly admission: Admission;
  readonly commit: GroupCommit;
  readonly sequence: Sequence;
  readonly clock: Clock;
  readonly context: OwnContext;
}

export class DelayedMaintenance implements DelayedApi {
  readonly #parts: DelayedMaintenanceParts;

  constructor(parts: DelayedMaintenanceParts) {
    this.#parts = parts;
  }

  list(filter?: DelayedFilter, page?: DelayedPage): Promise<DelayedFound> {
    return this.#run(async () => {
      const chosen = filterOf(filter);
      const { items, next } = await this.#parts.pages.page(
        chosen,
        pageOptions.read("The page of delayed messages", page),
      );
      return { messages: items.map(delayedInfo), next };
    });
  }

  get(key: string): Promise<DelayedInfo> {
    return this.#run(async () => delayedInfo(this.#find(key)));
  }

  deliver(key: string): Promise<void> {
    return this.#change(key, (message) => this.#parts.delayed.deliver(message));
  }

  async postpone(key: string, dueAt: number): Promise<{ key: string; dueAt: number }> {
    const { delayed, commit, clock } = this.#parts;
    assertInstant(dueAt);
    // The keys of delayed messages hold whole milliseconds.
    const due = Math.ceil(Math.max(dueAt, clock.now()));
    let postponed = "";
    await this.#change(key, (message) => {
      postponed = commit.transact(() => delayed.postpone(message, due));
    });
    return { key: shownKey(postponed), dueAt: due };
  }

  cancel(key: string): Promise<void> {
    const { delayed, commit } = this.#parts;
    return this.#change(key, (message) => commit.transact(() => delayed.withdraw(message)));
  }

  deliverAll(filter?: DelayedFilter, sweep?: DelayedSweep): Promise<DelayedSwept> {
    return this.#run(() => this.#sweep(filter, sweep, (message) => this.#parts.delayed.deliver(message)));
  }

  cancelAll(filter?: DelayedFilter, sweep?: DelayedSweep): Promise<DelayedSwept> {
    const { delayed, commit } = this.#parts;
    return this.#run(() => this.#sweep(filter, sweep, (message) => commit.transact(() => delayed.withdraw(message))));
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.#parts.context.run(work);
  }

  /** Makes a change of one message. Resolves when the change is durable. */
  #change(key: string, change: (message: DelayedMessage) => void): Promise<void> {
    return this.#run(async () => {
      const { admission, commit } = this.#parts;
      admission.assertOpen();
      const message = this.#find(key);
      assertNotOwn(message.target, message);
      change(message);
      await commit.durable();
    });
  }

  /** Throws NOT_FOUND. */
  #find(key: string): DelayedMessage {
    const inStore = storeKey(key);
    const message = inStore === undefined ? undefined : this.#parts.delayed.find(inStore);
    if (message !== undefined) return message;
    throw new StatefunError(
      "NOT_FOUND",
      `There is no delayed message ${JSON.stringify(key)}. It may have been delivered, postponed or cancelled.`,
    );
  }

  async #sweep(
    filter: DelayedFilter | undefined,
    sweep: DelayedSweep | undefined,
    change: (message: DelayedMessage) => void,
  ): Promise<DelayedSwept> {
    const { admission, delayed, pages, commit, sequence } = this.#parts;
    const chosen = filterOf(filter);
    const read = delayedSweepOptions.read("The delayed messages to take", sweep);
    const { through = ordered(sequence.last), limit, onProgress } = read;
    let done = 0;
    let { after } = read;
    for (let count = 1; ; count++) {
      const page = await pages.page(chosen, { after, limit: Math.min(readAtOnce, limit - done) });
      const before = done;
      for (const { key } of page.items) {
        admission.assertOpen();
        // Somebody may have changed the message since its page was read, and the clock may have delivered it.
        const message = sequenceOf(key) > through ? undefined : delayed.find(key);
        if (message === undefined || isOwn(message.target, message)) continue;
        change(message);
        done += 1;
      }
      await commit.durable();
      if (done > before) onProgress(done);
      after = page.next;
      const enough = done >= limit || (limit !== Number.POSITIVE_INFINITY && count === mostPages);
      if (after === undefined || enough) return { done, through, next: after };
    }
  }
}

function filterOf(filter: DelayedFilter | undefined): DelayedFilter {
  const { typeName, id } = filterOptions.read("The filter of delayed messages", filter);
  return { ...(typeName === undefined ? {} : { typeName }), ...(id === undefined ? {} : { id }) };
}

/** The sequence number in a key, as text. */
const sequenceOf = (key: string): string => key.slice(-ordered(0).length);
