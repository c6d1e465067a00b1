// The paths of the admin server for functions, their addresses, and what one address holds.

import { callQuery, sendQuery } from "../ingress/one-message.js";
import type { AdminRoute } from "./admin-route.js";

const address = "/addresses/:namespace/:name/:id";

export const functionRoutes = {
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
} as const satisfies Readonly<Record<string, AdminRoute>>;
