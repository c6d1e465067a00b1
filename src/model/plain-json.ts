// Checks that a value comes back from JSON as it went in, and reads JSON.

import { describe, StatefunError } from "../errors.js";

const nothing = () => false;

/** How deep JSON from outside may be nested. JSON.parse takes a second for a million levels. */
const deepest = 1000;
/** A shorter text is parsed in a short time, however deep it is nested. */
const short = 16 * 1024;
const quote = 0x22;
const backslash = 0x5c;

/** Throws an Error for JSON text, in UTF-8, that is nested too deep to be parsed in a short time. Does not check the rest. */
export function assertShallowJson(bytes: Uint8Array): void {
  const { length } = bytes;
  if (length <= short) return;
  let depth = 0;
  for (let index = 0; index < length; index++) {
    const byte = bytes[index] as number;
    // "[" and "{" differ in one bit, and so do "]" and "}".
    const bracket = byte & 0xdf;
    if (byte === quote) {
      for (index++; index < length && bytes[index] !== quote; index++) if (bytes[index] === backslash) index++;
    } else if (bracket === 0x5b) {
      depth += 1;
      if (depth > deepest) throw new Error(`it is nested more than ${deepest} levels deep`);
    } else if (bracket === 0x5d) depth -= 1;
  }
}

/**
 * Throws VALUE_INVALID for a value that JSON would drop or change (a Map, a Date, NaN, …). `what` names the value in
 * the message. `accepts` decides about the values that would be refused, for a caller that turns more into JSON.
 */
export function assertPlainJson(value: unknown, what: string, accepts: (value: unknown) => boolean = nothing): void {
  assertPlain(value, [], what, accepts);
}

/** `path` holds the steps to the value; they are joined only for an error. */
function assertPlain(
  value: unknown,
  path: (string | number)[],
  what: string,
  accepts: (value: unknown) => boolean,
): void {
  switch (typeof value) {
    case "string":
    case "boolean":
      return;
    case "number":
      if (Number.isFinite(value)) return;
      break;
    case "object":
      if (value === null) return;
      if (!isPlainContainer(value, path, what)) break;
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) {
          path.push(index);
          assertPlain(value[index], path, what, accepts);
          path.pop();
        }
        return;
      }
      for (const key of Object.keys(value)) {
        const property = (value as Record<string, unknown>)[key];
        // JSON leaves an undefined property out, and the property of the read value is undefined again.
        if (property === undefined) continue;
        path.push(key);
        assertPlain(property, path, what, accepts);
        path.pop();
      }
      return;
  }
  if (!accepts(value)) throw notJson(path, what, `${kindOf(value)} would not come back as it is`);
}

/**
 * Whether JSON can hold the list or object, apart from its elements. Throws VALUE_INVALID when it is nested too deep, and for
 * a list that has properties.
 */
function isPlainContainer(value: object, path: readonly (string | number)[], what: string): boolean {
  if (path.length > 200) throw notJson(path, what, "it is nested more than 200 levels deep, or refers to itself");
  if (!Array.isArray(value)) return isPlain(value);
  if (!isPlain(Object.getPrototypeOf(value))) return false;
  const keys = Object.keys(value);
  if (keys.length <= value.length) return true;
  throw notJson(path, what, `the list's property "${keys[value.length]}" would be lost`);
}

/**
 * Copies a value, and checks it as {@link assertPlainJson} does. `last` is an earlier copy: the copy shares the parts that have
 * not changed since, and is `last` itself when JSON of both is the same text. Nobody may change a copy. Throws VALUE_INVALID.
 */
export function copyPlainJson(value: unknown, last: unknown, what: string): unknown {
  return copyPlain(value, last, [], what);
}

function copyPlain(value: unknown, last: unknown, path: (string | number)[], what: string): unknown {
  if (typeof value !== "object" || value === null || !isPlainContainer(value, path, what)) {
    assertPlain(value, path, what, nothing);
    return value;
  }
  return Array.isArray(value)
    ? copyList(value, Array.isArray(last) ? last : undefined, path, what)
    : copyObject(value as JsonObject, isObject(last) ? last : undefined, path, what);
}

type JsonObject = Record<string, unknown>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function copyList(
  list: readonly unknown[],
  last: readonly unknown[] | undefined,
  path: (string | number)[],
  what: string,
): readonly unknown[] {
  let copy: unknown[] | undefined = last?.length === list.length ? undefined : [];
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    const before = last?.[index];
    let copied: unknown = item;
    if (item !== before || typeof item === "object" || item === undefined) {
      path.push(index);
      copied = copyPlain(item, before, path, what);
      path.pop();
      if (copied !== before) copy ??= last?.slice(0, index) ?? [];
    }
    copy?.push(copied);
  }
  return copy ?? (last as readonly unknown[]);
}

function copyObject(
  object: JsonObject,
  last: JsonObject | undefined,
  path: (string | number)[],
  what: string,
): JsonObject {
  const lastKeys = last === undefined ? [] : Object.keys(last);
  let copy: JsonObject | undefined = last === undefined ? {} : undefined;
  let count = 0;
  for (const key of Object.keys(object)) {
    const property = object[key];
    if (property === undefined) continue;
    const isSameKey = key === lastKeys[count];
    const before = isSameKey ? last?.[key] : undefined;
    let copied: unknown = property;
    if (property !== before || typeof property === "object") {
      path.push(key);
      copied = copyPlain(property, before, path, what);
      path.pop();
      if (copied !== before) copy ??= firstOf(last as JsonObject, lastKeys, count);
    }
    if (copy !== undefined) put(copy, key, copied);
    count += 1;
  }
  if (copy === undefined && count < lastKeys.length) copy = firstOf(last as JsonObject, lastKeys, count);
  return copy ?? (last as JsonObject);
}

/** An object with the first properties of another one. */
function firstOf(object: JsonObject, keys: readonly string[], count: number): JsonObject {
  const first: JsonObject = {};
  for (let index = 0; index < count; index++) put(first, keys[index] as string, object[keys[index] as string]);
  return first;
}

function put(object: JsonObject, key: string, value: unknown): void {
  // To assign "__proto__" would set the prototype.
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else object[key] = value;
}

/**
 * Whether an object has no prototype, or Object.prototype of this or another realm, which has none itself. Array.prototype
 * is such an object too.
 */
function isPlain(value: object | null): boolean {
  const prototype: unknown = value === null ? null : Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function notJson(steps: readonly (string | number)[], what: string, why: string): StatefunError {
  const path = steps.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  const where = path === "" ? "The value" : `value${path.length > 100 ? `…${path.slice(-100)}` : path}`;
  return new StatefunError(
    "VALUE_INVALID",
    `${where} of a ${what} is not JSON: ${why}. JSON holds plain objects, arrays, strings, finite numbers, booleans and null. For other values make a type with custom(…).`,
  );
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return `${describe(value)} (${typeof value})`;
  return `a ${(value as { constructor?: { name?: string } }).constructor?.name || "class instance"}`;
}

/**
 * Parses JSON, also behind the byte order mark that some editors and Windows tools write before it. Throws a SyntaxError.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
}
