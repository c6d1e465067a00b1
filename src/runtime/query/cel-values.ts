// Values of states as the values of CEL expressions, and the results of expressions as JSON.

import type { Type } from "../../model/type.js";
import type { TypedValue } from "../../model/typed-value.js";
import { Types } from "../../types/primitives.js";
import { type FindType, typeIn } from "../../types/value-json.js";

/** Whole numbers of StateFun's own types are CEL's ints. Every number of JSON is a double, whole or not. */
const whole: ReadonlySet<Type<any>> = new Set<Type<any>>([Types.int, Types.long]);

/**
 * The value of a state for an expression: StateFun's own types as they are, every other type by its JSON. Throws when the type is not
 * known here, has no JSON form, or can't read the bytes.
 */
export function celValueOf(find: FindType, value: TypedValue): unknown {
  const type = typeIn(find, value.typename);
  if (type === undefined) throw new Error(`the type ${value.typename} is not known in this process`);
  const decoded: unknown = type.unpack(value);
  if (whole.has(type)) return BigInt(decoded as number | bigint);
  if (typeof decoded !== "object" || decoded instanceof Uint8Array) return decoded;
  const json: unknown = type.toJson(decoded);
  if (json === undefined) throw new Error(`the type ${value.typename} has no JSON form`);
  return json;
}

/** How much JSON the expressions may still give for one address: an expression can make far more of a value than the value is. */
export class JsonRoom {
  #left = 4 * 1024 * 1024;

  /** Throws an Error when there is no room for so many characters. */
  take(characters: number): void {
    this.#left -= characters;
    if (this.#left < 0) throw new Error("the expressions give more than 4 MiB for one address");
  }
}

/** The result of an expression as JSON. Throws an Error when there is no room for it. */
export function jsonOfCel(result: unknown, room: JsonRoom): unknown {
  const json = (inner: unknown) => jsonOfCel(inner, room);
  room.take(typeof result === "string" ? result.length : 8);
  switch (typeof result) {
    case "bigint":
      return Number.isSafeInteger(Number(result)) ? Number(result) : String(result);
    case "number":
      return Number.isFinite(result) ? result : String(result);
    case "string":
    case "boolean":
      return result;
  }
  if (typeof result !== "object" || result === null) return null;
  if (Array.isArray(result)) return result.map(json);
  if (result instanceof Date) return result.toISOString();
  if (result instanceof Uint8Array) {
    room.take(result.length);
    return Buffer.from(result).toString("base64");
  }
  const entries = result instanceof Map ? [...result] : Object.entries(result);
  if (isPlain(result)) return Object.fromEntries(entries.map(([key, value]) => [String(key), json(value)]));
  return String(result); // a duration, or a type
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return value instanceof Map || prototype === null || prototype === Object.prototype;
}
