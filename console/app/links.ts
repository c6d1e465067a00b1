// Where each page of the console is. Pages link to each other by these functions.

import { formatHash, type Query } from "./route.js";

export const toOverview = () => formatHash([]);
export const toFunctions = (query?: Query) => formatHash(["functions"], query);
/** The addresses of a function. */
export const toFunction = (typeName: string, query?: Query) => formatHash(["functions", typeName], query);
export const toAddress = (typeName: string, id: string, query?: Query) =>
  formatHash(["functions", typeName, id], query);
export const toLive = (query?: Query) => formatHash(["live"], query);
/** One recorded batch, and what it caused. */
export const toBatch = (batch: string) => formatHash(["batches", batch]);
export const toFailures = (query?: Query) => formatHash(["failures"], query);
/** One cause of failures, by its fingerprint. */
export const toFailure = (fingerprint: string) => formatHash(["failures", fingerprint]);
export const toDelayed = (query?: Query) => formatHash(["delayed"], query);
export const toDeadLetters = (query?: Query) => formatHash(["dead-letters"], query);
export const toDeadLetter = (letter: string) => formatHash(["dead-letters", letter]);
export const toEgresses = (query?: Query) => formatHash(["egresses"], query);
export const toQuery = (query?: Query) => formatHash(["query"], query);
export const toRuns = (query?: Query) => formatHash(["runs"], query);
export const toRun = (typeName: string, id: string, run: string) => formatHash(["runs", typeName, id, run]);
export const toSchedules = () => formatHash(["schedules"]);
