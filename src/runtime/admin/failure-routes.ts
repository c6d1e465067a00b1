// The paths of the admin server for failures: addresses that fail, parked addresses and dead letters.

import type { AdminRoute } from "./admin-route.js";
import { failureFilter } from "./failure-filter.js";

const letter = "/dead-letters/:letter";

export const failureRoutes = {
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
} as const satisfies Readonly<Record<string, AdminRoute>>;

export const deadLetterRoutes = {
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
