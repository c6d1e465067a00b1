// Edits a message that waits in a mailbox.

import { useState } from "preact/hooks";
import type { ShownWaiting, WaitingEdited } from "../../../src/runtime/admin/api/mailbox.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { request } from "../../app/api.js";
import { closeDialog } from "../../app/dialogs.js";
import { sayDone } from "../../app/toasts.js";
import { useAttempt } from "../../app/use-attempt.js";
import { Button } from "../../ui/controls.js";
import { Dialog } from "../../ui/dialog.js";
import { MessageEditor } from "../../ui/message-editor.js";
import { Failure } from "../../ui/notice.js";
import { bodyOf, faultIn, textOf } from "../../values/value-text.js";

export interface MessageDialogProps {
  readonly message: ShownWaiting;
  readonly known: OneFunction | undefined;
  /** The path of the message in the admin API. */
  readonly path: string;
  readonly onSaved: () => void;
}

export function MessageDialog({ message, known, path, onSaved }: MessageDialogProps) {
  const { typename } = message;
  const [value, setValue] = useState(textOf(message));
  const { busy, error, attempt } = useAttempt();
  const save = () =>
    attempt(async () => {
      if (value === undefined) return;
      await request<WaitingEdited>("PUT", path, { query: { type: typename }, ...bodyOf(value, typename) });
      sayDone("The message is changed.");
      closeDialog();
      onSaved();
    });
  const isWrong = value === undefined || faultIn(value, typename) !== undefined;
  return (
    <Dialog
      title={`Message ${message.message}`}
      wide
      end={
        <>
          <Button onClick={closeDialog}>Cancel</Button>
          <Button kind="main" disabled={busy || isWrong} onClick={save}>
            Save
          </Button>
        </>
      }
    >
      <MessageEditor typename={typename} value={value} known={known} onChange={setValue} />
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}
