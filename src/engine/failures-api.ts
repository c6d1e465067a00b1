// The failures as people see them by their causes.

/** Which causes to list. */
export interface FailureGroupsPage {
  /** The type name of their function. Defaults to any. */
  readonly typeName?: string;
  /** The most causes to list. */
  readonly limit: number;
}

/** The failures of one function with one code and one reason. Instants are in milliseconds since 1970. */
export interface FailureGroup {
  /** Names the cause: the `fingerprint` of the filters of parked addresses and of dead letters. It stays the same over restarts. */
  readonly fingerprint: string;
  /** The code of the failures. */
  readonly code: string;
  /** The type name of the function. */
  readonly typeName: string;
  /** The first line of the failures' message, with `<address>`, `<id>` and `<n>` in the place of ids and numbers. */
  readonly reason: string;
  /** When the first of the failures was. */
  readonly firstFailedAt: number;
  /** When the last of the failures was. */
  readonly lastFailedAt: number;
  /** How many addresses have the failure, each counted once. */
  readonly addresses: number;
  /** How many addresses are parked for it. */
  readonly parked: number;
  /** How many addresses fail with it and are tried again. */
  readonly failing: number;
  /** How many dead letters have it as their last failure. */
  readonly deadLetters: number;
  /** The id of the address at which it was seen last, and the first line of the message there. */
  readonly sample: { readonly id: string; readonly reason: string };
  /** The stack of one of the failures; undefined when none was kept. */
  readonly stack: string | undefined;
}

/** Shows failures by their causes. */
export interface FailuresApi {
  /**
   * The causes for which addresses fail or are parked now, or messages are dead letters, those that were seen last first. At most
   * 10,000 parked addresses and 10,000 dead letters are read; `more` is true when there are others, or more causes than the limit.
   * Rejects with TYPE_NAME_INVALID, STORE_FULL and STORE_FAILED.
   */
  groups(page: FailureGroupsPage): Promise<{ readonly groups: readonly FailureGroup[]; readonly more: boolean }>;
}
