// One declared state of one batch: the value that the engine has, the value after the last message that succeeded, and
// the property that handlers change.

import { describe, StatefunError } from "../errors.js";
import type { Generation, PersistedValue } from "../model/invocation.js";
import type { Followed } from "../model/type.js";
import { TypedValue } from "../model/typed-value.js";
import { copyOfBytes, sameBytes } from "../types/bytes.js";
import type { StateSpec } from "./function-spec.js";
import type { StateProperty, Watched } from "./state-property.js";
import { isSet, sameValue, typeMismatch } from "./state-value.js";

/**
 * A value of at least this size is watched for a first touch. To decode and compare a smaller value costs less than to watch
 * it.
 */
const watchedBytes = 200;

/** The value of a state in the midst of a message. */
export interface CellMark {
  /** The value, unless it is an object. */
  readonly value: unknown;
  /** The object, packed. */
  readonly packed: TypedValue | undefined;
  /** Whether the message had written the state by name. */
  readonly written: boolean;
}

/**
 * One declared state of one batch. A message that succeeded {@link keep}s the property's value. After a message that failed
 * the cell {@link begin}s anew from the value that was kept last.
 */
export class Cell {
  readonly #typeName: string;
  readonly #generation: Generation;
  readonly #spec: StateSpec;
  /** The value that the engine has; undefined when the state is not set. */
  #sent: TypedValue | undefined;
  /** The value after the last message that succeeded, unless it is not packed yet; undefined when the state is not set. */
  #kept: TypedValue | undefined;
  /** A primitive that was kept and is not packed yet: the next message most often changes the value again. */
  #unpacked: unknown;
  /** Holds the object that was kept, if it is not packed yet. */
  #keptBy: Followed<unknown> | undefined;
  /** Whether #kept was packed here: equal values then have equal bytes. */
  #keptIsOurs = false;
  /** How many messages have changed the value since the engine was told. */
  #changes = 0;
  /** Whether one of these messages wrote the state by name, which restarts an expiration even when the value stays the same. */
  #changedByName = false;
  #hasDefault = false;
  /** The watch of the instance's property for a first touch; undefined when the property is not watched. */
  #watched: Watched | undefined;
  /** The property's value when the message began. */
  #start: unknown;
  /** The encoding of a default that is an object, made before a handler can change it. */
  #startBytes: Uint8Array | undefined;
  /** Whether #start is the value that was kept, and not a default. */
  #startIsKept = false;
  /** The object when the message began; undefined when objects are compared by their bytes. */
  #followed: Followed<unknown> | undefined;
  /** Whether the message that runs has written the state by name. */
  #written = false;
  /** Whether the message that has just ended changed the value, the property's value, and its packed form. */
  #prepared = false;
  #value: unknown;
  #next: TypedValue | undefined;

  constructor(
    typeName: string,
    generation: Generation,
    spec: StateSpec,
    stored: TypedValue | undefined,
    instance: object,
  ) {
    this.#typeName = typeName;
    this.#generation = generation;
    this.#spec = spec;
    this.#sent = stored;
    this.#kept = stored;
    this.begin(instance);
  }

  /** Writes the value that was kept last into a fresh instance. Throws STATE_TYPE_MISMATCH and VALUE_UNREADABLE. */
  begin(instance: object): void {
    const spec = this.#spec;
    const kept = this.packKept();
    this.#followed = undefined;
    this.#written = false;
    this.#watched = undefined;
    this.#startBytes = undefined;
    this.#start = spec.get(instance);
    this.#hasDefault = isSet(this.#start);
    this.#startIsKept = kept !== undefined;
    if (kept === undefined) {
      this.#startFromDefault(instance);
      return;
    }
    if (!this.#keptIsOurs) this.#assertStoredType(kept);
    const { property } = spec;
    if (property !== undefined && kept.unencoded === undefined && kept.byteLength >= watchedBytes)
      this.#watched = this.#watch(property, kept, instance);
    if (this.#watched !== undefined) {
      // Not yet decoded. The default of the class is no value at the start, and deleting the property decodes nothing.
      this.#start = undefined;
      return;
    }
    this.#start = this.#unpackCopy(kept);
    this.#followStart();
    spec.set(instance, this.#start);
  }

  #watch(property: StateProperty, stored: TypedValue, instance: object): Watched | undefined {
    let decoded = false;
    const decode = () => {
      if (!decoded) this.#start = this.#unpackCopy(stored);
      decoded = true;
    };
    // After a failed message the cell goes on with another instance. What still runs of the handler may touch the old one.
    const isLeft = () => this.#watched !== watched;
    const watched: Watched = {
      show: () => {
        if (isLeft()) {
          const value = this.#unpackCopy(stored);
          property.unwatch(instance, value);
          return value;
        }
        decode();
        this.#followStart();
        property.unwatch(instance, this.#start);
        return this.#start;
      },
      replace: (value) => {
        // An object is compared by its bytes. Any other value is compared with the decoded value at the start.
        if (typeof value !== "object" && !isLeft()) decode();
        property.unwatch(instance, value);
      },
    };
    return property.watch(instance, watched) ? watched : undefined;
  }

  #isUntouched(instance: object): boolean {
    return this.#watched !== undefined && this.#spec.property?.isUntouched(instance) === true;
  }

  /** Whether a handler cleared a state that has a default. */
  lacksDefault(instance: object): boolean {
    return this.#hasDefault && !this.#isUntouched(instance) && !isSet(this.#spec.get(instance));
  }

  /** Gives a cleared state the default of a fresh instance. */
  restoreDefault(from: object, instance: object): void {
    this.#start = this.#spec.get(from);
    this.#startBytes = undefined;
    this.#followed = undefined;
    this.#startIsKept = false;
    this.#spec.set(instance, this.#start);
    this.#startFromDefault(instance);
  }

  /** The property's value as it is now, if it differs from the value at the message's start. Keeps nothing. Throws VALUE_INVALID. */
  mark(instance: object): CellMark | undefined {
    if (this.#isUntouched(instance)) return undefined;
    const value = this.#spec.get(instance);
    const isObject = typeof value === "object" && value !== null;
    const packed = isObject ? this.#pack(value) : undefined;
    if (!this.#written && !this.#differs(value, packed)) return undefined;
    return { value: packed === undefined ? value : undefined, packed, written: this.#written };
  }

  #differs(value: unknown, packed: TypedValue | undefined): boolean {
    if (packed !== undefined) return this.#changed(packed);
    return isSet(value) ? !Object.is(value, this.#start) : this.#isKept;
  }

  /** Gives the property the value of a mark back; undefined stands for the value at the message's start. */
  returnTo(mark: CellMark | undefined, instance: object): void {
    if (mark === undefined && this.#isUntouched(instance)) return;
    this.#written = mark?.written === true;
    const value = mark === undefined ? this.#startAgain() : this.#marked(mark);
    // An object is compared by its bytes, and any other value with the one at the start.
    if (mark === undefined && typeof value !== "object") this.#start = value;
    this.#spec.set(instance, value);
  }

  #marked({ value, packed }: CellMark): unknown {
    return packed === undefined ? value : this.#unpackCopy(packed);
  }

  #startAgain(): unknown {
    const start = this.#start;
    if (typeof start !== "object" || start === null) return this.#watched === undefined ? start : this.#keptAgain();
    if (this.#startIsKept) return this.#keptAgain();
    return this.#unpackCopy(new TypedValue(this.#spec.type.typename, this.#startBytes));
  }

  #keptAgain(): unknown {
    return this.#unpackCopy(this.packKept() as TypedValue);
  }

  /**
   * Checks the property's value if the message has changed it, and returns whether it has. `isLast` says that the message is the
   * last one of its batch. Throws VALUE_INVALID.
   */
  prepare(instance: object, isLast: boolean): boolean {
    this.#prepared = false;
    if (this.#isUntouched(instance)) return false;
    const value = this.#spec.get(instance);
    this.#next = undefined;
    if (!isSet(value)) {
      if (!this.#isKept) return false;
    } else if (typeof value === "object") {
      if (!this.#prepareObject(value as object, isLast)) return false;
    } else {
      if (!this.#written && Object.is(value, this.#start)) return false;
      if (!this.#packsLater(value)) this.#next = this.#pack(value);
    }
    this.#value = value;
    this.#prepared = true;
    return true;
  }

  #prepareObject(value: object, isLast: boolean): boolean {
    const followed = this.#followed;
    if (followed !== undefined) {
      const changed = this.#take(followed, value);
      if (!changed && !this.#written) return false;
      if (isLast) this.#next = followed.packTaken();
      return true;
    }
    const packed = this.#pack(value);
    this.#next = packed;
    if (!this.#written && !this.#changed(packed)) return false;
    if (!isLast) {
      this.#followed = this.#spec.type.follow();
      this.#followed?.take(value);
    }
    return true;
  }

  /** Keeps what {@link prepare} has found: the message has succeeded. */
  keep(): void {
    if (!this.#prepared) return;
    const value = this.#value;
    this.#kept = this.#next;
    if (typeof value !== "object" || value === null) this.#followed = undefined;
    this.#followed?.keep();
    const isPacked = this.#next !== undefined || !isSet(value);
    this.#keptBy = isPacked ? undefined : this.#followed;
    this.#unpacked = isPacked || this.#keptBy !== undefined ? undefined : value;
    this.#keptIsOurs = true;
    this.#changes += 1;
    if (this.#written) this.#changedByName = true;
    this.#written = false;
    this.#start = value;
    this.#startBytes = undefined;
    this.#startIsKept = this.#isKept;
  }

  /**
   * Packs the value after the last message that succeeded; undefined when the state is not set. Throws when an object has grown
   * too large to be packed.
   */
  packKept(): TypedValue | undefined {
    if (this.#keptBy !== undefined) this.#kept = this.#keptBy.packKept();
    else if (this.#unpacked !== undefined) this.#kept = this.#pack(this.#unpacked);
    this.#keptBy = undefined;
    this.#unpacked = undefined;
    return this.#kept;
  }

  /** Takes the change that the engine has to store; undefined when there is none. */
  take(): PersistedValue | undefined {
    const changes = this.#changes;
    if (changes === 0) return undefined;
    const { name } = this.#spec;
    const sent = this.#sent;
    const value = this.packKept();
    const byName = this.#changedByName;
    this.#changes = 0;
    this.#changedByName = false;
    this.#sent = value;
    if (value === undefined) return sent === undefined ? undefined : { name, value };
    // Several changes may have led back to the value that the engine has.
    if (changes > 1 && !byName && sent !== undefined && sameValue(this.#inGeneration(value), sent)) return undefined;
    return { name, value };
  }

  /** Reads the state by name. */
  read(instance: object): TypedValue | undefined {
    const value = this.#spec.get(instance);
    return isSet(value) ? this.#pack(value) : undefined;
  }

  /** Writes the state by name; undefined clears it. Throws STATE_TYPE_MISMATCH and VALUE_UNREADABLE. */
  write(instance: object, value: TypedValue | undefined): void {
    this.#written = value !== undefined;
    this.#spec.set(instance, value === undefined ? undefined : this.#unpack(value));
  }

  /** Follows the value at the start of the message, if it is an object. */
  #followStart(): void {
    if (typeof this.#start !== "object" || this.#start === null) return;
    const followed = this.#spec.type.follow();
    try {
      followed?.take(this.#start);
    } catch {
      // A schema may make a value of the stored one that has no JSON form. Only a message that leaves it so is refused.
      return;
    }
    followed?.keep();
    this.#followed = followed;
  }

  /** Whether an object's encoding differs from the encoding at the start of the message. */
  #changed(packed: TypedValue): boolean {
    if (!this.#startIsKept) return this.#startBytes === undefined || !sameBytes(packed.value, this.#startBytes);
    const kept = this.packKept() as TypedValue;
    if (this.#keptIsOurs) return !sameBytes(packed.value, kept.value);
    if (sameValue(this.#inGeneration(packed), kept)) return false;
    // Another SDK may write the same fields in another order. The bytes then differ although nothing has changed.
    return !sameBytes(packed.value, this.#pack(this.#unpackCopy(kept)).value);
  }

  #inGeneration(packed: TypedValue): TypedValue {
    return this.#generation === "v2" ? packed.toV2() : packed;
  }

  /** All instances may share a default that is an object, so the handlers get a copy of it. */
  #startFromDefault(instance: object): void {
    if (typeof this.#start !== "object" || this.#start === null) return;
    const packed = this.#pack(this.#start);
    this.#startBytes = packed.value;
    this.#start = this.#unpackCopy(packed);
    this.#followStart();
    this.#spec.set(instance, this.#start);
  }

  /** Whether the state is set after the last message that succeeded. */
  get #isKept(): boolean {
    return this.#kept !== undefined || this.#unpacked !== undefined || this.#keptBy !== undefined;
  }

  #take(followed: Followed<unknown>, value: object): boolean {
    try {
      return followed.take(value);
    } catch (thrown) {
      throw this.#located(thrown);
    }
  }

  /** Whether the value may be packed later. Throws VALUE_INVALID. */
  #packsLater(value: unknown): boolean {
    try {
      return this.#spec.type.packsLater(value);
    } catch (thrown) {
      throw this.#located(thrown);
    }
  }

  #pack(value: unknown): TypedValue {
    try {
      return this.#spec.type.pack(value);
    } catch (thrown) {
      throw this.#located(thrown);
    }
  }

  /** The stored value must have the type's name in this generation: the engine never changes a state's type. */
  #assertStoredType(stored: TypedValue): void {
    const { type, name } = this.#spec;
    const known =
      this.#generation === "v2" ? (type.v2 ?? type).isNamed(stored.typename) : stored.typename === type.typename;
    if (!known) throw typeMismatch(this.#typeName, name, type.typename, stored);
  }

  /** Decodes a value whose bytes must not change with the decoded value, because they are compared later. */
  #unpackCopy(value: TypedValue): unknown {
    return this.#unpack(this.#spec.type.sharesBytes ? new TypedValue(value.typename, copyOfBytes(value.value)) : value);
  }

  #unpack(value: TypedValue): unknown {
    const { type, name } = this.#spec;
    if (!type.reads(value.typename)) throw typeMismatch(this.#typeName, name, type.typename, value);
    try {
      return type.unpack(value);
    } catch (thrown) {
      throw this.#located(thrown);
    }
  }

  #located(thrown: unknown): unknown {
    if (!(thrown instanceof StatefunError)) return thrown;
    const where = `The state "${this.#spec.name}" of ${this.#typeName}`;
    return new StatefunError(thrown.code, `${where}: ${describe(thrown)}`, { cause: thrown });
  }
}
