// Dialogs: over the page, closed by Esc, with the focus back at the button that opened them.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { closeDialog, openDialog } from "../app/dialogs.js";
import { useAttempt } from "../app/use-attempt.js";
import { Button } from "./controls.js";
import { Failure } from "./notice.js";

export interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** The buttons at the bottom. */
  readonly end?: ComponentChildren;
  /** Wide dialogs are for editors and comparisons. Defaults to false. */
  readonly wide?: boolean;
  /** Called when the dialog is closed, by Esc too. Defaults to closing it. */
  readonly onClose?: () => void;
}

export function Dialog({ title, children, end, wide = false, onClose = closeDialog }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? "wide" : ""}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <Button kind="plain" icon="close" label="Close" onClick={onClose} />
      </div>
      <div class="dialog-body stack">{children}</div>
      {end !== undefined && <div class="dialog-end">{end}</div>}
    </dialog>
  );
}

export interface ConfirmProps {
  readonly title: string;
  readonly text: ComponentChildren;
  /** What the button says: "Drop the message". */
  readonly verb: string;
  /** Whether something is lost. Defaults to false. */
  readonly danger?: boolean;
  /** Does it. The dialog closes when the promise resolves, and shows why when it rejects. */
  readonly action: () => Promise<void>;
}

/** Asks before something is done. */
export function confirm(props: ConfirmProps): void {
  openDialog(<Confirm {...props} />);
}

function Confirm({ title, text, verb, danger = false, action }: ConfirmProps) {
  const { busy, error, attempt } = useAttempt();
  const run = () =>
    attempt(async () => {
      await action();
      closeDialog();
    });
  return (
    <Dialog
      title={title}
      end={
        <>
          <Button onClick={closeDialog}>Cancel</Button>
          <Button kind={danger ? "danger-main" : "main"} disabled={busy} onClick={run}>
            {verb}
          </Button>
        </>
      }
    >
      <p>{text}</p>
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}
