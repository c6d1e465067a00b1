// What people do with dead letters: they list them, look at them, correct them, send them again, and drop them.

import { isClient } from "../model/client-address.js";
import type { DeadLetter } from "../model/dead-letter.js";
import { defineOptions, nonEmptyText, positiveInteger, withDefault } from "../model/options.js";
import { assertPacked, type TypedValue } from "../model/typed-value.js";
import { endsRange, type Store } from "../store/store.js";
import type { Admission } from "./admission.js";
import type { Clock } from "./clock.js";
import type {
  DeadLetterApi,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetterSweep,
  DeadLetterSwept,
} from "./dead-letter-api.js";
import type { DeadLetters } from "./dead-letters.js";
import type { Delivery } from "./delivery.js";
import { choiceOf } from "./failure-filter.js";
import { bytesAtOnce, readAtOnce, sweepEach, sweepOptions } from "./failure-sweep.js";
import type { GroupCommit } from "./group-commit.js";
import { kinds, rangeEnd } from "./keys.js";
import { decodeLetter, type Letter, letterKey, openLetter } from "./letter.js";
import { Message } from "./message.js";
import type { OwnContext } from "./own-context.js";
import { Packed } from "./packed.js";
import type { WaitingCalls } from "./waiting-calls.js";

const pageOptions = defineOptions<DeadLetterPage>()({
  after: nonEmptyText,
  limit: withDefault(positiveInteger, 100),
});

const letterSweepOptions = defineOptions<DeadLetterSweep>()({ ...sweepOptions, through: nonEmptyText });

interface DeadLetterMaintenanceParts {
  readonly store: Store;
  readonly letters: DeadLetters;
  readonly admission: Admission;
  readonly delivery: Delivery;
  readonly calls: WaitingCalls;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly context: OwnContext;
}

export class DeadLetterMaintenance implements DeadLetterApi {
  readonly #parts: DeadLetterMaintenanceParts;

  constructor(parts: DeadLetterMaintenanceParts) {
    this.#parts = parts;
  }

  list(filter?: DeadLetterFilter, page?: DeadLetterPage): Promise<{ letters: DeadLetter[]; next: string | undefined }> {
    return this.#run(() => this.#list(filter, page));
  }

  get(id: string): Promise<DeadLetter> {
    return this.#run(async () => openLetter(this.#parts.letters.get(id)));
  }

  edit(id: string, value: TypedValue): Promise<void> {
    return this.#run(async () => {
      const { letters } = this.#parts;
      assertPacked(value);
      await this.#change(id, (letter) => {
        const { generation } = letter.value;
        const whole = value.metadata.size > 0 ? value : value.withMetadataOf(letter.value.unpack());
        letters.replace(letter, Packed.pack(whole, generation));
      });
    });
  }

  resend(id: string): Promise<void> {
    return this.#run(() => this.#change(id, (letter) => this.#resend(letter), this.#assertRoom));
  }

  drop(id: string): Promise<void> {
    return this.#run(() => this.#change(id, (letter) => this.#parts.letters.remove(letter)));
  }

  resendAll(filter?: DeadLetterFilter, sweep?: DeadLetterSweep): Promise<DeadLetterSwept> {
    return this.#run(() => this.#sweep(filter, sweep, (letter) => this.#resend(letter), this.#assertRoom));
  }

  dropAll(filter?: DeadLetterFilter, sweep?: DeadLetterSweep): Promise<DeadLetterSwept> {
    return this.#run(() => this.#sweep(filter, sweep, (letter) => this.#parts.letters.remove(letter)));
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.#parts.context.run(work);
  }

  async #list(filter?: DeadLetterFilter, page?: DeadLetterPage) {
    const { after = "", limit } = pageOptions.read("The page of dead letters", page);
    const chosen: DeadLetter[] = [];
    let bytes = 0;
    for await (const letter of this.#chosen(filter, after)) {
      const isFull = chosen.length === limit || bytes >= bytesAtOnce;
      if (isFull) return { letters: chosen, next: chosen[chosen.length - 1]?.id };
      chosen.push(openLetter(letter));
      bytes += letter.size;
    }
    return { letters: chosen, next: undefined };
  }

  /** Makes a change of one letter, as one transaction. Resolves when the change is durable. */
  async #change(
    id: string,
    change: (letter: Letter) => void,
    check: (letter: Letter) => void = () => {},
  ): Promise<void> {
    const { admission, letters, commit } = this.#parts;
    admission.assertOpen();
    const letter = letters.get(id);
    check(letter);
    commit.transact(() => change(letter));
    await commit.durable();
  }

  readonly #assertRoom = ({ address }: Letter): void => this.#parts.admission.assertRoom(address);

  /** Sends the message again and removes the letter in one transaction: so a letter is sent again once, over a crash too. */
  #resend(letter: Letter): void {
    const { letters, delivery, calls } = this.#parts;
    const { address, caller, value } = letter;
    // A caller outside was told when the message was set aside. Its address may be that of another call by now, under the same
    // idempotency key.
    const sender = caller !== undefined && isClient(caller) ? calls.callerAddress(undefined) : caller;
    letters.remove(letter);
    delivery.deliver(address, new Message(sender, value));
  }

  async #sweep(
    filter: DeadLetterFilter | undefined,
    sweep: DeadLetterSweep | undefined,
    change: (letter: Letter) => void,
    check: (letter: Letter) => void = () => {},
  ): Promise<DeadLetterSwept> {
    const { admission, letters, commit } = this.#parts;
    const { through = letters.lastId, ...options } = letterSweepOptions.read("The dead letters to take", sweep);
    const swept = await sweepEach(this.#chosen(filter, "", through), { commit, ...options }, ({ id }) => {
      admission.assertOpen();
      // Somebody may have changed or removed the letter since its page was read.
      const letter = letters.find(id);
      if (letter === undefined) return false;
      check(letter);
      commit.transact(() => change(letter));
      return true;
    });
    return { ...swept, through };
  }

  /** The letters that a filter chooses, behind one letter and up to another one, in the order of their ids. */
  async *#chosen(filter: DeadLetterFilter | undefined, after: string, through?: string): AsyncIterable<Letter> {
    const { store, commit, clock } = this.#parts;
    const choice = choiceOf("dead letters", filter, clock.now());
    await commit.attempted();
    const to = through === undefined ? rangeEnd(kinds.letter) : `${letterKey(through)}\0`;
    let from = after === "" ? kinds.letter : `${letterKey(after)}\0`;
    for (;;) {
      const range = { from, to, limit: readAtOnce, bytes: bytesAtOnce };
      const entries = await store.entries(range);
      for (const [key, bytes] of entries) {
        const letter = decodeLetter(key, bytes);
        if (choice.includes(letter.address, letter.error, letter.lastFailedAt)) yield letter;
      }
      if (endsRange(entries, range)) return;
      from = `${entries[entries.length - 1]?.[0]}\0`;
    }
  }
}
