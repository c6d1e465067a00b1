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
const anyJson = { schema: {} };

/** A value of the type that the request names, or that its receiver declares. */
const valueBody = {
  required: true,
  description: "A value: as JSON, or its own bytes.",
  content: { "application/json": anyJson, "application/octet-stream": bytes },
};

const header = (name: string, description: string) => ({ name, in: "header", description, schema: { type: "string" } });

const typeHeader = header("Statefun-Type", "The typename of the body's value, in place of the parameter type.");
/** The headers of a message. */
const messageHeaders = [
  typeHeader,
  header("Statefun-Metadata", "Metadata of the message, as name=value pairs with commas between."),
  header("Idempotency-Key", "A second request with the same key gets the answer of the first. Defaults to none."),
  header("Idempotency-Key-Lifetime", "For how long the key is remembered, if less than the runtime's own time."),
];

/** A message that is sent. */
const send: RouteDetails = { status: 202, body: valueBody, headers: messageHeaders };
/** A call, which is answered with the function's own value. */
const call: RouteDetails = {
  body: valueBody,
  headers: messageHeaders,
  contents: { "application/json": anyJson, "application/octet-stream": bytes },
  empty: true,
};

const lines = { "application/x-ndjson": { schema: { type: "string", description: "JSON values, each in a line." } } };

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
  live: {
    contents: {
      "text/event-stream": {
        schema: { type: "string", description: "Events `batches`, whose data is the JSON of a LiveBatches." },
      },
    },
  },
  query: { contents: { ...lines, "text/csv": plainText } },
  sendMessage: send,
  callFunction: call,
  readState: { contents: { "application/octet-stream": bytes, "application/json": anyJson, "text/plain": plainText } },
  writeState: { body: valueBody, headers: [typeHeader] },
  editDeadLetter: { body: valueBody, headers: [typeHeader] },
};

/** The HTTP ingress's. */
export const ingressDetails: Readonly<Record<string, RouteDetails>> = {
  call,
  send,
  calls: { body: { required: true, description: "Calls, each in a line.", content: lines }, contents: lines },
  head: { undocumented: true },
};
