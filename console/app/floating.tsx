// What lies over the page: the dialog that is open, and messages in the corner.

import { Button } from "../ui/controls.js";
import { openedDialog } from "./dialogs.js";
import { dismiss, toasts } from "./toasts.js";

export function DialogHost() {
  return <>{openedDialog.value}</>;
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ key, kind, text, code }) => (
        <div key={key} class={`toast ${kind}`}>
          <div>
            {code !== undefined && <code>{code} </code>}
            {text}
          </div>
          <Button kind="plain" icon="close" label="Close" onClick={() => dismiss(key)} />
        </div>
      ))}
    </div>
  );
}
