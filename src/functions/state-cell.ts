// One declared state of one batch: the property that handlers change, and its value when the message began.

import type { Generation, PersistedValue } from "../model/invocation.js";
import type { Followed } from "../model/type.js";
import { TypedValue } from "../model/typed-value.js";
import { sameBytes } from "../types/bytes.js";
import { isEmptyValue, isPackedDefault } from "./empty-default.js";
import type { StateSpec } from "./function-spec.js";
import { KeptValue } from "./kept-value.js";
import type { StateProperty, Watched } from "./state-property.js";
import { isSet, packState, packsLater, takeFollowed, unpackCopy, unpackState } from "./state-value.js";

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
  readonly #spec: StateSpec;
  /** The value after the last message that succeeded. */
  readonly #kept: KeptValue;
  /** The property's value in the fresh instance. */
  #default: unknown;
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
  /** Whether the value needs a place in the store. */
  #isStored = false;
  #next: TypedValue | undefined;

  constructor(
    typeName: string,
    generation: Generation,
    spec: StateSpec,
    stored: TypedValue | undefined,
    instance: object,
  ) {
    this.#spec = spec;
    this.#kept = new KeptValue(typeName, generation, spec, stored);
    this.begin(instance);
  }

  /** Writes the value that was kept last into a fresh instance. Throws STATE_TYPE_MISMATCH and VALUE_UNREADABLE. */
  begin(instance: object): void {
    const spec = this.#spec;
    const kept = this.#kept.pack();
    this.#followed = undefined;
    this.#written = false;
    this.#watched = undefined;
    this.#startBytes = undefined;
    this.#default = spec.get(instance);
    this.#start = this.#default;
    this.#startIsKept = kept !== undefined;
    if (kept === undefined) {
      this.#startFromDefault(instance);
      return;
    }
    this.#kept.assertType();
    const { property } = spec;
    if (property !== undefined && kept.unencoded === undefined && kept.byteLength >= watchedBytes)
      this.#watched = this.#watch(property, kept, instance);
    if (this.#watched !== undefined) {
      // Not yet decoded. The default of the class is no value at the start, and deleting the property decodes nothing.
      this.#start = undefined;
      return;
    }
    this.#start = unpackCopy(this.#kept, kept);
    this.#followStart();
    spec.set(instance, this.#start);
  }

  #watch(property: StateProperty, stored: TypedValue, instance: object): Watched | undefined {
    let decoded = false;
    const decode = () => {
      if (!decoded) this.#start = unpackCopy(this.#kept, stored);
      decoded = true;
    };
    // After a failed message the cell goes on with another instance. What still runs of the handler may touch the old one.
    const isLeft = () => this.#watched !== watched;
    const watched: Watched = {
      show: () => {
        if (isLeft()) {
          const value = unpackCopy(this.#kept, stored);
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
    return isSet(this.#default) && !this.#isUntouched(instance) && !isSet(this.#spec.get(instance));
  }

  /** Gives a cleared state the default of a fresh instance. */
  restoreDefault(from: object, instance: object): void {
    this.#default = this.#spec.get(from);
    this.#start = this.#default;
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
    const packed = isObject ? packState(this.#kept, value) : undefined;
    if (!this.#written && !this.#differs(value, packed)) return undefined;
    return { value: packed === undefined ? value : undefined, packed, written: this.#written };
  }

  #differs(value: unknown, packed: TypedValue | undefined): boolean {
    if (packed !== undefined) return this.#changed(packed);
    return isSet(value) ? !Object.is(value, this.#start) : this.#kept.isSet;
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
    return packed === undefined ? value : unpackCopy(this.#kept, packed);
  }

  #startAgain(): unknown {
    const start = this.#start;
    if (typeof start !== "object" || start === null) return this.#watched === undefined ? start : this.#keptAgain();
    if (this.#startIsKept) return this.#keptAgain();
    return unpackCopy(this.#kept, new TypedValue(this.#spec.type.typename, this.#startBytes));
  }

  #keptAgain(): unknown {
    return unpackCopy(this.#kept, this.#kept.pack() as TypedValue);
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
      this.#written = false;
      if (!this.#kept.isSet) return false;
    } else if (typeof value === "object") {
      if (!this.#prepareObject(value as object, isLast)) return false;
    } else {
      if (!this.#written && Object.is(value, this.#start)) return false;
      if (!packsLater(this.#kept, value)) this.#next = packState(this.#kept, value);
    }
    this.#value = value;
    this.#isStored = isSet(value) && (this.#written || !this.#isEmptyDefault(value));
    this.#prepared = true;
    return true;
  }

  /** Whether the changed value is empty and the default. The value is then packed, unless it is a primitive. */
  #isEmptyDefault(value: unknown): boolean {
    if (!isEmptyValue(this.#kept, value, this.#next)) return false;
    if (this.#spec.type.form === "primitive" && Object.is(value, this.#default)) return true;
    this.#next ??= packState(this.#kept, value);
    return isPackedDefault(this.#kept, this.#default, this.#next);
  }

  #prepareObject(value: object, isLast: boolean): boolean {
    const followed = this.#followed;
    if (followed !== undefined) {
      const changed = takeFollowed(this.#kept, followed, value);
      if (!changed && !this.#written) return false;
      if (isLast) this.#next = followed.packTaken();
      return true;
    }
    const packed = packState(this.#kept, value);
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
    if (typeof value !== "object" || value === null) this.#followed = undefined;
    this.#followed?.keep();
    if (this.#isStored) this.#kept.keep(value, this.#next, this.#followed, this.#written);
    else this.#kept.clear();
    this.#written = false;
    this.#watched = undefined;
    this.#start = value;
    this.#startBytes = this.#isStored ? undefined : this.#next?.value;
    this.#startIsKept = this.#isStored;
  }

  /**
   * Packs the value after the last message that succeeded; undefined when the state is not set. Throws when an object has grown
   * too large to be packed.
   */
  packKept(): TypedValue | undefined {
    return this.#kept.pack();
  }

  /** Takes the change that the engine has to store; undefined when there is none. */
  take(): PersistedValue | undefined {
    return this.#kept.take();
  }

  /** Reads the state by name. */
  read(instance: object): TypedValue | undefined {
    const value = this.#spec.get(instance);
    return isSet(value) ? packState(this.#kept, value) : undefined;
  }

  /** Writes the state by name; undefined clears it. Throws STATE_TYPE_MISMATCH and VALUE_UNREADABLE. */
  write(instance: object, value: TypedValue | undefined): void {
    this.#written = value !== undefined;
    this.#spec.set(instance, value === undefined ? undefined : unpackState(this.#kept, value));
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
    return this.#kept.differsFrom(packed);
  }

  /** All instances may share a default that is an object, so the handlers get a copy of it. */
  #startFromDefault(instance: object): void {
    if (typeof this.#start !== "object" || this.#start === null) return;
    const packed = packState(this.#kept, this.#start);
    this.#startBytes = packed.value;
    this.#start = unpackCopy(this.#kept, packed);
    this.#followStart();
    this.#spec.set(instance, this.#start);
  }
}
