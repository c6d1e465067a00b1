// The values that an HTTP header can carry unchanged: printable ASCII, without spaces at its ends.

import { StatefunError } from "../errors.js";
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
