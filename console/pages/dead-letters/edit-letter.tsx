// Edits the message of a dead letter: its JSON, or its bytes in base64.

import { useState } from "preact/hooks";
import type { DeadLetter } from "../../../src/runtime/admin/api/dead-letters.js";
import { type ApiError, path, request } from "../../app/api.js";
import { closeDialog } from "../../app/dialogs.js";
import { toDeadLetters } from "../../app/links.js";
import { go } from "../../app/location.js";
import { sayDone } from "../../app/toasts.js";
import { Button, TextField } from "../../ui/controls.js";
import { Dialog } from "../../ui/dialog.js";
import { Failure } from "../../ui/notice.js";

export interface EditLetterProps {
  readonly of: DeadLetter;
  readonly onEdited: () => void;
}

export function EditLetter({ of: { letter, message }, onEdited }: EditLetterProps) {
  const isJson = "value" in message;
  const [text, setText] = useState(() =>
    "value" in message ? JSON.stringify(message.value, null, 2) : "base64" in message ? message.base64 : "",
  );
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const fault = isJson ? jsonFault(text) : base64Fault(text);
  const place = path`dead-letters/${letter}`;

  const run = async (resend: boolean) => {
    setBusy(true);
    setError(undefined);
    try {
      const body = isJson ? text : bytesOf(text);
      const type = isJson ? "application/json" : "application/octet-stream";
      await request("PUT", place, { query: { type: message.typename }, body, headers: { "Content-Type": type } });
      if (resend) await request("POST", `${place}/resend`);
      closeDialog();
      sayDone(resend ? "The edited message is sent." : "The message is edited.");
      if (resend) go(toDeadLetters());
      else onEdited();
    } catch (thrown) {
      setError(thrown as ApiError);
      setBusy(false);
    }
  };
  const stop = busy || fault !== undefined;
  return (
    <Dialog
      wide
      title={`Edit the message of ${letter}`}
      end={
        <>
          <Button onClick={closeDialog}>Cancel</Button>
          <Button disabled={stop} onClick={() => run(false)}>
            Save
          </Button>
          <Button kind="main" disabled={stop} onClick={() => run(true)}>
            Save and send again
          </Button>
        </>
      }
    >
      <TextField
        label={isJson ? `${message.typename}, as JSON` : `${message.typename}, its bytes in base64`}
        value={text}
        onInput={setText}
        lines={14}
        fault={fault}
      />
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}

function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `This is no JSON: ${(error as Error).message}.`;
  }
}

function base64Fault(text: string): string | undefined {
  return /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.trim())
    ? undefined
    : "This is no base64.";
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64.trim()), (character) => character.charCodeAt(0));
}
