// Chooses when a delayed message is delivered instead.

import { useState } from "preact/hooks";
import type { DelayedPostponed } from "../../../src/runtime/admin/api/delayed.js";
import { request } from "../../app/api.js";
import { closeDialog } from "../../app/dialogs.js";
import { sayDone } from "../../app/toasts.js";
import { useAttempt } from "../../app/use-attempt.js";
import { Button, Segments, TextField } from "../../ui/controls.js";
import { Dialog } from "../../ui/dialog.js";
import { formatInstant } from "../../ui/format.js";
import { Failure } from "../../ui/notice.js";

export interface PostponeDialogProps {
  readonly dueAt: string;
  /** The path of the message in the admin API. */
  readonly path: string;
  readonly onDone: () => void;
}

export function PostponeDialog({ dueAt, path, onDone }: PostponeDialogProps) {
  const [way, setWay] = useState<"by" | "at">("by");
  const [by, setBy] = useState("1h");
  const [at, setAt] = useState(localText(Date.parse(dueAt)));
  const { busy, error, attempt } = useAttempt();
  const isAtWrong = Number.isNaN(Date.parse(at));
  const postpone = () =>
    attempt(async () => {
      const query = way === "by" ? { by } : { at: new Date(at).toISOString() };
      const { dueAt } = await request<DelayedPostponed>("POST", `${path}/postpone`, { query });
      sayDone(`It is delivered at ${formatInstant(dueAt)}.`);
      closeDialog();
      onDone();
    });
  return (
    <Dialog
      title="Postpone the message"
      end={
        <>
          <Button onClick={closeDialog}>Cancel</Button>
          <Button kind="main" disabled={busy || (way === "at" && isAtWrong)} onClick={postpone}>
            Postpone
          </Button>
        </>
      }
    >
      <p>It is due at {formatInstant(dueAt)}.</p>
      <Segments
        label="How it is postponed"
        value={way}
        options={[
          { value: "by", text: "By a time" },
          { value: "at", text: "To an instant" },
        ]}
        onChange={setWay}
      />
      {way === "by" ? (
        <TextField label="By" value={by} onInput={setBy} hint="A number with a unit: 30s, 15m, 2h, 1d." />
      ) : (
        <TextField
          label="At"
          type="datetime-local"
          value={at}
          onInput={setAt}
          hint="In the time zone of this browser."
        />
      )}
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}

/** An instant as a field of the browser has it, in its own time zone. */
function localText(ms: number): string {
  return formatInstant(ms).replace(" ", "T");
}
