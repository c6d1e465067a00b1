// What JSON gives back as it was given: the check for values that go out as JSON.

import { describe, StatefunError } from "../errors.js";

const nothing = () => false;

/**
 * Refuses what JSON would drop or change (a Map, a Date, NaN, …) with VALUE_INVALID; `what` names the value. `accepts` is
 * asked about what would be refused, for whoever turns more than that into JSON.
 */
export function assertPlainJson(value: unknown, what: string, accepts: (value: unknown) => boolean = nothing): void {
  assertPlain(value, [], what, accepts);
}

/** `path` holds the steps to the value: they are put together only for an error. */
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
      if (path.length > 200) throw notJson(path, what, "it is nested too deeply, or refers to itself");
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) {
          path.push(index);
          assertPlain(value[index], path, what, accepts);
          path.pop();
        }
        return;
      }
      const prototype: unknown = Object.getPrototypeOf(value);
      // A plain object, of this realm or another: its prototype is none, or has none itself.
      if (prototype !== null && Object.getPrototypeOf(prototype) !== null) break;
      for (const key in value) {
        const property = (value as Record<string, unknown>)[key];
        // JSON leaves an undefined property out, and reading it back gives undefined again.
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
    `${where} of a ${what} is not JSON: ${why}. Give plain objects, arrays, strings, finite numbers, booleans and null, or use custom(…).`,
  );
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return `${describe(value)} (${typeof value})`;
  return `a ${(value as { constructor?: { name?: string } }).constructor?.name || "class instance"}`;
}
