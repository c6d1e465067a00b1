// Shows values and messages as JSON, for people.

import { platform } from "../bytes/platform.js";
import type { ShownMessage, ShownValue } from "../model/dead-letter.js";
import type { TypedValue } from "../model/typed-value.js";
import { showMetadata } from "./metadata-json.js";
import type { TypeCatalog } from "./type-catalog.js";
import { jsonOf } from "./value-json.js";

/** Finds types by their typenames. */
export type TypeFinder = Pick<TypeCatalog, "find">;

/** Shows a value: as JSON, or its bytes in base64 where its type is not known. */
export function showValue(types: TypeFinder, value: TypedValue): ShownValue {
  const { typename } = value;
  const json = jsonOf((name) => types.find(name), value);
  if (json !== undefined) return { typename, value: JSON.parse(json) };
  return { typename, base64: platform.encodeBase64(value.value) };
}

/** Shows a message: its value, and its metadata if it has any. */
export function showMessage(types: TypeFinder, message: TypedValue): ShownMessage {
  const metadata = showMetadata(message.metadata);
  return { ...showValue(types, message), ...(metadata === undefined ? {} : { metadata }) };
}
