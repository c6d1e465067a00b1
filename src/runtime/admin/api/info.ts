// What the admin server says of the runtime itself.

/** The answers about the runtime itself, by the names of their routes. */
export interface InfoAnswers {
  readonly health: Healthy | Trouble;
  readonly info: Info;
}

/** The runtime takes messages. */
export interface Healthy {
  readonly status: "ok";
}

/** The runtime takes no messages. */
export interface Trouble {
  readonly status: "trouble";
  /** The code of the reason. */
  readonly code: string;
  /** The reason. */
  readonly message: string;
}

/** The runtime, and how this server serves it. */
export interface Info {
  /** The version of statefun-ts. */
  readonly version: string;
  /** The version of Node. */
  readonly node: string;
  /** The id of the runtime's process. */
  readonly pid: number;
  /** When the runtime was opened. */
  readonly startedAt: string;
  /** The path of the data folder; null when everything is in memory. */
  readonly dir: string | null;
  /** The URL of the HTTP ingress; null when the ingress has no port of its own. */
  readonly ingress: string | null;
  /** Whether the server refuses every request that changes something. */
  readonly readOnly: boolean;
  /** Whether requests need a bearer token. */
  readonly tokenNeeded: boolean;
  /** Whether the server serves the console's page. */
  readonly console: boolean;
}
