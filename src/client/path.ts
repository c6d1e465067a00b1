// Addresses and cancellation tokens as parts of a URL.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { addressOf } from "../refs/target.js";

/** A function instance, and the parts of its path in a URL. */
export interface Target {
  readonly address: Address;
  readonly path: string;
}

/** Returns the path of a function instance. Throws TYPE_NAME_INVALID, ID_MISSING and VALUE_INVALID. */
export function targetOf(typeName: string, id: string): Target {
  const address = addressOf(typeName, id);
  const { namespace, name } = address;
  const path = [pathPart("namespace", namespace), pathPart("name", name), pathPart("id", id)].join("/");
  return { address, path };
}

/** Encodes one part of a path; `what` names it in messages. Throws VALUE_INVALID for a text that no URL can hold. */
export function pathPart(what: string, text: string): string {
  // A URL parser removes the parts "." and "..", even when they are percent-encoded.
  if (text !== "." && text !== "..") {
    try {
      return encodeURIComponent(text);
    } catch {
      // The text holds half of a surrogate pair.
    }
  }
  throw new StatefunError(
    "VALUE_INVALID",
    `The ${what} ${JSON.stringify(text)} can't be a part of a URL. Choose one that is not "." or ".." and holds whole characters.`,
  );
}
