// Reads from a store which idempotency keys are forgotten when.

import { decodeExpiry } from "../../src/engine/remembered-request.js";
import type { Store } from "../../src/store/store.js";

/** The idempotency keys that the store holds, in the order of the times at which they are forgotten. */
export async function listedKeys(store: Store): Promise<{ key: string; endsAt: number }[]> {
  const entries = await store.entries({ from: "e", to: "f", limit: 100_000 });
  return entries.flatMap(([entry, bytes]) => {
    const { endsAt, listed } = decodeExpiry(entry, bytes);
    return listed.map((key) => ({ key, endsAt }));
  });
}
