// Protobuf messages as JSON, converted by protobufjs. It drops or changes wrong JSON silently; here wrong JSON is
// refused.

import type { IConversionOptions, Message, Type } from "protobufjs";
import { platform } from "../bytes/platform.js";
import { describe, StatefunError } from "../errors.js";
import { isBase64 } from "../model/text.js";

/** The conversions of a message class, unless it was generated without them. */
type Converter = Pick<Type, "fromObject" | "toObject"> & Partial<Pick<Type, "verify">>;

/**
 * Converts 64-bit numbers, enums, NaN and the infinities to text and bytes to base64, and adds the defaults of proto3.
 */
const conversion: IConversionOptions = { longs: String, enums: String, bytes: String, json: true, defaults: true };

/**
 * Converts a message to JSON; undefined when the class can't convert. A field that is not set has its default in the
 * JSON, as in the message: a reader of a number need not expect the field to be absent. Only a message, an optional
 * field and a oneof's field can be absent.
 */
export function protobufToJson(codec: object, message: object): unknown {
  return canConvert(codec) ? withoutNulls(codec.toObject(message as Message, conversion)) : undefined;
}

/** Drops the nulls that protobufjs writes for messages that are not set. */
function withoutNulls(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutNulls);
  if (!isObject(json)) return json;
  return Object.fromEntries(
    Object.entries(json).flatMap(([name, value]) => (value === null ? [] : [[name, withoutNulls(value)]])),
  );
}

/**
 * Makes a message of JSON; undefined when the class can't convert. Throws VALUE_INVALID, with the field in its message.
 */
export function protobufFromJson(codec: object, typename: string, json: unknown): object | undefined {
  if (!canConvert(codec)) return undefined;
  const invalid = (why: string, cause?: unknown) =>
    new StatefunError("VALUE_INVALID", `A ${typename} can't be made of this JSON: ${why}.`, { cause });
  if (!isObject(json)) throw invalid('it must be an object, such as { "name": "Bob" }');
  let message: Message;
  let shown: object;
  try {
    message = codec.fromObject(json);
    shown = codec.toObject(message, conversion);
  } catch (error) {
    throw invalid(describe(error), error);
  }
  // fromObject drops unknown fields and converts wrong values, so the message is compared with the JSON. To verify the
  // JSON first would refuse 64-bit numbers and enums written as text.
  const wrong = differenceOf("", json, message, shown) ?? codec.verify?.(message);
  if (wrong) throw invalid(wrong);
  return message;
}

function canConvert(codec: object): codec is Converter {
  const { fromObject, toObject } = codec as Partial<Converter>;
  return typeof fromObject === "function" && typeof toObject === "function";
}

/**
 * Says where the value `made` of `json` differs from it; undefined when nothing was lost. `shown` is the value as JSON,
 * with every field that it could have.
 */
function differenceOf(path: string, json: unknown, made: unknown, shown: unknown): string | undefined {
  // protobufjs keeps bytes as a list of numbers when they came as a list, and when the field is empty.
  if (typeof shown === "string" && (made instanceof Uint8Array || Array.isArray(made))) {
    return isBase64Of(json, made) ? undefined : `${path} must be text in base64`;
  }
  if (Array.isArray(made)) {
    if (!Array.isArray(json)) return `${path} must be a list`;
    return firstOf(json.keys(), (index) =>
      differenceOf(`${path}[${index}]`, json[index], made[index], inside(shown, index)),
    );
  }
  // A 64-bit number of protobufjs is an object too, but its JSON is text: it is compared below.
  if (isObject(made) && isObject(shown)) {
    if (!isObject(json)) return `${path} must be an object`;
    return firstOf(Object.keys(json), (key) => {
      const inner = path === "" ? key : `${path}.${key}`;
      const known = Object.hasOwn(shown, key);
      // A field that is null is not set. The JSON of the message lacks such a field if it belongs to a oneof.
      if (json[key] === null && (known || key in made)) return undefined;
      return known ? differenceOf(inner, json[key], made[key], shown[key]) : `there is no field "${inner}"`;
    });
  }
  // A 64-bit number is shown as text.
  if (typeof json === "number" && typeof shown === "string" && Math.abs(json) > Number.MAX_SAFE_INTEGER) {
    return `${path} is beyond 2^53, where a number of JSON is rounded; write it as text`;
  }
  if (json === made || json === shown) return undefined;
  const isNumber = typeof made === "number" || isObject(made);
  const fits = isNumber && (typeof json === "number" || typeof json === "string") && String(json) === String(made);
  return fits ? undefined : `${path} can't be ${JSON.stringify(json)?.slice(0, 100)}`;
}

function firstOf<K>(keys: Iterable<K>, wrongOf: (key: K) => string | undefined): string | undefined {
  for (const key of keys) {
    const wrong = wrongOf(key);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const inside = (shown: unknown, key: PropertyKey): unknown =>
  isObject(shown) || Array.isArray(shown) ? Reflect.get(shown, key) : undefined;

function isBase64Of(json: unknown, bytes: Uint8Array | readonly number[]): boolean {
  if (typeof json !== "string" || !isBase64(json)) return false;
  const decoded = platform.decodeBase64(json);
  return decoded.length === bytes.length && decoded.every((byte, index) => byte === bytes[index]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
