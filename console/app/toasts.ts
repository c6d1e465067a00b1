// Short messages on what a person has done: they appear in a corner, and go by themselves unless they tell of a failure.

import { signal } from "@preact/signals";
import { ApiError } from "./api.js";

export interface Toast {
  readonly key: number;
  readonly kind: "ok" | "bad";
  readonly text: string;
  readonly code?: string;
}

const shownMs = 5000;
let last = 0;

/** The messages that are shown, the oldest first. */
export const toasts = signal<readonly Toast[]>([]);

/** Says that something was done. */
export function sayDone(text: string): void {
  const { key } = add({ kind: "ok", text });
  setTimeout(() => dismiss(key), shownMs);
}

/** Says that something has failed. The message stays until it is closed. */
export function sayFailed(error: unknown): void {
  if (error instanceof ApiError) add({ kind: "bad", text: error.message, code: error.code });
  else add({ kind: "bad", text: error instanceof Error ? error.message : String(error) });
}

/** Closes a message. */
export function dismiss(key: number): void {
  toasts.value = toasts.value.filter((toast) => toast.key !== key);
}

function add(toast: Omit<Toast, "key">): Toast {
  last += 1;
  const added = { ...toast, key: last };
  toasts.value = [...toasts.value.slice(-3), added];
  return added;
}
