// Links to addresses.

import { toAddress } from "../app/links.js";

/** A link to an address, by the name of its function and its id. */
export function AddressLink({ of }: { readonly of: { readonly function: string; readonly id: string } }) {
  const name = `${of.function}/${of.id}`;
  return (
    <a class="address" href={toAddress(of.function, of.id)} title={name} aria-label={name}>
      <span class="muted">{of.function}/</span>
      <span>{of.id}</span>
    </a>
  );
}

/** An address as one text, "namespace/name/id": a link where the text has only one reading. */
export function AddressText({ text }: { readonly text: string }) {
  const [, typeName, id] = /^([^/]+\/[^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (typeName === undefined || id === undefined) return <span>{text}</span>;
  return <AddressLink of={{ function: typeName, id }} />;
}
