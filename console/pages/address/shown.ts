// What the parts of the page of one address share.

import type { OneAddress } from "../../../src/runtime/admin/api/addresses.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";

/** What the parts of the page share. */
export interface Shown {
  readonly address: OneAddress;
  /** What is known of the function; undefined until it is there. */
  readonly known: OneFunction | undefined;
  /** The path of the address in the admin API. */
  readonly path: string;
  /** Reads the address anew. */
  readonly reload: () => void;
}
