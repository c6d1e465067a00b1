// Checks the arguments that programs pass to the engine. An id, a key or a token with half a surrogate pair would be one text
// in memory and another text on disk. Messages between functions are not checked here.

import { describe, describeValue, StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { isText, isWellFormed } from "../model/text.js";
import { journalName } from "../workflows/journal/names.js";

const longestKey = 256;

/** Checks the target of a message from outside. Throws TARGET_INVALID, TYPE_NAME_INVALID and ID_MISSING. */
export function assertTarget(target: Address): void {
  assertAddress(target);
  if (target.id === "") throw idMissing(target);
}

/**
 * Checks an address that people look at or change. Its id may be empty, because a function of another SDK may have sent to
 * an empty id. Throws TARGET_INVALID, TYPE_NAME_INVALID and ID_MISSING.
 */
export function assertAddress(address: Address): void {
  if (!isAddress(address)) {
    throw new StatefunError("TARGET_INVALID", `The target is ${describe(address)}; it must be an Address.`);
  }
  const { namespace, name, id, typeName } = address;
  if (!isWellFormed(namespace) || !isWellFormed(name)) {
    throw new StatefunError("TYPE_NAME_INVALID", `${JSON.stringify(typeName)} holds half a surrogate pair.`);
  }
  if (typeof id !== "string" || !isWellFormed(id)) throw idMissing(address);
}

/** Checks the name of a state that people write or delete. Throws STATE_NAME_INVALID for a state that belongs to the package. */
export function assertOwnState(name: string): void {
  if (name !== journalName) return;
  throw new StatefunError(
    "STATE_NAME_INVALID",
    `The state "${name}" holds the runs of workflows, and can't be written or deleted by hand. Cancel the runs instead.`,
  );
}

/** Checks a list of addresses to park. Throws OPTION_INVALID, TYPE_NAME_INVALID and ID_MISSING. */
export function assertAddresses(park: readonly Address[]): void {
  if (!Array.isArray(park) || !park.every(isAddress)) {
    throw new StatefunError(
      "OPTION_INVALID",
      `park is ${describeValue(park)}; it must be a list of addresses, such as [Address.of("example/count", "bob")].`,
    );
  }
  for (const address of park) assertAddress(address);
}

/** Throws OPTION_INVALID. */
export function assertIdempotencyKey(idempotencyKey: string): void {
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

/** Throws DELAY_INVALID. */
export function assertInstant(atMs: number): void {
  if (typeof atMs === "number" && Number.isFinite(atMs)) return;
  throw new StatefunError("DELAY_INVALID", `The time is ${describe(atMs)}; it must be milliseconds since 1970.`);
}

/** Throws OPTION_INVALID. */
export function assertSignal(signal: AbortSignal): void {
  if (typeof signal.throwIfAborted === "function" && typeof signal.addEventListener === "function") return;
  throw new StatefunError("OPTION_INVALID", `signal is ${describe(signal)}; it must be an AbortSignal.`);
}

/** Whether a value has the parts of an Address. Its class may be that of another copy of this package. */
function isAddress(address: Partial<Address> | null | undefined): boolean {
  return typeof address?.namespace === "string" && typeof address.name === "string";
}

function idMissing({ namespace, name, id }: Address): StatefunError {
  return new StatefunError(
    "ID_MISSING",
    `The id of ${namespace}/${name} is ${describe(id) || "empty"}; it must be a non-empty string, without half a surrogate pair.`,
  );
}
