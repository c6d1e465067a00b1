// Checks that a value comes back from JSON as it went in.

import { describe, StatefunError } from "../errors.js";

const nothing = () => false;

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
    case "object": {
      if (value === null) return;
      if (path.length > 200) throw notJson(path, what, "it is nested more than 200 levels deep, or refers to itself");
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) {
          path.push(index);
          assertPlain(value[index], path, what, accepts);
          path.pop();
        }
        return;
      }
      const prototype: unknown = Object.getPrototypeOf(value);
      // The prototype of a plain object is null, or is Object.prototype of this or another realm, whose prototype is
      // null.
      if (prototype !== null && Object.getPrototypeOf(prototype) !== null) break;
      for (const key in value) {
        const property = (value as Record<string, unknown>)[key];
        // JSON leaves an undefined property out, and the property of the read value is undefined again.
        if (property === undefined) continue;
        path.push(key);
        assertPlain(property, path, what, accepts);
        path.pop();
      }
      return;
    }
  }
  if (!accepts(value)) throw notJson(path, what, `${kindOf(value)} would not come back as it is`);
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
