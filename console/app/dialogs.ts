// The one dialog that may be open.

import { signal } from "@preact/signals";
import type { ComponentChild } from "preact";

/** The dialog that is open; undefined when none is. */
export const openedDialog = signal<ComponentChild>(undefined);

/** Opens a dialog: a <Dialog> with its content. It takes the place of one that is open. */
export function openDialog(dialog: ComponentChild): void {
  openedDialog.value = dialog;
}

export function closeDialog(): void {
  openedDialog.value = undefined;
}
