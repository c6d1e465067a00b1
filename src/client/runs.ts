// The runs of workflows, as a client sees them.

import { StatefunError } from "../errors.js";
import type { Duration } from "../model/duration.js";
import { defineOptions, timer, unchecked } from "../model/options.js";
import { notFromRuntime } from "./answer.js";
import type { HttpRequest } from "./http-request.js";
import { pathPart, type Target } from "./path.js";

/** Options of `runs`. */
export interface ClientRunOptions {
  /** How long the request may take, with all its retries. Defaults to the client's timeout. */
  readonly timeout?: Duration;
  /** Stops the request when it aborts. Defaults to none. */
  readonly signal?: AbortSignal;
}

/** Options of `cancelRun` and `cancelRuns`. */
export interface ClientRunCancelOptions extends ClientRunOptions {
  /** Why the runs are cancelled. Defaults to none. */
  readonly reason?: string;
}

/** A run of a workflow. */
export interface ClientRun {
  /** Names the run. */
  readonly run: string;
  /** The typename of the message that began the run. */
  readonly workflow: string;
  /**
   * "running": it goes on at this moment. "waiting": it waits for an answer, a message, a time or the next try of a step. "queued":
   * it has not begun, since a run before it has not ended. The others say how it has ended.
   */
  readonly status: "running" | "waiting" | "queued" | "completed" | "failed" | "cancelled" | "restarted";
  /** When the run began; of a queued one, when its message came. An ISO 8601 text. */
  readonly since: string;
  /** When the run ended; null when it has not. An ISO 8601 text. */
  readonly endedAt: string | null;
  /** Whether the run was cancelled. It may go on all the same, to undo what it has done. */
  readonly cancelled: boolean;
}

export const runOptions = defineOptions<ClientRunOptions>()({ timeout: timer, signal: unchecked<AbortSignal>() });

export const runCancelOptions = defineOptions<ClientRunCancelOptions>()({
  ...runOptions.described,
  reason: unchecked<string>(),
});

/** The request for the runs of an address. */
export function runsRequest({ path }: Target): HttpRequest {
  return { method: "GET", path: () => `/runs/${path}`, headers: {}, body: undefined };
}

/** The request that cancels a run of an address, or all of them. Throws VALUE_INVALID. */
export function cancelRunsRequest({ path }: Target, run: string | undefined, reason: string | undefined): HttpRequest {
  const part = run === undefined ? "" : `/${pathPart("id of a run", run)}`;
  const query = reason === undefined ? "" : `?reason=${encodeURIComponent(reason)}`;
  return { method: "POST", path: () => `/runs/${path}${part}/cancel${query}`, headers: {}, body: undefined };
}

/** Reads the list of this name from an answer. Throws CLIENT_FAILED. */
export function listOf<T>(answer: unknown, name: string): T[] {
  const list: unknown = (answer as Record<string, unknown> | null)?.[name];
  if (Array.isArray(list)) return list;
  throw notFromRuntime(`lacks the list ${name}`);
}

/** Resolves to whether a run was there to be cancelled. Rejects with every other error. */
export async function wasFound(cancelled: Promise<unknown>): Promise<boolean> {
  try {
    await cancelled;
    return true;
  } catch (error) {
    if (error instanceof StatefunError && error.code === "RUN_NOT_FOUND") return false;
    throw error;
  }
}
