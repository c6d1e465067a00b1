// The paths of the admin server.

import type { AdminRoute } from "./admin-route.js";
import { batchFilter } from "./batch-filter.js";
import { deadLetterRoutes, failureRoutes } from "./failure-routes.js";
import { functionRoutes } from "./function-routes.js";

const delayedMessage = "/delayed/:key";

/** The parameters of the query that choose delayed messages. */
const delayedFilter = ["function", "id"] as const;

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
  ...functionRoutes,
  ...failureRoutes,
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
  ...deadLetterRoutes,
} as const satisfies Readonly<Record<string, AdminRoute>>;

export type RouteName = keyof typeof routes;
