// What the admin server answers to failures by their causes.

/** The answers about the causes of failures, by the names of their routes. */
export interface FailureAnswers {
  readonly failures: FailureGroups;
}

/** Failures of one function with one code and one reason. */
export interface FailureGroup {
  /** Names the group: the `error` of the filter of parked addresses and of dead letters. It stays the same over restarts. */
  readonly fingerprint: string;
  /** The code of the failures. */
  readonly code: string;
  /** The type name of the function. */
  readonly function: string;
  /** The first line of the failures' message, with `<address>`, `<id>` and `<n>` where ids and numbers stood. */
  readonly reason: string;
  /** When the first of the failures was. */
  readonly firstFailedAt: string;
  /** When the last of the failures was. */
  readonly lastFailedAt: string;
  /** How many addresses have the failure. An address that is counted as parked or failing and has dead letters too counts once. */
  readonly addresses: number;
  /** How many addresses are parked for it. */
  readonly parked: number;
  /** How many addresses fail with it and are tried again. */
  readonly failing: number;
  /** How many dead letters have it as their last failure. */
  readonly deadLetters: number;
  /** The address at which it was seen last. */
  readonly sample: {
    /** The id of the address. */
    readonly id: string;
    /** The first line of the message, as it was there. */
    readonly reason: string;
  };
  /** The stack of one of the failures; null when none was kept. Parked addresses keep none. */
  readonly stack: string | null;
}

/** `GET /failures`. */
export interface FailureGroups {
  /** The groups, those that failed last first. */
  readonly groups: readonly FailureGroup[];
  /** Whether there are more groups than `limit`, or more parked addresses or dead letters than the 10,000 that are read. */
  readonly more: boolean;
}
