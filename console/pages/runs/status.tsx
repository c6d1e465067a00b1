// How far a run is, as a badge.

import type { RunBase, RunStatus } from "../../../src/runtime/admin/api/runs.js";
import { Badge, type Tone } from "../../ui/notice.js";

const tones: Readonly<Record<RunStatus, Tone>> = {
  running: "accent",
  waiting: "plain",
  queued: "plain",
  completed: "ok",
  failed: "bad",
  cancelled: "warn",
  restarted: "plain",
};

/** A run that was cancelled and goes on, to undo what it has done, says so. */
export function StatusBadge({ of: { status, cancelled } }: { readonly of: Pick<RunBase, "status" | "cancelled"> }) {
  return (
    <>
      <Badge tone={tones[status]}>{status}</Badge>
      {cancelled && status !== "cancelled" && <Badge tone="warn">is being cancelled</Badge>}
    </>
  );
}

/** The choices of a list: the API's own, in its words. */
export const statuses = [
  { value: "", text: "Not ended" },
  { value: "running", text: "Running" },
  { value: "waiting", text: "Waiting" },
  { value: "queued", text: "Queued" },
  { value: "ended", text: "Ended" },
  { value: "completed", text: "Completed" },
  { value: "failed", text: "Failed" },
  { value: "cancelled", text: "Cancelled" },
  { value: "restarted", text: "Restarted" },
] as const;
