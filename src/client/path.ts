// Addresses and tokens as parts of a URL's path.

import { describeValue, StatefunError } from "../errors.js";
import { Address } from "../model/address.js";

/** The path of a function instance. Throws TYPE_NAME_INVALID, ID_MISSING and VALUE_INVALID. */
export function pathOf(typeName: string, id: string): string {
  const { namespace, name } = Address.of(typeName, id);
  if (typeof id !== "string" || id === "") {
    throw new StatefunError("ID_MISSING", `The id of ${typeName} is ${describeValue(id)}; it must be text.`);
  }
  return [encoded("namespace", namespace), encoded("name", name), encoded("id", id)].join("/");
}

/** A part of a path. Throws VALUE_INVALID for what a URL can't hold. */
export function encoded(what: string, text: string): string {
  // A URL drops a part that is a dot or two, also when they are encoded.
  if (text !== "." && text !== "..") {
    try {
      return encodeURIComponent(text);
    } catch {
      // half of a surrogate pair
    }
  }
  throw new StatefunError("VALUE_INVALID", `The ${what} ${JSON.stringify(text)} can't stand in a URL.`);
}
