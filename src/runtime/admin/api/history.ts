// What the admin server answers at /history: the last hour, in columns of ten seconds.

/** The answers about the last hour, by the names of their routes. */
export interface HistoryAnswers {
  readonly history: History;
}

/**
 * One number for each column, the oldest column first. A count is that of the column's ten seconds; a size is that at the end of the
 * column.
 */
export interface HistorySeries {
  /** Messages that were taken from outside. */
  readonly messagesIn: readonly number[];
  /** Messages that functions have handled. */
  readonly messagesDelivered: readonly number[];
  /** Records that functions have sent to egresses. */
  readonly egressRecords: readonly number[];
  /** Tries of a batch that failed. */
  readonly batchFailures: readonly number[];
  /** The median duration of a batch, in milliseconds; null when there was no batch. */
  readonly batchP50: readonly (number | null)[];
  /** The duration in milliseconds that 99 of 100 batches did not exceed; null when there was no batch. */
  readonly batchP99: readonly (number | null)[];
  /** The median duration of a commit, in milliseconds; null when there was no commit. */
  readonly commitP50: readonly (number | null)[];
  /** The duration in milliseconds that 99 of 100 commits did not exceed; null when there was no commit. */
  readonly commitP99: readonly (number | null)[];
  /** Messages that wait. */
  readonly backlog: readonly number[];
  /** For how many seconds the oldest message has waited; 0 when none waits. */
  readonly oldestSeconds: readonly number[];
  /** Parked addresses. */
  readonly parked: readonly number[];
  /** Dead letters that are kept. */
  readonly deadLetters: readonly number[];
  /** Delayed messages that are not due. */
  readonly delayed: readonly number[];
  /** Records that egresses have not acknowledged. */
  readonly egressPending: readonly number[];
  /** Calls from outside that wait for their answer. */
  readonly callsWaiting: readonly number[];
  /** The longest time for which the process could do nothing else, in milliseconds. */
  readonly heldMs: readonly number[];
}

/** The counts and durations of the last complete column, and the sizes of this moment. */
export interface HistoryNow {
  /** Messages that were taken from outside. */
  readonly messagesIn: number;
  /** Messages that functions have handled. */
  readonly messagesDelivered: number;
  /** Records that functions have sent to egresses. */
  readonly egressRecords: number;
  /** Tries of a batch that failed. */
  readonly batchFailures: number;
  /** The median duration of a batch, in milliseconds; null when there was no batch. */
  readonly batchP50: number | null;
  /** The duration in milliseconds that 99 of 100 batches did not exceed; null when there was no batch. */
  readonly batchP99: number | null;
  /** The median duration of a commit, in milliseconds; null when there was no commit. */
  readonly commitP50: number | null;
  /** The duration in milliseconds that 99 of 100 commits did not exceed; null when there was no commit. */
  readonly commitP99: number | null;
  /** Messages that wait. */
  readonly backlog: number;
  /** For how many seconds the oldest message has waited; 0 when none waits. */
  readonly oldestSeconds: number;
  /** Parked addresses. */
  readonly parked: number;
  /** Dead letters that are kept. */
  readonly deadLetters: number;
  /** Delayed messages that are not due. */
  readonly delayed: number;
  /** Records that egresses have not acknowledged. */
  readonly egressPending: number;
  /** Calls from outside that wait for their answer. */
  readonly callsWaiting: number;
  /** The longest time for which the process could do nothing else, in milliseconds. */
  readonly heldMs: number;
}

/** One reason why the runtime is not well. */
export interface Unwell {
  /**
   * Names the reason: the code of the trouble for which nothing is taken, or PARKED, FAILING, EGRESS_FAILING, OLD_MESSAGE,
   * DEAD_LETTERS, EVENT_LOOP_HELD.
   */
  readonly code: string;
  /** Says what is wrong, for people. */
  readonly message: string;
  /** The path of the admin API that shows more, without the leading slash; null when there is none. */
  readonly link: string | null;
}

/** Whether the runtime is well. */
export interface Wellness {
  /** Whether there is no reason to look after the runtime. */
  readonly ok: boolean;
  /** Why somebody should look after the runtime, the worst reason first. */
  readonly reasons: readonly Unwell[];
}

/** The answer of GET /history. */
export interface History {
  /** How many milliseconds a column stands for. */
  readonly columnMs: number;
  /** When each column ended, the oldest first: at most 360. */
  readonly times: readonly string[];
  /** The numbers of the columns. */
  readonly series: HistorySeries;
  /** The newest numbers. */
  readonly now: HistoryNow;
  /** How many tries of a batch failed within the last hour, by the code of the error. */
  readonly failuresByCode: Readonly<Record<string, number>>;
  /** Whether the runtime is well, and if not, why. */
  readonly well: Wellness;
}
