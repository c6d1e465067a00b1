// Ends the parking of many addresses at once, as people choose them: they are retried, or their messages are dropped. A sweep
// goes through the parked addresses in the order of their keys, in bounded steps, so that an address that fails again and is
// parked again is not taken twice.

import { Address } from "../model/address.js";
import { defineOptions, unchecked } from "../model/options.js";
import type { Admission } from "./admission.js";
import type { Clock } from "./clock.js";
import type { Dispatcher } from "./dispatcher.js";
import type { Drops } from "./drops.js";
import { queueBytes } from "./durable-queue.js";
import { type Choice, choiceOf } from "./failure-filter.js";
import { bytesAtOnce, readAtOnce, sweepEach, sweepOptions } from "./failure-sweep.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance } from "./instance.js";
import type { Instances } from "./instances.js";
import type { ParkedAddress, ParkedAddresses } from "./parked-addresses.js";
import type { ParkedFilter, ParkedPage, ParkedSweep, ParkedSwept } from "./parked-api.js";

const parkedSweepOptions = defineOptions<ParkedSweep>()({
  ...sweepOptions,
  after: unchecked<Address>(),
  through: unchecked<number>(),
});

interface SweepParts {
  readonly admission: Admission;
  readonly instances: Instances;
  readonly parked: ParkedAddresses;
  readonly drops: Drops;
  readonly dispatcher: Dispatcher;
  readonly commit: GroupCommit;
  readonly clock: Clock;
}

export class ParkedSweeps {
  readonly #parts: SweepParts;

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  /** See EngineApi.parked. */
  async page({ after, limit }: ParkedPage, filter: ParkedFilter | undefined): Promise<ParkedAddress[]> {
    const choice = choiceOf("parked addresses", filter, this.#parts.clock.now());
    await this.#parts.commit.attempted();
    const page: ParkedAddress[] = [];
    let bytes = 0;
    for await (const parked of this.#chosen(choice, after, Number.POSITIVE_INFINITY, limit)) {
      page.push(parked);
      bytes += parked.bytes;
      if (page.length === limit || bytes >= bytesAtOnce) break;
    }
    return page;
  }

  /** See EngineApi.retryAll. */
  async retryAll(filter?: ParkedFilter, sweep?: ParkedSweep): Promise<ParkedSwept> {
    const { parked, commit } = this.#parts;
    return this.#sweep(filter, sweep, async (instance) => commit.transact(() => parked.unpark(instance)));
  }

  /** See EngineApi.dropAll. */
  async dropAll(
    which: "first" | "all",
    filter?: ParkedFilter,
    sweep?: ParkedSweep,
  ): Promise<ParkedSwept & { messages: number }> {
    const { instances, drops } = this.#parts;
    let messages = 0;
    const swept = await this.#sweep(filter, sweep, async (instance) => {
      messages += await drops[which](instance, instances.lastKey(instance.address));
    });
    return { ...swept, messages };
  }

  async #sweep(
    filter: ParkedFilter | undefined,
    sweep: ParkedSweep | undefined,
    change: (instance: Instance) => Promise<void>,
  ): Promise<ParkedSwept> {
    const { admission, commit, clock } = this.#parts;
    const { after, through = clock.now(), ...options } = parkedSweepOptions.read("The sweep", sweep);
    const choice = choiceOf("parked addresses", filter, clock.now());
    let last: Address | undefined;
    await commit.attempted();
    const chosen = this.#chosen(choice, after, through, readAtOnce);
    const { done, more } = await sweepEach(chosen, { commit, ...options }, async ({ address }) => {
      admission.assertOpen();
      const ended = await this.#end(address, choice, through, change);
      if (ended) last = address;
      return ended;
    });
    return { done, through, next: more ? last : undefined };
  }

  /** Ends the parking of an address. Returns false when somebody has done so since its page was read. */
  async #end(
    address: Address,
    choice: Choice,
    through: number,
    change: (instance: Instance) => Promise<void>,
  ): Promise<boolean> {
    const { instances, parked } = this.#parts;
    const instance = instances.wake(address);
    parked.recall(instance);
    const { parking } = instance;
    if (parking === undefined || parking.since > through || !includes(choice, { address, parking })) {
      instances.rest(instance);
      return false;
    }
    instance.held += 1;
    try {
      await change(instance);
    } finally {
      instance.held -= 1;
      this.#release(instance);
    }
    return true;
  }

  /** Lets an address have its turn, or lets it sleep until there is room: millions of them can't be awake at once. */
  #release(instance: Instance): void {
    const { instances, dispatcher } = this.#parts;
    const { mailbox, function: known } = instance;
    if (
      known === undefined ||
      mailbox.isEmpty ||
      known.backlog.hasRoomBeside(queueBytes) ||
      !instances.sleep(instance)
    ) {
      dispatcher.ready(instance);
      instances.rest(instance);
    } else dispatcher.asleep(known, instance.key);
  }

  async *#chosen(
    choice: Choice,
    after: Address | undefined,
    through: number,
    limit: number,
  ): AsyncIterable<ParkedAddress> {
    const { typeName } = choice;
    const within = typeName === undefined ? undefined : Address.of(typeName, "");
    for (let behind = after; ; ) {
      const { found, ends } = await this.#parts.parked.page({
        limit: Math.min(limit, readAtOnce),
        bytes: bytesAtOnce,
        ...(behind === undefined ? {} : { after: behind }),
        ...(within === undefined ? {} : { within }),
      });
      for (const one of found) {
        if (one.parking.since <= through && includes(choice, one)) yield one;
      }
      behind = found.at(-1)?.address;
      if (ends || behind === undefined) return;
    }
  }
}

const includes = (choice: Choice, { address, parking }: Pick<ParkedAddress, "address" | "parking">): boolean =>
  choice.includes(address, { code: parking.code, message: parking.reason }, parking.since);
