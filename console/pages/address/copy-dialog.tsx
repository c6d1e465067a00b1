// Code to copy, in one form or another.

import { useState } from "preact/hooks";
import { closeDialog } from "../../app/dialogs.js";
import { sayDone, sayFailed } from "../../app/toasts.js";
import { Button, Segments } from "../../ui/controls.js";
import { Dialog } from "../../ui/dialog.js";

export interface CopyForm {
  /** "curl", "Client", "Test". */
  readonly name: string;
  readonly code: string;
}

export interface CopyDialogProps {
  readonly title: string;
  readonly forms: readonly CopyForm[];
  /** What "Back" opens; without it there is none. */
  readonly onBack?: () => void;
}

export function CopyDialog({ title, forms, onBack }: CopyDialogProps) {
  const [name, setName] = useState(forms[0]?.name ?? "");
  const code = forms.find((form) => form.name === name)?.code ?? "";
  return (
    <Dialog
      title={title}
      wide
      end={
        <>
          {onBack !== undefined && <Button onClick={onBack}>Back</Button>}
          <Button onClick={closeDialog}>Close</Button>
          <Button kind="main" icon="copy" onClick={() => void copyText(code)}>
            Copy
          </Button>
        </>
      }
    >
      {forms.length > 1 && (
        <Segments
          label="As"
          value={name}
          options={forms.map((form) => ({ value: form.name, text: form.name }))}
          onChange={setName}
        />
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre class="copied" tabIndex={0}>
        {code}
      </pre>
    </Dialog>
  );
}

/** Copies a text. A page that came by plain HTTP from another machine may not use the clipboard: there it is copied by selection. */
async function copyText(text: string): Promise<void> {
  try {
    if (navigator.clipboard !== undefined) await navigator.clipboard.writeText(text);
    else copyBySelection();
    sayDone("It is copied.");
  } catch (error) {
    sayFailed(error);
  }
}

function copyBySelection(): void {
  const shown = document.querySelector("dialog pre.copied");
  if (shown === null) return;
  getSelection()?.selectAllChildren(shown);
  if (!document.execCommand("copy"))
    throw new Error("The browser does not let the page copy. The text is selected: press Ctrl+C.");
}
