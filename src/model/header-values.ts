// The values that an HTTP header can carry unchanged: printable ASCII, without spaces at its ends.

import { describeValue, StatefunError } from "../errors.js";
import { Address } from "./address.js";
import { checked, type Option } from "./options.js";

/** An option for a bearer token. A space would end the token. Throws OPTION_INVALID without the token, which is a secret. */
export const bearerTokenOption: Option<string, string | undefined> = (input, name, where) => {
  if (input === undefined || (typeof input === "string" && /^[\x21-\x7e]+$/.test(input))) return input;
  throw new StatefunError("OPTION_INVALID", `${where}: ${name} must be printable ASCII without spaces.`);
};

/** An option for an idempotency key. Throws OPTION_INVALID. */
export const idempotencyKeyOption = checked(
  "1 to 256 characters of printable ASCII without a space at either end",
  (input): input is string => typeof input === "string" && /^(?! )[\x20-\x7e]{1,256}(?<! )$/.test(input),
);

/** The header of a call that says which handler waits for the answer. */
export const fromHeader = "statefun-from";

/** Writes an address for a header: its namespace, name and id, percent-encoded and joined by slashes. */
export function addressHeader({ namespace, name, id }: Address): string {
  return [namespace, name, id].map(encodeURIComponent).join("/");
}

/** Reads what {@link addressHeader} has written. Throws OPTION_INVALID. */
export function addressOfHeader(text: string): Address {
  try {
    const [namespace, name, id, ...more] = text.split("/").map(decodeURIComponent);
    if (namespace && name && id !== undefined && more.length === 0) return new Address(namespace, name, id);
  } catch {} // it is not percent-encoded
  throw new StatefunError(
    "OPTION_INVALID",
    `The header ${fromHeader} is ${describeValue(text)}; it must be a namespace, a name and an id, percent-encoded and joined by slashes.`,
  );
}
