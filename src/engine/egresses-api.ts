// The egresses as people see them.

import type { TypedValue } from "../model/typed-value.js";

/** What takes the records of an egress: a function of the program, a file, a web server, the playground, or several of them. */
export type EgressKind = "function" | "file" | "http" | "playground" | "several";

/** A try to hand out a record that failed. */
export interface EgressFailure {
  /** When the try failed, in milliseconds since 1970. */
  readonly at: number;
  /** The message of the error. */
  readonly message: string;
  /** Whether a later try has succeeded. */
  readonly isOver: boolean;
}

/** An egress, and what waits for it. */
export interface EgressInfo {
  /** The egress's type name, "namespace/name". */
  readonly egress: string;
  /** Whether functions may send to the egress. One that may not only has records from before the start. */
  readonly declared: boolean;
  /** What takes the records: "program" for a consumer of the program's own; undefined when nothing does. */
  readonly consumer: EgressKind | "program" | undefined;
  /** Where the records go: a path, or a URL without secrets; undefined when the consumer does not say. */
  readonly target: string | undefined;
  /** How many records are not acknowledged. */
  readonly pending: number;
  /** How many of them the consumer has. */
  readonly handedOut: number;
  /** About how many bytes of records wait. Records from before the start do not count. */
  readonly bytes: number;
  /** When the oldest record came, to about a second, in milliseconds since 1970; undefined when nothing waits. */
  readonly oldestAt: number | undefined;
  /** How many tries to hand a record out have failed. */
  readonly failures: number;
  /** The last of these failures; undefined when there was none. */
  readonly lastFailure: EgressFailure | undefined;
  /** The oldest records that wait. */
  readonly records: readonly { readonly id: string; readonly value: TypedValue }[];
}
