// What programs hand to the engine, checked where it comes in: an id, a key or a token that the store could not keep as it
// is would be one thing in memory and another on disk. Messages between functions are not looked at again.

import { describe, describeValue, StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { isText, isWellFormed } from "../model/text.js";
import type { Clock } from "./clock.js";

const longestKey = 256;

/** The address of a message from outside. Throws TARGET_INVALID, TYPE_NAME_INVALID and ID_MISSING. */
export function assertTarget(target: Address): void {
  assertAddress(target);
  if (target.id === "") throw idMissing(target);
}

/**
 * An address that is looked at or mended. Its id may be empty: a function elsewhere may have sent to such a one. Throws
 * TARGET_INVALID, TYPE_NAME_INVALID and ID_MISSING.
 */
export function assertAddress(address: Address): void {
  if (!isAddress(address)) {
    throw new StatefunError("TARGET_INVALID", `${describe(address)} is not a target. Give an Address.`);
  }
  const { namespace, name, id, typeName } = address;
  if (!isWellFormed(namespace) || !isWellFormed(name)) {
    throw new StatefunError("TYPE_NAME_INVALID", `${JSON.stringify(typeName)} holds half a surrogate pair.`);
  }
  if (typeof id !== "string" || !isWellFormed(id)) throw idMissing(address);
}

/** Addresses to park. Throws OPTION_INVALID, TYPE_NAME_INVALID and ID_MISSING. */
export function assertAddresses(park: readonly Address[]): void {
  if (!Array.isArray(park) || !park.every(isAddress)) {
    throw new StatefunError("OPTION_INVALID", `park is ${describe(park)}; it must be a list of Address.`);
  }
  for (const address of park) assertAddress(address);
}

/** Throws OPTION_INVALID. */
export function assertKey(idempotencyKey: string): void {
  if (isText(idempotencyKey) && idempotencyKey.length <= longestKey) return;
  throw new StatefunError(
    "OPTION_INVALID",
    `idempotencyKey is ${describeValue(idempotencyKey)}; it must be a string of 1 to ${longestKey} characters, without half a surrogate pair.`,
  );
}

/** Throws DELAY_INVALID. */
export function assertDelay(delayMs: number): void {
  if (typeof delayMs === "number" && delayMs >= 0) return;
  throw new StatefunError("DELAY_INVALID", `The delay is ${describe(delayMs)} ms; it must be a number, 0 or more.`);
}

/** Throws OPTION_INVALID for what can't be listened to. */
export function assertSignal(signal: AbortSignal): void {
  if (typeof signal.throwIfAborted === "function" && typeof signal.addEventListener === "function") return;
  throw new StatefunError("OPTION_INVALID", `signal is ${describe(signal)}; it must be an AbortSignal.`);
}

/** Throws OPTION_INVALID. */
export function assertClock(clock: Clock): void {
  if (typeof clock?.now === "function" && typeof clock.after === "function") return;
  throw new StatefunError("OPTION_INVALID", `clock is ${describe(clock)}; it must have the methods now and after.`);
}

/** By its parts: an Address may come from another copy of this package. */
function isAddress(address: Partial<Address> | null | undefined): boolean {
  return typeof address?.namespace === "string" && typeof address.name === "string";
}

function idMissing({ namespace, name, id }: Address): StatefunError {
  return new StatefunError(
    "ID_MISSING",
    `The id of ${namespace}/${name} is ${describe(id) || "empty"}; it must be a non-empty string, without half a surrogate pair.`,
  );
}
