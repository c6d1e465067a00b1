// Where the operations of a run stand on its timeline.

import type { RunDetails, RunOperation } from "../../../src/runtime/admin/api/runs.js";

/** A bar of the timeline, in parts of its width: from 0 to 1. */
export interface Bar {
  readonly start: number;
  readonly length: number;
  /** Whether the operation goes on: its bar then reaches to now. */
  readonly open: boolean;
}

/** The span of a timeline: from the run's first moment to its last one, or to now while it goes on. */
export function spanOf(run: RunDetails, now: number): { readonly from: number; readonly to: number } {
  const from = Date.parse(run.since);
  const ends = run.operations.flatMap(({ endedAt }) => (endedAt === null ? [] : [Date.parse(endedAt)]));
  const to = run.endedAt === null ? now : Math.max(Date.parse(run.endedAt), ...ends);
  return { from, to: Math.max(to, from + 1) };
}

/** The bar of one operation. What was only sent takes no time. */
export function barOf(operation: RunOperation, { from, to }: { readonly from: number; readonly to: number }): Bar {
  const open = operation.endedAt === null && operation.state !== "sent";
  const start = Math.max(from, Date.parse(operation.requestedAt));
  const end = open ? to : operation.endedAt === null ? start : Date.parse(operation.endedAt);
  const part = (at: number) => Math.min(1, Math.max(0, (at - from) / (to - from)));
  return { start: part(start), length: Math.max(0, part(end) - part(start)), open };
}
