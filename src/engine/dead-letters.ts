// The dead letters: messages that failed for good are set aside in the store, up to a limit, and sent to an egress.

import { StatefunError } from "../errors.js";
import { type DeadLetter, keptFailure, type ShownMessage, showDeadLetter } from "../model/dead-letter.js";
import { TypedValue } from "../model/typed-value.js";
import type { QueueStore } from "./durable-queue.js";
import type { KnownFunction } from "./function-table.js";
import { kinds, ordered } from "./keys.js";
import { decodeLetter, encodeLetter, type Letter, letterKey } from "./letter.js";
import type { EngineLimits } from "./limits.js";
import type { Counters } from "./metrics.js";
import type { Outboxes } from "./outboxes.js";
import { Packed } from "./packed.js";

/** The entry that holds how many letters are kept, and how many bytes they take. */
const keptKey = `${kinds.meta}letters`;

/** The typename of JSON, which every process can read. */
const jsonTypename = "statefun.types/json";

interface DeadLettersParts {
  readonly shared: QueueStore;
  readonly outboxes: Outboxes;
  readonly limits: EngineLimits;
  readonly counters: Counters;
  /** Shows the message of a letter in its egress record. */
  readonly showMessage: (value: TypedValue) => ShownMessage;
}

export class DeadLetters {
  readonly #parts: DeadLettersParts;
  #count = 0;
  #bytes = 0;

  constructor(parts: DeadLettersParts) {
    this.#parts = parts;
    const stored = parts.shared.commit.get(keptKey);
    if (stored === undefined) return;
    const { count, bytes } = JSON.parse(Buffer.from(stored).toString());
    this.#count = count;
    this.#bytes = bytes;
  }

  /** How many letters are kept. */
  get count(): number {
    return this.#count;
  }

  /** Whether no more letters are kept. */
  get full(): boolean {
    const { limits } = this.#parts;
    return this.#count >= limits.deadLetters || this.#bytes >= limits.deadLetterBytes;
  }

  /** Whether a letter of the function is kept, or is at least sent to its egress. */
  takes({ policy }: KnownFunction): boolean {
    return !this.full || this.#parts.outboxes.declared(policy.deadLetterEgress) !== undefined;
  }

  /**
   * Sets a message aside, as part of the open transaction. The letter is kept while there is room, and is sent to its egress
   * when the egress has been declared. Returns the letter's id, and whether it is kept.
   */
  add(known: KnownFunction, dead: Omit<Letter, "id" | "size">): { id: string; kept: boolean } {
    const { shared, outboxes, counters, showMessage } = this.#parts;
    const id = ordered(shared.sequence.next());
    const letter = { ...dead, id, error: keptFailure(dead.error) };
    const kept = !this.full;
    if (kept) this.#put(letter);
    counters.deadLetters += 1;
    known.counters.deadLetters += 1;
    const outbox = outboxes.declared(known.policy.deadLetterEgress);
    if (outbox !== undefined) {
      outbox.push(recordOf({ ...letter, value: letter.value.unpack() }, showMessage));
      if (outbox.full) known.filled.add(outbox);
    }
    return { id, kept };
  }

  /** An id that is not lower than that of any letter. */
  get lastId(): string {
    return ordered(this.#parts.shared.sequence.last);
  }

  /** Finds a letter that is kept. */
  find(id: string): Letter | undefined {
    const key = letterKey(id);
    const stored = this.#parts.shared.commit.get(key);
    return stored && decodeLetter(key, stored);
  }

  /** Finds a letter that is kept. Throws NOT_FOUND. */
  get(id: string): Letter {
    const letter = this.find(id);
    if (letter !== undefined) return letter;
    throw new StatefunError(
      "NOT_FOUND",
      `There is no dead letter ${JSON.stringify(id)}. It may have been sent again or dropped.`,
    );
  }

  /** Replaces the message of a letter, as part of the open transaction. */
  replace(letter: Letter, value: Packed): void {
    this.#count -= 1;
    this.#bytes -= letter.size;
    this.#put({ ...letter, value });
  }

  /** Removes a letter, as part of the open transaction. */
  remove({ id, size }: Letter): void {
    this.#parts.shared.commit.delete(letterKey(id));
    this.#setKept(this.#count - 1, this.#bytes - size);
  }

  #put(letter: Omit<Letter, "size">): void {
    const bytes = encodeLetter(letter);
    this.#parts.shared.commit.put(letterKey(letter.id), bytes);
    this.#setKept(this.#count + 1, this.#bytes + bytes.length);
  }

  /** The numbers are in the store, because adding up the bytes at the start would read all letters. */
  #setKept(count: number, bytes: number): void {
    this.#count = count;
    this.#bytes = bytes;
    this.#parts.shared.commit.put(keptKey, Buffer.from(JSON.stringify({ count, bytes })));
  }
}

/** The record that an egress gets of a letter. */
function recordOf(letter: DeadLetter, showMessage: DeadLettersParts["showMessage"]): Packed {
  const json = Buffer.from(JSON.stringify(showDeadLetter(letter, showMessage)));
  return Packed.pack(new TypedValue(jsonTypename, json), "v3");
}

/** Shows a message whose type is not known. */
export function showBytes({ typename, value }: TypedValue): ShownMessage {
  return { typename, base64: Buffer.from(value).toString("base64") };
}
