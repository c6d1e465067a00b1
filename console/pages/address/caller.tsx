// Who has sent a message.

import { AddressText } from "../../ui/address-link.js";

/** Clients that wait for an answer have addresses of their own, which lead nowhere. */
const clients = "statefun.client/";

export function Caller({ of: caller }: { readonly of: string | null }) {
  if (caller === null) return <>from outside</>;
  if (caller.startsWith(clients)) return <>from a client, which waits for the answer</>;
  return (
    <>
      from <AddressText text={caller} />
    </>
  );
}
