// How a packed value is printed and compared: by console.log, by test runners, and as JSON. Nothing of it is declared: to the
// compiler, an object with a toJSON is a protobuf message.

import { notedType } from "./known-types.js";

/** What is used of a packed value, and of the type that reads it. */
interface Shown {
  readonly typename: string;
  readonly value: Uint8Array;
  readonly metadata: Iterable<unknown>;
}

interface Reader {
  unpack(packed: Shown): unknown;
  toJson(value: unknown): unknown;
}

type Inspect = (value: unknown, options: object) => string;

/** Lets the packed values of a class be printed with their type and their value, and compared by both. */
export function showTypeAndValue(prototype: object): void {
  const define = (key: string | symbol, value: unknown) =>
    Object.defineProperty(prototype, key, { value, configurable: true, writable: true });
  define("toJSON", function (this: Shown) {
    const { typename } = this;
    return read(this, (value, reader) => ({ typename, value: reader.toJson(value) ?? value })) ?? bytesOf(this);
  });
  // Jest and Vitest compare iterables by what they yield. They do not see private fields, so they would take every two values
  // of one type for equal.
  define(Symbol.iterator, function* (this: Shown) {
    yield this.typename;
    yield new Uint8Array(this.value);
    yield* this.metadata;
  });
  // Vitest prints copies of plain objects, which have no private fields. An object with a tag is not plain.
  define(Symbol.toStringTag, "TypedValue");
  // Node's key for methods that util.inspect calls. Other hosts never look it up.
  define(
    Symbol.for("nodejs.util.inspect.custom"),
    function (this: Shown, _depth: number, options: object, inspect: Inspect) {
      const shown = read(this, (value) => inspect(value, options)) ?? `<${bytesOf(this).bytes}>`;
      return `TypedValue(${this.typename}) ${shown}`;
    },
  );
}

/** Undefined when the type is not known in this process, or can't read the bytes. */
function read<R>(packed: Shown, show: (value: unknown, reader: Reader) => R): R | undefined {
  const reader = notedType(packed.typename) as Reader | undefined;
  if (reader === undefined) return undefined;
  try {
    return show(reader.unpack(packed), reader);
  } catch {
    return undefined; // a schema or a type of the user's own may throw anything
  }
}

function bytesOf({ typename, value }: Shown): { typename: string; bytes: string } {
  return { typename, bytes: Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join(" ") };
}
