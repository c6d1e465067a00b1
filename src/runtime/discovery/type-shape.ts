// Compares types of two descriptions.

import type { DescribedFunctions, DescribedType } from "../../model/described-functions.js";

/** Says all of a described type in a text: two types with the same text are read and written in the same way. */
export function typeShape(type: DescribedType, { messages, enums }: DescribedFunctions): string {
  // The names of messages and enums hold in their description alone, so their places stand in the text.
  const places = new Map<string, number>();
  const parts: unknown[] = [];
  const placeOf = (name: string): string => {
    if (!places.has(name)) places.set(name, places.size);
    return `#${places.get(name)}`;
  };
  const refer = (type: string) => (Object.hasOwn(messages, type) || Object.hasOwn(enums, type) ? placeOf(type) : type);
  if (type.message !== null) placeOf(type.message);
  for (const name of places.keys()) {
    const message = messages[name];
    if (message === undefined) parts.push(enums[name]);
    else {
      const fields = Object.entries(message.fields).map(([field, each]) => [
        field,
        { ...each, type: refer(each.type) },
      ]);
      parts.push(fields, message.oneofs);
    }
  }
  return JSON.stringify([type.kind, type.schema, parts]);
}
