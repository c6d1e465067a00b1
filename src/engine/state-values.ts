// The states of one address, which are in memory while the address is awake.

import { delimited, tag, varint, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import type { Expiration } from "../model/expiration.js";
import type { Generation, PersistedValue, ValueSpec } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";
import type { RequestState } from "../wire/encode-request.js";
import type { Memory } from "./backlog.js";
import { deadlineOf, encodeIndexedAt, expiringKey } from "./expiry-entries.js";
import type { GroupCommit } from "./group-commit.js";
import { kinds } from "./keys.js";
import type { Encodable } from "./message.js";
import { generationField, Packed, readGeneration } from "./packed.js";

const packedField = tag(1, delimited);
const touchedField = tag(2, varint);
const indexedField = tag(4, varint);

/** A state, as far as its values need to know it. */
export type ExpiringSpec = Pick<ValueSpec, "name" | "expiration">;

/** The value of a state, and the moment from which its expiration counts: its last write, or the last call of its address. */
export class StateValue implements Encodable {
  readonly packed: Packed;
  /** Milliseconds since 1970. */
  readonly touchedAt: number;
  /** The time under which it was put into the index of what expires; undefined when it was not. See expiry-entries.ts. */
  readonly indexedAt: number | undefined;

  constructor(packed: Packed, touchedAt: number, indexedAt?: number) {
    this.packed = packed;
    this.touchedAt = touchedAt;
    this.indexedAt = indexedAt;
  }

  /** The same value for a function of a generation. */
  as(generation: Generation): StateValue {
    const packed = this.packed.as(generation);
    return packed === this.packed ? this : new StateValue(packed, this.touchedAt, this.indexedAt);
  }

  get size(): number {
    return this.packed.size + 24;
  }

  encode(): Uint8Array {
    const writer = new WireWriter();
    this.packed.write(writer, packedField);
    writer.uint32(touchedField);
    writer.int64(this.touchedAt);
    if (this.indexedAt !== undefined) {
      writer.uint32(indexedField);
      writer.int64(this.indexedAt);
    }
    return writer.finish();
  }
}

/** Decodes a state's entry. */
export function decodeStateValue(bytes: Uint8Array): StateValue {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  let packed = bytes.subarray(0, 0);
  let touchedAt = 0;
  let indexedAt: number | undefined;
  let generation: Generation = "v3";
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === packedField) packed = reader.copy(end);
    else if (fieldTag === touchedField) touchedAt = reader.int64(end);
    else if (fieldTag === indexedField) indexedAt = reader.int64(end);
    else if (fieldTag === generationField) generation = readGeneration(reader, end);
    else reader.skip(fieldTag, end);
  }
  return new StateValue(new Packed(packed, generation), touchedAt, indexedAt);
}

/** Whether a value has expired. */
export function isExpired({ touchedAt }: StateValue, { expiration }: Pick<ValueSpec, "expiration">, now: number) {
  return expiration.mode !== "none" && now >= deadlineOf(touchedAt, expiration);
}

export class StateValues {
  readonly #prefix: string;
  readonly #commit: GroupCommit;
  readonly #generation: Generation;
  readonly #memory: Memory;
  /** The values that were read or written since the address woke; null for a state that has no value. */
  readonly #values = new Map<string, StateValue | null>();
  #bytes = 0;

  /** `generation` is the function's generation now. A value may have been written when the function was of the other one. */
  constructor(addressKey: string, commit: GroupCommit, generation: Generation, memory: Memory) {
    this.#prefix = kinds.state + addressKey;
    this.#commit = commit;
    this.#generation = generation;
    this.#memory = memory;
  }

  /** About how many bytes the values take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Drops the values from memory. The object must not be used afterwards. */
  forget(): void {
    this.#count(-this.#bytes);
    this.#values.clear();
  }

  /** The values that a call carries, as bytes. Deletes those that have expired. */
  forCall(specs: readonly ExpiringSpec[], now: number): RequestState[] {
    return specs.map((spec) => ({ name: spec.name, packed: this.#current(spec, now)?.packed.bytes }));
  }

  /** The values for a call of a function in this process, which does not change their bytes. Deletes those that have expired. */
  forLocalCall(specs: readonly ExpiringSpec[], now: number): PersistedValue[] {
    return specs.map((spec) => ({ name: spec.name, value: this.#current(spec, now)?.packed.unpack() }));
  }

  /** Puts off the expiry of every value that expires after the last call. */
  touch(specs: readonly ValueSpec[], now: number): void {
    for (const spec of specs) {
      if (spec.expiration.mode !== "after-call") continue;
      const value = this.#values.get(spec.name);
      if (value != null && value.touchedAt !== now) this.#put(spec, value.packed, now);
    }
  }

  /**
   * Writes a value, or with undefined deletes it. The value may be a part of an answer. The value before must have been read
   * for a call, or else its entry in the index stays until the sweeper meets it.
   */
  set(spec: ExpiringSpec, value: Uint8Array | TypedValue | undefined, now: number): void {
    if (value !== undefined) this.#put(spec, Packed.part(value, this.#generation), now);
    else this.#delete(spec.name);
  }

  #current(spec: ExpiringSpec, now: number): StateValue | undefined {
    let value = this.#values.get(spec.name);
    if (value === undefined) {
      const stored = this.#commit.get(this.#prefix + spec.name);
      value = stored === undefined ? null : decodeStateValue(stored).as(this.#generation);
      this.#values.set(spec.name, value);
      this.#count(value?.size ?? 0);
    }
    if (value === null) return undefined;
    if (!isExpired(value, spec, now)) return value;
    this.#delete(spec.name);
    return undefined;
  }

  #put({ name, expiration }: ExpiringSpec, packed: Packed, now: number): void {
    const key = this.#prefix + name;
    const before = this.#values.get(name) ?? undefined;
    const value = new StateValue(packed, now, this.#indexedAt(key, expiration, now, before?.indexedAt));
    this.#count(value.size - (before?.size ?? 0));
    this.#values.set(name, value);
    this.#commit.put(key, value);
  }

  #delete(name: string): void {
    const key = this.#prefix + name;
    const before = this.#values.get(name);
    this.#count(-(before?.size ?? 0));
    this.#values.set(name, null);
    this.#commit.delete(key);
    if (before?.indexedAt !== undefined) this.#commit.consume(expiringKey(before.indexedAt, key));
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#memory.states += bytes;
  }

  /** Puts a value into the index, unless the value before has an entry that does not come too late for it. */
  #indexedAt(key: string, expiration: Expiration, now: number, before: number | undefined): number | undefined {
    if (expiration.mode === "none") return undefined;
    const deadline = deadlineOf(now, expiration);
    if (before !== undefined) {
      if (before <= deadline) return before;
      this.#commit.consume(expiringKey(before, key));
    }
    this.#commit.put(expiringKey(deadline, key), encodeIndexedAt(deadline));
    return deadline;
  }
}
