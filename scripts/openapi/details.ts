// What the tables of routes do not say: bodies, answers that are no JSON, and other statuses, by the name of the route.

interface Schema {
  readonly [name: string]: unknown;
}

/** What the document says of a route beyond its row in the table. */
export interface RouteDetails {
  /** Whether the document leaves the route out, as what serves the page of the console. */
  readonly undocumented?: true;
  /** The status of the answer. Defaults to 200. */
  readonly status?: number;
  /** The answer, where it is only one of those that the type has. Defaults to the type. */
  readonly answer?: Schema;
  /** Answers that are no JSON, by their media types. Defaults to none. */
  readonly contents?: Readonly<Record<string, object>>;
  /** Whether the answer may have no value, with status 204. */
  readonly empty?: true;
  /** The body of the request. Defaults to none. */
  readonly body?: object;
  /** Whether nobody needs a token. */
  readonly open?: true;
  /** Headers of the request. Defaults to none. */
  readonly headers?: readonly Schema[];
  /** Answers with another status than the usual one, whose body is no ErrorAnswer. */
  readonly failures?: Readonly<Record<string, Schema>>;
  /** Parameters of the query that mean something else here. */
  readonly query?: Readonly<Record<string, Schema>>;
}

const plainText = { schema: { type: "string" } };
const bytes = { schema: {} };

/** A value of the type that the request names, or that its receiver declares. */
const valueBody = {
  required: true,
  description: "A value: as JSON, or its own bytes.",
  content: { "application/json": { schema: {} }, "application/octet-stream": bytes },
};

/** The admin server's. */
export const adminDetails: Readonly<Record<string, RouteDetails>> = {
  console: { undocumented: true },
  consoleFile: { undocumented: true },
  openapi: { contents: { "application/json": { schema: { type: "object" } } } },
  health: {
    open: true,
    answer: { $ref: "#/components/schemas/Healthy" },
    failures: { 503: { $ref: "#/components/schemas/Trouble" } },
  },
  metrics: { contents: { "text/plain": plainText } },
  writeState: { body: valueBody },
  editDeadLetter: { body: valueBody },
};
