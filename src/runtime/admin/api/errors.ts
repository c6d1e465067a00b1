// How the admin server answers with an error.

/** An answer that is an error. */
export interface ErrorAnswer {
  /** The code of the error; a terminal error has a code of the application. */
  readonly code: string;
  /** What has happened, and what to do; missing for a fault of the runtime itself, which its log explains. */
  readonly message?: string;
  /** What a terminal error tells besides, as JSON. */
  readonly details?: unknown;
  /** Whether a function has refused the message for good. */
  readonly terminal?: true;
}
