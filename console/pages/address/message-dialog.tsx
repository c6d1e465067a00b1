// Edits a message that waits in a mailbox.

import { useState } from "preact/hooks";
import type { ShownWaiting, WaitingEdited } from "../../../src/runtime/admin/api/mailbox.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { type ApiError, request } from "../../app/api.js";
import { closeDialog } from "../../app/dialogs.js";
import { sayDone } from "../../app/toasts.js";
import { Button } from "../../ui/controls.js";
import { Dialog } from "../../ui/dialog.js";
import { Failure, Notice } from "../../ui/notice.js";
import { ValueEditor } from "../../ui/value-editor.js";
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
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    if (value === undefined) return;
    setBusy(true);
    setError(undefined);
    try {
      await request<WaitingEdited>("PUT", path, { query: { type: typename }, ...bodyOf(value, typename) });
      sayDone("The message is changed.");
      closeDialog();
      onSaved();
    } catch (thrown) {
      setError(thrown as ApiError);
      setBusy(false);
    }
  };
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
      <p class="muted small">{typename}</p>
      {value === undefined ? (
        <Notice tone="warn">The message is too large to be edited here.</Notice>
      ) : (
        <ValueEditor
          label="The message"
          value={value}
          typename={typename}
          schema={known?.handlers.find((handler) => handler.typename === typename)?.schema}
          onChange={setValue}
        />
      )}
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}
