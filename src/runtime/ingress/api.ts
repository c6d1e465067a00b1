// What the HTTP ingress answers with, as JSON. docs/openapi.json is made of these types. A call is answered with the value that the
// function answers, and many calls are answered in lines.

/** The answer of each route, by the name of the route. An answer that is not JSON has no entry. */
export interface IngressAnswers {
  readonly send: MessageAccepted;
  readonly cancel: MessageCancelled;
  readonly runs: RunsShown;
  readonly cancelRuns: RunIds;
  readonly cancelRun: RunIds;
  readonly list: ServedFunctions;
}

/** The message is on disk. */
export interface MessageAccepted {
  readonly status: "accepted";
}

/** The delayed message is withdrawn. */
export interface MessageCancelled {
  readonly status: "cancelled";
}

/** The runs of workflows of one address. */
export interface RunsShown {
  readonly runs: readonly RunShown[];
}

/** How far a run of a workflow is. */
export interface RunShown {
  /** Names the run. */
  readonly run: string;
  /** The typename of the message that began the run. */
  readonly workflow: string;
  /** What goes on in the run, or how it has ended. */
  readonly status: "running" | "waiting" | "queued" | "completed" | "failed" | "cancelled" | "restarted";
  /** When the run began; of a queued one, when its message came. */
  readonly since: string;
  /** When the run ended; null while it has not. */
  readonly endedAt: string | null;
  /** Whether the run was cancelled. It may go on all the same, to undo what it has done. */
  readonly cancelled: boolean;
}

/** Runs are cancelled. */
export interface RunIds {
  /** The ids of the runs. */
  readonly cancelled: readonly string[];
}

/** The functions that the ingress reaches, and where it takes messages. */
export interface ServedFunctions {
  readonly functions: readonly ServedFunction[];
  /** Where many calls are made in one request. */
  readonly calls: string;
  /** Where a delayed message is withdrawn. */
  readonly cancel: string;
}

/** A function that the ingress reaches. */
export interface ServedFunction {
  /** The type name of the function. */
  readonly function: string;
  /** The typenames of the messages that the function takes; empty when they are not known. */
  readonly types: readonly string[];
  /** Where a message to the function is sent. */
  readonly send: string;
  /** Where the function is called. */
  readonly call: string;
}
