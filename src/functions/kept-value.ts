// The value of one state between the messages of a batch: what the engine has, and what the last message that succeeded
// has left.

import type { Generation, PersistedValue } from "../model/invocation.js";
import type { Followed } from "../model/type.js";
import type { TypedValue } from "../model/typed-value.js";
import { sameBytes } from "../types/bytes.js";
import type { StateSpec } from "./function-spec.js";
import { assertStoredType, type DeclaredState, packState, sameValue, unpackCopy } from "./state-value.js";

/** The value of one state after the last message that succeeded, beside the one that the engine has. */
export class KeptValue implements DeclaredState {
  readonly typeName: string;
  readonly spec: StateSpec;
  readonly #generation: Generation;
  /** The value that the engine has; undefined when the state is not set. */
  #sent: TypedValue | undefined;
  /** The value after the last message that succeeded, unless it is not packed yet; undefined when the state is not set. */
  #packed: TypedValue | undefined;
  /** A primitive that was kept and is not packed yet: the next message most often changes the value again. */
  #unpacked: unknown;
  /** Holds the object that was kept, if it is not packed yet. */
  #followed: Followed<unknown> | undefined;
  /** Whether the value was packed here: equal values then have equal bytes. */
  #isOurs = false;
  /** How many messages have changed the value since the engine was told. */
  #changes = 0;
  /** Whether one of these messages wrote the state by name, which restarts an expiration even when the value stays the same. */
  #changedByName = false;

  constructor(typeName: string, generation: Generation, spec: StateSpec, stored: TypedValue | undefined) {
    this.typeName = typeName;
    this.spec = spec;
    this.#generation = generation;
    this.#sent = stored;
    this.#packed = stored;
  }

  /** Whether the state is set. */
  get isSet(): boolean {
    return this.#packed !== undefined || this.#unpacked !== undefined || this.#followed !== undefined;
  }

  /** Throws STATE_TYPE_MISMATCH when another SDK has stored a value of another type. */
  assertType(): void {
    if (this.#packed !== undefined && !this.#isOurs) assertStoredType(this, this.#generation, this.#packed);
  }

  /**
   * Keeps a value that a message has left: its packed form unless it is packed later, and what follows the value if it is an
   * object. `written` says that the message has written the state by name.
   */
  keep(
    value: unknown,
    packed: TypedValue | undefined,
    followed: Followed<unknown> | undefined,
    written: boolean,
  ): void {
    const isPacked = packed !== undefined;
    this.#packed = packed;
    this.#followed = isPacked ? undefined : followed;
    this.#unpacked = isPacked || followed !== undefined ? undefined : value;
    this.#isOurs = true;
    this.#changes += 1;
    if (written) this.#changedByName = true;
  }

  /** Keeps that a message that succeeded has left the state unset, or at a default that needs no place in the store. */
  clear(): void {
    this.#packed = undefined;
    this.#followed = undefined;
    this.#unpacked = undefined;
    this.#changes += 1;
  }

  /** Packs the value; undefined when the state is not set. Throws when an object has grown too large to be packed. */
  pack(): TypedValue | undefined {
    if (this.#followed !== undefined) this.#packed = this.#followed.packKept();
    else if (this.#unpacked !== undefined) this.#packed = packState(this, this.#unpacked);
    this.#followed = undefined;
    this.#unpacked = undefined;
    return this.#packed;
  }

  /** Whether an object, packed here, has other bytes than the value, which is set. */
  differsFrom(packed: TypedValue): boolean {
    const kept = this.pack() as TypedValue;
    if (this.#isOurs) return !sameBytes(packed.value, kept.value);
    if (sameValue(this.#inGeneration(packed), kept)) return false;
    // Another SDK may write the same fields in another order. The bytes then differ although nothing has changed.
    return !sameBytes(packed.value, packState(this, unpackCopy(this, kept)).value);
  }

  /** Takes the change that the engine has to store; undefined when there is none. */
  take(): PersistedValue | undefined {
    const changes = this.#changes;
    if (changes === 0) return undefined;
    const { name } = this.spec;
    const sent = this.#sent;
    const value = this.pack();
    const byName = this.#changedByName;
    this.#changes = 0;
    this.#changedByName = false;
    this.#sent = value;
    if (value === undefined) return sent === undefined ? undefined : { name, value };
    // Several changes may have led back to the value that the engine has.
    if (changes > 1 && !byName && sent !== undefined && sameValue(this.#inGeneration(value), sent)) return undefined;
    return { name, value };
  }

  #inGeneration(packed: TypedValue): TypedValue {
    return this.#generation === "v2" ? packed.toV2() : packed;
  }
}
