// Checks that a value comes back from JSON as it went in, and reads JSON.

import { describe, StatefunError } from "../errors.js";

const nothing = () => false;

/** How deep JSON from outside may be nested. JSON.parse takes a second for a million levels. */
const deepest = 1000;
/** How deep a value may be nested that becomes JSON. */
export const deepestPlain = 200;
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
  if (path.length > deepestPlain) {
    throw notJson(path, what, `it is nested more than ${deepestPlain} levels deep, or refers to itself`);
  }
  if (!Array.isArray(value)) return isPlain(value);
  if (!isPlain(Object.getPrototypeOf(value))) return false;
  const keys = Object.keys(value);
  if (keys.length <= value.length) return true;
  throw notJson(path, what, `the list's property "${keys[value.length]}" would be lost`);
}

/**
 * Whether an object has no prototype, or Object.prototype of this or another realm, which has none itself. Array.prototype
 * is such an object too.
 */
export function isPlain(value: object | null): boolean {
  const prototype: unknown = value === null ? null : Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The error for a value that JSON would drop or change, at the end of these steps. */
export function notJson(steps: readonly (string | number)[], what: string, why: string): StatefunError {
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
