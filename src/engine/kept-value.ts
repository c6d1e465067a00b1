// A value as a recording keeps it: in memory of its own, and of a large value only its beginning.

import { TypedValue } from "../model/typed-value.js";
import type { Packed } from "./packed.js";

/** A larger value is kept as its head. */
export const mostWholeBytes = 256 * 1024;
/** How many bytes the head of a large value has. */
const headBytes = 4 * 1024;
/** About how many bytes a value takes beside its own bytes. */
const besideBytes = 128;

export class KeptValue {
  /** The value, or its first bytes. It has its metadata in any case. */
  readonly value: TypedValue;
  /** How many bytes the whole value has. */
  readonly bytes: number;

  /** Copies the value, since its bytes may lie in much larger memory. `room` is how many bytes may be kept. */
  constructor(packed: Packed, room: number) {
    const value = packed.unpack();
    this.bytes = value.byteLength;
    if (this.bytes <= Math.min(mostWholeBytes, room)) {
      this.value = value.own(copy);
    } else {
      const head = new TypedValue(value.typename, copy(value.value.subarray(0, headBytes)));
      this.value = head.withMetadataOf(value);
    }
  }

  /** Whether the value is more than its kept bytes. */
  get isCut(): boolean {
    return this.bytes > this.value.byteLength;
  }

  /** About how many bytes it takes in memory. */
  get size(): number {
    const metadata = this.value.hasMetadata ? this.value.metadata.byteLength : 0;
    return this.value.byteLength + metadata + this.value.typename.length + besideBytes;
  }
}

const copy = (bytes: Uint8Array) => new Uint8Array(bytes);
