// The paths of the admin server.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { EngineApi } from "../../engine/engine-api.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import type { Route } from "../http/router.js";
import type { IngressMetrics } from "../ingress/ingress-metrics.js";
import { callQuery, sendQuery } from "../ingress/one-message.js";
import type { Runs } from "../runs/runs.js";
import type { Schedules } from "../schedules/schedules.js";
import type { BackupMade } from "./api/backup.js";
import { batchFilter } from "./batch-filter.js";
import type { ConsoleFiles } from "./console-files.js";
import { failureFilter } from "./failure-filter.js";
import type { Metrics } from "./metrics.js";
import type { Watch } from "./watch.js";

/** One path of the admin server. */
export interface AdminRoute extends Route {
  /** What docs/admin.md says of the path. */
  readonly does: string;
}

const address = "/addresses/:namespace/:name/:id";

const delayedMessage = "/delayed/:key";

/** The parameters of the query that choose delayed messages. */
const delayedFilter = ["function", "id"] as const;

const letter = "/dead-letters/:letter";

/** All paths, by name. A test compares them with the table in docs/admin.md. */
export const routes = {
  console: { method: "GET", path: "/", query: [], does: "The console, a page for browsers." },
  consoleFile: { method: "GET", path: "/console/:file", query: [], does: "A file of the console." },
  info: { method: "GET", path: "/info", query: [], does: "Says what the runtime is, and how this server serves it." },
  openapi: {
    method: "GET",
    path: "/openapi.json",
    query: [],
    does: "Describes the paths of this server and of the [HTTP ingress](http-ingress.md), in OpenAPI's format.",
  },
  health: { method: "GET", path: "/health", query: [], does: "Says whether the runtime takes messages." },
  metrics: {
    method: "GET",
    path: "/metrics",
    query: ["format"],
    does: "The metrics, in Prometheus's text format, or with `format=json` as JSON.",
  },
  history: {
    method: "GET",
    path: "/history",
    query: [],
    does: "The last hour in columns of ten seconds, and whether the runtime is well.",
  },
  graph: {
    method: "GET",
    path: "/graph",
    query: [],
    does: "Who has sent how many messages to whom since the start: functions, egresses, schedules and who is outside.",
  },
  live: {
    method: "GET",
    path: "/live",
    query: batchFilter,
    does: "The batches as they happen, as server-sent events.",
  },
  batches: {
    method: "GET",
    path: "/batches",
    query: [...batchFilter, "message", "after", "limit"],
    does: "The recorded batches, the newest first.",
  },
  batch: {
    method: "GET",
    path: "/batches/:batch",
    query: [],
    does: "One recorded batch: its messages, what it sent, its states before and after, and its error.",
  },
  caused: {
    method: "GET",
    path: "/batches/:batch/caused",
    query: [],
    does: "The recorded batches that a batch has caused, and those that have caused it.",
  },
  backup: {
    method: "POST",
    path: "/backup",
    query: ["to"],
    does: "Copies everything that the runtime keeps into a new folder on its machine, while it goes on.",
  },
  functions: {
    method: "GET",
    path: "/functions",
    query: ["after", "limit"],
    does: "The functions in the order of their names, and how many addresses, messages, failures and calls each of them has.",
  },
  oneFunction: {
    method: "GET",
    path: "/functions/:namespace/:name",
    query: [],
    does: "One function: the types that it takes and keeps, with their JSON Schemas, and how it is called.",
  },
  addresses: {
    method: "GET",
    path: "/functions/:namespace/:name/addresses",
    query: ["after", "limit", "prefix", "filter", "columns"],
    does: "The addresses of a function that hold a state or a message, or those that a filter chooses, in the order of their ids.",
  },
  query: {
    method: "GET",
    path: "/functions/:namespace/:name/query",
    query: ["where", "columns", "after", "limit", "format"],
    does: "The addresses of a function whose states meet a condition, with columns made of the states, in the order of their ids.",
  },
  runs: {
    method: "GET",
    path: "/functions/:namespace/:name/runs",
    query: ["after", "limit", "status", "workflow", "waitingLongerThan"],
    does: "The runs of a function's workflows, and what they wait for, in the order of the ids of their addresses.",
  },
  address: {
    method: "GET",
    path: address,
    query: ["afterState"],
    does: "One address: its states, its runs, its messages, its failures and its call in flight.",
  },
  sendMessage: {
    method: "POST",
    path: `${address}/send`,
    query: sendQuery,
    does: "Sends a message, now or later, as `/send` of the HTTP ingress does.",
  },
  callFunction: {
    method: "POST",
    path: `${address}/call`,
    query: callQuery,
    does: "Calls the function and answers with its answer, as `/call` of the HTTP ingress does.",
  },
  addressRuns: {
    method: "GET",
    path: `${address}/runs`,
    query: [],
    does: "The runs of one address, with what each of them has done, and the messages that none has received.",
  },
  cancelRuns: {
    method: "POST",
    path: `${address}/runs/cancel`,
    query: ["reason"],
    does: "Cancels all runs of an address, also those that wait for their turn.",
  },
  addressRun: {
    method: "GET",
    path: `${address}/runs/:run`,
    query: [],
    does: "One run, with what it has done.",
  },
  cancelRun: {
    method: "POST",
    path: `${address}/runs/:run/cancel`,
    query: ["reason"],
    does: "Cancels one run.",
  },
  readState: {
    method: "GET",
    path: `${address}/states/:state`,
    query: ["as"],
    does: "The whole value of a state, as a file: its packed bytes, or with `as=content` its text or bytes, or with `as=json` its JSON.",
  },
  writeState: {
    method: "PUT",
    path: `${address}/states/:state`,
    query: ["type"],
    does: "Writes a state. A name that neither the function nor the address has is 404.",
  },
  deleteState: { method: "DELETE", path: `${address}/states/:state`, query: [], does: "Deletes a state." },
  mailbox: {
    method: "GET",
    path: `${address}/mailbox`,
    query: ["after", "limit"],
    does: "The messages that wait at an address, in the order in which they came.",
  },
  editWaiting: {
    method: "PUT",
    path: `${address}/mailbox/:message`,
    query: ["type", "handler"],
    does: "Replaces the value of a waiting message.",
  },
  dropWaiting: {
    method: "DELETE",
    path: `${address}/mailbox/:message`,
    query: [],
    does: "Removes a waiting message.",
  },
  park: {
    method: "POST",
    path: `${address}/park`,
    query: ["reason"],
    does: "Parks the address: its messages wait until a retry.",
  },
  retry: {
    method: "POST",
    path: `${address}/retry`,
    query: [],
    does: "Delivers the messages of a parked address again, at once.",
  },
  drop: {
    method: "POST",
    path: `${address}/drop`,
    query: ["which"],
    does: "Removes the first waiting message or all of them, and delivers the others.",
  },
  failing: {
    method: "GET",
    path: "/failing",
    query: ["limit", "function"],
    does: "The addresses that fail and are tried again, those that have failed for the longest time first.",
  },
  failures: {
    method: "GET",
    path: "/failures",
    query: ["limit", "function"],
    does: "The causes of failures, those that were seen last first, with how many addresses and dead letters have each.",
  },
  parked: {
    method: "GET",
    path: "/parked",
    query: ["after", "limit", ...failureFilter],
    does: "The parked addresses, in the order of their names and ids.",
  },
  retryParked: {
    method: "POST",
    path: "/parked/retry",
    query: ["after", "through", "limit", ...failureFilter],
    does: "Delivers the messages of parked addresses again.",
  },
  dropParked: {
    method: "POST",
    path: "/parked/drop",
    query: ["which", "after", "through", "limit", ...failureFilter],
    does: "Removes the first message or all messages of parked addresses, and delivers the others.",
  },
  delayed: {
    method: "GET",
    path: "/delayed",
    query: ["after", "limit", ...delayedFilter],
    does: "The delayed messages, in the order in which they are due.",
  },
  deliverManyDelayed: {
    method: "POST",
    path: "/delayed/deliver",
    query: ["after", "through", "limit", ...delayedFilter],
    does: "Delivers delayed messages now.",
  },
  cancelManyDelayed: {
    method: "POST",
    path: "/delayed/cancel",
    query: ["after", "through", "limit", ...delayedFilter],
    does: "Withdraws delayed messages.",
  },
  delayedMessage: { method: "GET", path: delayedMessage, query: [], does: "One delayed message." },
  deliverDelayed: {
    method: "POST",
    path: `${delayedMessage}/deliver`,
    query: [],
    does: "Delivers a delayed message now.",
  },
  postponeDelayed: {
    method: "POST",
    path: `${delayedMessage}/postpone`,
    query: ["at", "by"],
    does: "Changes when a delayed message is due: to an instant, or by a duration. It has another key then.",
  },
  cancelDelayed: { method: "DELETE", path: delayedMessage, query: [], does: "Withdraws a delayed message." },
  egresses: {
    method: "GET",
    path: "/egresses",
    query: [],
    does: "The egresses in the order of their names, with what takes their records, what waits, and the last failure.",
  },
  schedules: {
    method: "GET",
    path: "/schedules",
    query: [],
    does: "The schedules in the order of their names, with the next due time and what each has done.",
  },
  pauseSchedule: {
    method: "POST",
    path: "/schedules/:schedule/pause",
    query: [],
    does: "Sends nothing more for a schedule, also after a restart.",
  },
  resumeSchedule: {
    method: "POST",
    path: "/schedules/:schedule/resume",
    query: [],
    does: "Ends the pause of a schedule: the due times from now on count.",
  },
  runSchedule: {
    method: "POST",
    path: "/schedules/:schedule/run",
    query: [],
    does: "Sends the message of a schedule now. Its due times stay as they are.",
  },
  deadLetters: {
    method: "GET",
    path: "/dead-letters",
    query: ["after", "limit", ...failureFilter],
    does: "The dead letters, the oldest first.",
  },
  resendDeadLetters: {
    method: "POST",
    path: "/dead-letters/resend",
    query: ["limit", "through", ...failureFilter],
    does: "Sends the messages of dead letters again.",
  },
  dropDeadLetters: {
    method: "POST",
    path: "/dead-letters/drop",
    query: ["limit", "through", ...failureFilter],
    does: "Removes dead letters with their messages.",
  },
  deadLetter: {
    method: "GET",
    path: letter,
    query: [],
    does: "One dead letter, with its message and the stack of its error.",
  },
  editDeadLetter: {
    method: "PUT",
    path: letter,
    query: ["type", "handler"],
    does: "Replaces the message of a dead letter.",
  },
  dropDeadLetter: { method: "DELETE", path: letter, query: [], does: "Removes a dead letter with its message." },
  resendDeadLetter: {
    method: "POST",
    path: `${letter}/resend`,
    query: [],
    does: "Sends the message of a dead letter to its address again, and removes the letter.",
  },
} as const satisfies Readonly<Record<string, AdminRoute>>;

export type RouteName = keyof typeof routes;

/** What the admin server shows and changes. */
export interface AdminParts {
  readonly engine: EngineApi;
  readonly runs: Runs;
  readonly schedules: Schedules;
  readonly catalog: TypeCatalog;
  readonly watch: Watch;
  readonly ingresses: IngressMetrics;
  /** The path of the data folder; undefined when everything is in memory. */
  readonly dir: string | undefined;
  /** The URL of the HTTP ingress; undefined when it has no port of its own. */
  readonly ingressUrl: string | undefined;
  /** Copies everything into a folder, while the runtime goes on. */
  backUp(folder: string): Promise<Omit<BackupMade, "durationMs">>;
}

/** What the server itself is. */
export interface ServerParts {
  readonly metrics: Metrics;
  readonly consoleFiles: ConsoleFiles;
  readonly startedAt: number;
  readonly readOnly: boolean;
  readonly tokenNeeded: boolean;
}

/** A request to one of the paths. */
export interface Asked extends AdminParts, ServerParts {
  /** The parts of the path that the request has filled in. */
  readonly filled: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}
