// The places that a text in the search box may mean.

import { toAddress, toFunction } from "./links.js";

export interface Jump {
  readonly kind: "function" | "address";
  readonly text: string;
  readonly href: string;
}

const longest = 12;

/**
 * The places for a text: functions whose names contain all of its words, and an address when the text begins with a whole
 * name: "fleet/device/d-1" or "fleet/device d-1". An id may hold slashes and spaces.
 */
export function jumpsFor(text: string, typeNames: readonly string[]): readonly Jump[] {
  const wanted = text.trim();
  const addresses = typeNames
    .filter(
      (name) =>
        wanted.length > name.length + 1 && wanted.startsWith(name) && "/ ".includes(wanted[name.length] as string),
    )
    .map((name) => addressJump(name, wanted.slice(name.length + 1)));
  const words = wanted.toLowerCase().split(/\s+/);
  const functions = typeNames
    .filter((name) => words.every((word) => name.toLowerCase().includes(word)))
    .map((name): Jump => ({ kind: "function", text: name, href: toFunction(name) }));
  const found = [...addresses, ...functions].slice(0, longest);
  if (found.length > 0 || wanted === "") return found;
  // A function that is not listed, such as one of another process that has had no message.
  const [, name, id] = /^([^/\s]+\/[^/\s]+)[/\s](.+)$/.exec(wanted) ?? [];
  return name === undefined || id === undefined ? [] : [addressJump(name, id)];
}

function addressJump(typeName: string, id: string): Jump {
  return { kind: "address", text: `${typeName}/${id}`, href: toAddress(typeName, id) };
}
