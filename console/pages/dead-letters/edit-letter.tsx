// Edits the message of a dead letter, and sends it again if somebody wants that.

import { useState } from "preact/hooks";
import type { DeadLetter } from "../../../src/runtime/admin/api/dead-letters.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { functionPath, path, request } from "../../app/api.js";
import { closeDialog } from "../../app/dialogs.js";
import { toDeadLetters } from "../../app/links.js";
import { go } from "../../app/location.js";
import { sayDone } from "../../app/toasts.js";
import { useAttempt } from "../../app/use-attempt.js";
import { useGet } from "../../app/use-get.js";
import { Button } from "../../ui/controls.js";
import { Dialog } from "../../ui/dialog.js";
import { MessageEditor } from "../../ui/message-editor.js";
import { Failure } from "../../ui/notice.js";
import { bodyOf, faultIn, textOf } from "../../values/value-text.js";

export interface EditLetterProps {
  readonly of: DeadLetter;
  readonly onEdited: () => void;
}

export function EditLetter({ of: { letter, function: name, message }, onEdited }: EditLetterProps) {
  const { typename } = message;
  const known = useGet<OneFunction>(functionPath(name));
  const [value, setValue] = useState(() => textOf(message));
  const { busy, error, attempt } = useAttempt();
  const place = path`dead-letters/${letter}`;

  const save = (resend: boolean) =>
    attempt(async () => {
      if (value === undefined) return;
      await request("PUT", place, { query: { type: typename }, ...bodyOf(value, typename) });
      if (resend) await request("POST", `${place}/resend`);
      closeDialog();
      sayDone(resend ? "The edited message is sent." : "The message is edited.");
      if (resend) go(toDeadLetters());
      else onEdited();
    });
  const stop = busy || value === undefined || faultIn(value, typename) !== undefined;
  return (
    <Dialog
      wide
      title={`Edit the message of ${letter}`}
      end={
        <>
          <Button onClick={closeDialog}>Cancel</Button>
          <Button disabled={stop} onClick={() => save(false)}>
            Save
          </Button>
          <Button kind="main" disabled={stop} onClick={() => save(true)}>
            Save and send again
          </Button>
        </>
      }
    >
      <MessageEditor typename={typename} value={value} known={known.data} onChange={setValue} />
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}
