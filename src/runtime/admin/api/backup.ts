// What the admin server answers at /backup.

/** The answer about a backup, by the name of its route. */
export interface BackupAnswers {
  readonly backup: BackupMade;
}

/** A backup that is whole and on disk. */
export interface BackupMade {
  /** The folder of the backup, as an absolute path on the runtime's machine. */
  readonly folder: string;
  /** How many entries it holds: states, messages, and what the engine keeps of its own. */
  readonly entries: number;
  /** The bytes of the keys and the values. */
  readonly bytes: number;
  /** How long the copy took. */
  readonly durationMs: number;
}
