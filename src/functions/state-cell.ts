// One declared state of one batch: what is stored, what the property held at the start, and what it holds at the end.

import { describe, StatefunError } from "../errors.js";
import type { Generation, PersistedValue } from "../model/invocation.js";
import { TypedValue } from "../model/typed-value.js";
import type { StateSpec } from "./function-spec.js";
import type { StateProperty } from "./state-property.js";

/** From this size on it pays to watch for a touch: a smaller value is decoded and compared sooner than that. */
const watchedBytes = 200;

const lengthOf = (_bytes: Uint8Array, start: number, end: number) => end - start;

/** One declared state of one batch. */
export class Cell {
  readonly #typeName: string;
  readonly #generation: Generation;
  readonly #spec: StateSpec;
  /** What the engine has. */
  readonly #stored: TypedValue | undefined;
  readonly #hasDefault: boolean;
  /** Whether the property is watched for a first touch. */
  readonly #watched: boolean = false;
  /** What the property held when the batch began, or when its default was restored. */
  #start: unknown;
  /** The encoding of a default that is an object, made before a handler can change it. */
  #startBytes: Uint8Array | undefined;
  /** Whether #start stands for what is stored, not for a default. */
  #startIsStored: boolean;
  /** Whether it was written by name, which restarts an expiration even when the value stays the same. */
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
        // Objects are compared by their bytes, anything else with what was there.
        if (typeof value !== "object") decode();
        property.unwatch(instance, value);
      },
    });
  }

  #isUntouched(instance: object): boolean {
    return this.#watched && this.#spec.property?.isUntouched(instance) === true;
  }

  lacksDefault(instance: object): boolean {
    return this.#hasDefault && !this.#isUntouched(instance) && !isSet(this.#spec.get(instance));
  }

  restoreDefault(from: object, instance: object): void {
    this.#start = this.#spec.get(from);
    this.#startIsStored = false;
    this.#written = false;
    this.#spec.set(instance, this.#start);
    this.#startFromDefault(instance);
  }

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

  read(instance: object): TypedValue | undefined {
    const value = this.#spec.get(instance);
    return isSet(value) ? this.#pack(value) : undefined;
  }

  write(instance: object, value: TypedValue | undefined): void {
    this.#written = value !== undefined;
    this.#spec.set(instance, value === undefined ? undefined : this.#unpack(value));
  }

  /** Compares an object's encoding with the one it had at the start. */
  #changed(packed: TypedValue): boolean {
    if (!this.#startIsStored) return this.#startBytes === undefined || !sameBytes(packed.value, this.#startBytes);
    const stored = this.#stored as TypedValue;
    const now = this.#generation === "v2" ? packed.toV2() : packed;
    if (sameValue(now, stored)) return false;
    // Another SDK may order the same fields otherwise. Then the bytes differ although nothing was changed.
    return !sameBytes(packed.value, this.#pack(this.#unpackCopy(stored)).value);
  }

  /** A default that is an object may be one that all instances share, so the handlers get a copy of their own. */
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

  /** What the engine has is of the type as this generation writes it: the engine lets it be no other. */
  #assertStoredType(stored: TypedValue): void {
    const { type, name } = this.#spec;
    const known =
      this.#generation === "v2" ? (type.v2 ?? type).isNamed(stored.typename) : stored.typename === type.typename;
    if (!known) throw typeMismatch(this.#typeName, name, type.typename, stored);
  }

  /** Decodes bytes that are needed again, to compare with. */
  #unpackCopy(value: TypedValue): unknown {
    return this.#unpack(this.#spec.type.sharesBytes ? new TypedValue(value.typename, Buffer.from(value.value)) : value);
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

export function typeMismatch(typeName: string, name: string, declared: string, value: TypedValue): StatefunError {
  return new StatefunError(
    "STATE_TYPE_MISMATCH",
    `The state "${name}" of ${typeName} is a ${declared} but the value is a ${value.typename}. A state's type can't change; declare it as it is, or use another name.`,
  );
}

export const isSet = (value: unknown) => value !== undefined && value !== null;

function sameValue(a: TypedValue | undefined, b: TypedValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.typename === b.typename && sameBytes(a.value, b.value);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
