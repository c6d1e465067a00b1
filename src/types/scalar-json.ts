// The primitives as JSON, in the form of protobuf's JSON mapping.

import { platform } from "../bytes/platform.js";
import { isBase64 } from "../model/text.js";

/** How one kind of value becomes JSON and comes back. */
export interface ScalarJson<T> {
  toJson(value: T): unknown;
  /** Reads the value, which is then checked like any other; undefined when the JSON is no such value. */
  fromJson(json: unknown): T | undefined;
  /** Says in words which JSON is expected. */
  readonly expected: string;
}

export const boolJson: ScalarJson<boolean> = {
  toJson: (value) => value,
  fromJson: (json) => (typeof json === "boolean" ? json : undefined),
  expected: "true or false",
};

export const intJson: ScalarJson<number> = {
  toJson: (value) => value,
  fromJson: (json) => (typeof json === "number" ? json : undefined),
  expected: "a whole number",
};

export const longJson: ScalarJson<bigint> = {
  // Readers of JSON read a number as a double, which can't hold every whole number beyond 2^53.
  toJson: (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value)),
  fromJson: (json) => {
    if (typeof json === "number") return Number.isSafeInteger(json) ? BigInt(json) : undefined;
    return typeof json === "string" && /^-?\d{1,19}$/.test(json) ? BigInt(json) : undefined;
  },
  expected: "a whole number, as text beyond 2^53",
};

const notFinite: readonly unknown[] = ["NaN", "Infinity", "-Infinity"];

export const doubleJson: ScalarJson<number> = {
  toJson: (value) => (Number.isFinite(value) ? value : String(value)),
  fromJson: (json) => {
    if (notFinite.includes(json)) return Number(json);
    return typeof json === "number" ? json : undefined;
  },
  expected: 'a number, "NaN", "Infinity" or "-Infinity"',
};

export const stringJson: ScalarJson<string> = {
  toJson: (value) => value,
  fromJson: (json) => (typeof json === "string" ? json : undefined),
  expected: "text",
};

export const bytesJson: ScalarJson<Uint8Array> = {
  toJson: (value) => platform.encodeBase64(value),
  fromJson: (json) => (typeof json === "string" && isBase64(json) ? platform.decodeBase64(json) : undefined),
  expected: "text in base64",
};
