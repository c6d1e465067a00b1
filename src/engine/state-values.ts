// The states of one address, which are in memory while the address is awake.

import { delimited, tag, varint, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import { append, none } from "../model/append.js";
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
import { encodeHead, hasHead, headKey } from "./state-heads.js";

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
export function isExpired(
  { touchedAt }: Pick<StateValue, "touchedAt">,
  { expiration }: Pick<ValueSpec, "expiration">,
  now: number,
) {
  return expiration.mode !== "none" && now >= deadlineOf(touchedAt, expiration);
}

/** A state of the address, and its value; undefined when the state is not set. */
interface KnownState {
  readonly name: string;
  /** The key of its entry in the store. */
  readonly key: string;
  value: StateValue | undefined;
}

export class StateValues {
  readonly #prefix: string;
  readonly #commit: GroupCommit;
  readonly #generation: Generation;
  readonly #memory: Memory;
  /** The states that were read or written since the address woke. Most functions have few: a Map would cost more than a look at each. */
  #known: readonly KnownState[] = none;
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
    this.#known = none;
  }

  /** The values that a call carries, as bytes. Deletes those that have expired. */
  forCall(specs: readonly ExpiringSpec[], now: number): RequestState[] {
    return specs.map((spec, index) => ({ name: spec.name, packed: this.#current(spec, now, index)?.packed.bytes }));
  }

  /** The values for a call of a function in this process, which does not change their bytes. Deletes those that have expired. */
  forLocalCall(specs: readonly ExpiringSpec[], now: number): readonly PersistedValue[] {
    let values: readonly PersistedValue[] = none;
    for (let index = 0; index < specs.length; index++) {
      const spec = specs[index] as ExpiringSpec;
      values = append(values, { name: spec.name, value: this.#current(spec, now, index)?.packed.unpack() });
    }
    return values;
  }

  /** The value of a state that was read or written since the address woke; undefined when the state is not set. */
  held(name: string): Packed | undefined {
    return this.#find(name)?.value?.packed;
  }

  /** Puts off the expiry of every value that expires after the last call. */
  touch(specs: readonly ValueSpec[], now: number): void {
    for (const spec of specs) {
      if (spec.expiration.mode !== "after-call") continue;
      const value = this.#find(spec.name)?.value;
      if (value !== undefined && value.touchedAt !== now) this.#put(spec, value.packed, now);
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

  /** Calls ask for all states in the same order, so a state most often stands at the place where its call asks for it. */
  #current(spec: ExpiringSpec, now: number, place: number): StateValue | undefined {
    const { name } = spec;
    let state = this.#known[place]?.name === name ? this.#known[place] : this.#find(name);
    if (state === undefined) {
      const key = this.#prefix + name;
      const stored = this.#commit.get(key);
      state = this.#add(name, key, stored === undefined ? undefined : decodeStateValue(stored).as(this.#generation));
      this.#count(state.value?.size ?? 0);
    }
    const { value } = state;
    if (value === undefined || !isExpired(value, spec, now)) return value;
    this.#delete(name);
    return undefined;
  }

  #put({ name, expiration }: ExpiringSpec, packed: Packed, now: number): void {
    const found = this.#find(name);
    const state = found ?? this.#add(name, this.#prefix + name, undefined);
    const { key, value: before } = state;
    const value = new StateValue(packed, now, this.#indexedAt(key, expiration, now, before?.indexedAt));
    this.#count(value.size - (before?.size ?? 0));
    state.value = value;
    this.#commit.put(key, value);
    if (hasHead(value.size)) this.#commit.put(headKey(key), encodeHead(packed, now));
    else if (found === undefined || hasHead(before?.size ?? 0)) this.#commit.delete(headKey(key));
  }

  #delete(name: string): void {
    const found = this.#find(name);
    const state = found ?? this.#add(name, this.#prefix + name, undefined);
    const { key, value: before } = state;
    this.#count(-(before?.size ?? 0));
    state.value = undefined;
    this.#commit.delete(key);
    // The value may be large if nobody has read it.
    if (found === undefined || hasHead(before?.size ?? 0)) this.#commit.delete(headKey(key));
    if (before?.indexedAt !== undefined) this.#commit.consume(expiringKey(before.indexedAt, key));
  }

  #find(name: string): KnownState | undefined {
    for (const state of this.#known) if (state.name === name) return state;
    return undefined;
  }

  #add(name: string, key: string, value: StateValue | undefined): KnownState {
    const state = { name, key, value };
    this.#known = append(this.#known, state);
    return state;
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
