// One declared state of one batch: the stored value, and the property's value at the start and at the end.

import { describe, StatefunError } from "../errors.js";
import type { Generation, PersistedValue } from "../model/invocation.js";
import { TypedValue } from "../model/typed-value.js";
import { copyOfBytes, sameBytes } from "../types/bytes.js";
import type { StateSpec } from "./function-spec.js";
import type { StateProperty } from "./state-property.js";

/**
 * A value of at least this size is watched for a first touch. To decode and compare a smaller value costs less than to watch
 * it.
 */
const watchedBytes = 200;

const lengthOf = (_bytes: Uint8Array, start: number, end: number) => end - start;

/** One declared state of one batch. */
export class Cell {
  readonly #typeName: string;
  readonly #generation: Generation;
  readonly #spec: StateSpec;
  /** The value that the engine has; undefined when the state is not set. */
  readonly #stored: TypedValue | undefined;
  readonly #hasDefault: boolean;
  /** Whether the property is watched for a first touch. */
  readonly #watched: boolean = false;
  /** The property's value when the batch began, or when its default was restored. */
  #start: unknown;
  /** The encoding of a default that is an object, made before a handler can change it. */
  #startBytes: Uint8Array | undefined;
  /** Whether #start is the stored value, and not a default. */
  #startIsStored: boolean;
  /** Whether the state was written by name, which restarts an expiration even when the value stays the same. */
  #written = false;

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
    this.#stored = stored;
    this.#start = spec.get(instance);
    this.#hasDefault = isSet(this.#start);
    this.#startIsStored = stored !== undefined;
    if (stored === undefined) this.#startFromDefault(instance);
    else {
      this.#assertStoredType(stored);
      const { property } = spec;
      this.#watched =
        property !== undefined && stored.readWith(lengthOf) >= watchedBytes && this.#watch(property, stored, instance);
      if (!this.#watched) {
        this.#start = this.#unpackCopy(stored);
        spec.set(instance, this.#start);
      }
    }
  }

  #watch(property: StateProperty, stored: TypedValue, instance: object): boolean {
    let decoded = false;
    const decode = () => {
      if (!decoded) this.#start = this.#unpackCopy(stored);
      decoded = true;
    };
    return property.watch(instance, {
      show: () => {
        decode();
        property.unwatch(instance, this.#start);
        return this.#start;
      },
      replace: (value) => {
        // An object is compared by its bytes. Any other value is compared with the decoded value at the start.
        if (typeof value !== "object") decode();
        property.unwatch(instance, value);
      },
    });
  }

  #isUntouched(instance: object): boolean {
    return this.#watched && this.#spec.property?.isUntouched(instance) === true;
  }

  /** Whether a handler cleared a state that has a default. */
  lacksDefault(instance: object): boolean {
    return this.#hasDefault && !this.#isUntouched(instance) && !isSet(this.#spec.get(instance));
  }

  /** Gives a cleared state the default of a fresh instance. */
  restoreDefault(from: object, instance: object): void {
    this.#start = this.#spec.get(from);
    this.#startIsStored = false;
    this.#written = false;
    this.#spec.set(instance, this.#start);
    this.#startFromDefault(instance);
  }

  /** The change that the engine has to store; undefined when there is none. Throws VALUE_INVALID. */
  mutation(instance: object): PersistedValue | undefined {
    if (this.#isUntouched(instance)) return undefined;
    const { name } = this.#spec;
    const value = this.#spec.get(instance);
    const deletion = this.#stored === undefined ? undefined : { name, value: undefined };
    if (!isSet(value)) return deletion;
    if (this.#written) return { name, value: this.#pack(value) };
    const whenUnchanged = this.#startIsStored ? undefined : deletion;
    if (typeof value !== "object" && Object.is(value, this.#start)) return whenUnchanged;
    const packed = this.#pack(value);
    if (typeof value === "object" && !this.#changed(packed)) return whenUnchanged;
    return { name, value: packed };
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

  /** Whether an object's encoding differs from the encoding at the start. */
  #changed(packed: TypedValue): boolean {
    if (!this.#startIsStored) return this.#startBytes === undefined || !sameBytes(packed.value, this.#startBytes);
    const stored = this.#stored as TypedValue;
    const now = this.#generation === "v2" ? packed.toV2() : packed;
    if (sameValue(now, stored)) return false;
    // Another SDK may write the same fields in another order. The bytes then differ although nothing has changed.
    return !sameBytes(packed.value, this.#pack(this.#unpackCopy(stored)).value);
  }

  /** All instances may share a default that is an object, so the handlers get a copy of it. */
  #startFromDefault(instance: object): void {
    if (typeof this.#start !== "object" || this.#start === null) return;
    const packed = this.#pack(this.#start);
    this.#startBytes = packed.value;
    this.#start = this.#unpackCopy(packed);
    this.#spec.set(instance, this.#start);
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

/** The error for a value of another type than its state's. */
export function typeMismatch(typeName: string, name: string, declared: string, value: TypedValue): StatefunError {
  return new StatefunError(
    "STATE_TYPE_MISMATCH",
    `The state "${name}" of ${typeName} is a ${declared} but the value is a ${value.typename}. A state's type can't change: declare the type that is stored, or use another name for the state.`,
  );
}

/** Whether a property's value is a state; undefined and null stand for a state that is not set. */
export const isSet = (value: unknown) => value !== undefined && value !== null;

function sameValue(a: TypedValue | undefined, b: TypedValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.typename === b.typename && sameBytes(a.value, b.value);
}
