// A consumer of an egress that was opened, and is closed with the runtime.

import type { EgressConsumer } from "../../engine/engine-api.js";

/** A consumer that can be closed. */
export interface OpenEgress extends EgressConsumer {
  /** The id of the last record that it holds; undefined when it holds none or can't know. */
  readonly lastId?: string | undefined;
  close(graceMs?: number): Promise<void>;
}
