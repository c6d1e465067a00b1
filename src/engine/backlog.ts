// Counts what waits in a set of queues: all mailboxes, or all outboxes. Limits are checked against these counts.

export class Backlog {
  /** How many entries wait. */
  entries = 0;
  /** About how many bytes they take. Entries from before the start count once they are read from the store. */
  bytes = 0;
}
