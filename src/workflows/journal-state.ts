// The hidden state that holds the journal: one property under a symbol, encoded only after a message has changed it.

import { describe, StatefunError } from "../errors.js";
import type { StateSpec } from "../functions/function-spec.js";
import { StateProperty } from "../functions/state-property.js";
import { noExpiration } from "../model/expiration.js";
import { type Followed, Type } from "../model/type.js";
import type { TypedValue } from "../model/typed-value.js";
import { decodeJournal } from "./journal/decode-journal.js";
import { encodeJournal } from "./journal/encode-journal.js";
import { type Journal, newJournal } from "./journal/journal.js";
import { journalName, journalTypename } from "./journal/names.js";

const place = Symbol("statefun-ts workflow journal");
type Holder = { [place]?: Journal | undefined };

class JournalType extends Type<Journal> {
  /** Values of a journal are copied before code of the user gets them. */
  override get sharesBytes(): boolean {
    return false;
  }

  override follow(): Followed<Journal> {
    return new FollowedJournal(this);
  }

  serialize(journal: Journal): Uint8Array {
    return encodeJournal(journal);
  }

  deserialize(bytes: Uint8Array): Journal {
    try {
      return decodeJournal(bytes);
    } catch (error) {
      const message = `The journal of workflows can't be read: ${describe(error)}.`;
      throw new StatefunError("VALUE_UNREADABLE", message, { cause: error });
    }
  }
}

/** A journal at one of its revisions. */
interface Taken {
  readonly journal: Journal;
  readonly revision: number;
  /** Undefined for the first one, whose bytes the state has already. */
  packed: TypedValue<Journal> | undefined;
}

/** Follows a journal by its count of changes. It is encoded when it is taken, since later messages change the same object. */
class FollowedJournal implements Followed<Journal> {
  readonly #type: JournalType;
  #taken: Taken | undefined;
  #kept: Taken | undefined;

  constructor(type: JournalType) {
    this.#type = type;
  }

  take(journal: Journal): boolean {
    const kept = this.#kept;
    const { revision } = journal;
    if (kept !== undefined && kept.journal === journal && kept.revision === revision) {
      this.#taken = kept;
      return false;
    }
    this.#taken = { journal, revision, packed: kept === undefined ? undefined : this.#type.pack(journal) };
    return true;
  }

  keep(): void {
    this.#kept = this.#taken;
  }

  packTaken(): TypedValue<Journal> {
    return this.#pack(this.#taken as Taken);
  }

  packKept(): TypedValue<Journal> {
    return this.#pack(this.#kept as Taken);
  }

  #pack(taken: Taken): TypedValue<Journal> {
    taken.packed ??= this.#type.pack(taken.journal);
    return taken.packed;
  }
}

/** The hidden state of a function with workflows. */
export const journalState: StateSpec = Object.freeze({
  name: journalName,
  type: new JournalType(journalTypename),
  expiration: noExpiration,
  property: new StateProperty(place),
  hidden: true,
  get: (instance: object) => (instance as Holder)[place],
  set: (instance: object, value: unknown) => {
    (instance as Holder)[place] = value as Journal | undefined;
  },
});

/** The journal of the address whose states the object holds; undefined when it has had no run. */
export function findJournal(instance: object): Journal | undefined {
  return (instance as Holder)[place];
}

/** The journal of the address whose states the object holds. */
export function journalOf(instance: object): Journal {
  const holder = instance as Holder;
  holder[place] ??= newJournal();
  return holder[place];
}
